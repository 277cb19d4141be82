package settlement

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestR15_BadRowsAreNamed(t *testing.T) {
	const may9 = Day(19852)
	var bad BadPayments
	require.NoError(t, bad.Err(may9), "a day without bad rows")

	bad.Add(BadPayment{Payment: givesBack(9, 7, 555_555), Problems: []PaymentProblem{RefundOfUnknown}})
	bad.Add(BadPayment{
		Payment:  changed(completed(10), func(p *Payment) { p.Method, p.Amount = "cash", 0 }),
		Problems: []PaymentProblem{PaymentTooSmall, MethodWithoutFee},
	})

	err := bad.Err(may9)
	require.ErrorIs(t, err, ErrBadPayments)
	require.EqualError(t, err, `2024-05-09 has 2 payment rows that cannot be settled: `+
		`the payment that it refunds has not come, or is of a later day: payment 9 of video 100 ("completed" at 2024-05-09T04:00:00Z, method "card", refund of 7); `+
		`its amount is below 1 won, the fees of its day have none for its method: payment 10 of video 100 ("completed" at 2024-05-09T03:00:00Z, method "cash")`)
}

func TestR15_OnlySomeBadRowsAreNamed(t *testing.T) {
	var bad BadPayments
	for id := range int64(20) {
		bad.Add(BadPayment{Payment: completed(id + 1), Problems: []PaymentProblem{PaymentTooSmall}})
	}
	require.NotContains(t, bad.Err(FirstDay).Error(), "more", "all of them are named")

	for id := range int64(1_000) {
		bad.Add(BadPayment{Payment: completed(id + 21), Problems: []PaymentProblem{PaymentTooSmall}})
	}

	text := bad.Err(FirstDay).Error()
	require.Contains(t, text, "1990-01-01 has 1,020 payment rows that cannot be settled: its amount is below 1 won: payment 1 of ")
	require.Equal(t, 20, strings.Count(text, " of video "))
	require.Contains(t, text, ", payment 20 of ")
	require.Equal(t, 1, strings.Count(text, string(PaymentTooSmall)), "rows with the same problem stand together")
	require.True(t, strings.HasSuffix(text, "; and 1,000 more"), text)
}
