package settlement

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// completed is a payment of 10,000 won by card at noon.
func completed(paymentID int64) Payment {
	return Payment{
		VideoID: video, PaymentID: paymentID, PaidAt: dayStart.Add(noon).UnixMilli(), Status: PaymentCompleted,
		PayerID: viewer, Amount: 10_000, Method: "card",
	}
}

// changed is the row with the change.
func changed(row Payment, change func(*Payment)) Payment {
	change(&row)
	return row
}

func pending(row *Payment)   { row.Status = PaymentPending }
func cancelled(row *Payment) { row.Status = PaymentCancelled }
func later(row *Payment)     { row.PaidAt += time.Hour.Milliseconds() }

// givesBack is a refund of the payment, an hour later.
func givesBack(paymentID, refundOf int64, amount Won) Payment {
	return changed(completed(paymentID), func(row *Payment) {
		later(row)
		row.RefundOf, row.Amount = refundOf, amount
	})
}

func TestR13_RowsFollowInKeyOrder(t *testing.T) {
	row := completed(7)
	for _, test := range []struct {
		rule   string
		change func(*Payment)
	}{
		{"by video first", func(p *Payment) { p.VideoID++; p.PaymentID--; p.PaidAt--; p.Status = PaymentCancelled }},
		{"then by payment id", func(p *Payment) { p.PaymentID++; p.PaidAt--; p.Status = PaymentCancelled }},
		{"then by paid_at", func(p *Payment) { p.PaidAt++; p.Status = PaymentCancelled }},
		{"then by status", func(p *Payment) { p.Status = PaymentPending }},
	} {
		t.Run(test.rule, func(t *testing.T) {
			next := changed(row, test.change)
			require.True(t, next.Follows(&row))
			require.False(t, row.Follows(&next))
		})
	}
	require.False(t, row.Follows(&row), "no row follows itself")
}

func TestR13_DayTakesRowsInOrder(t *testing.T) {
	row := DuePayment{Payment: completed(7)}
	for _, test := range []struct {
		rule   string
		change func(*DuePayment)
	}{
		{"its own before late ones", func(p *DuePayment) { p.Late = true; p.PaidAt--; p.PaymentID--; p.VideoID-- }},
		{"then by paid_at", func(p *DuePayment) { p.PaidAt++; p.PaymentID--; p.VideoID-- }},
		{"then by payment id", func(p *DuePayment) { p.PaymentID++; p.VideoID-- }},
		{"then by video", func(p *DuePayment) { p.VideoID++ }},
	} {
		t.Run(test.rule, func(t *testing.T) {
			next := row
			test.change(&next)
			require.Equal(t, -1, row.Compare(next))
			require.Equal(t, 1, next.Compare(row))
		})
	}
	require.Zero(t, row.Compare(row))
}

func TestR15_RowIsBadByItself(t *testing.T) {
	for _, test := range []struct {
		rule   string
		change func(*Payment)
		want   []PaymentProblem
	}{
		{"a good row", func(*Payment) {}, nil},
		{"1 won is an amount", func(p *Payment) { p.Amount = 1 }, nil},
		{"2^53 won are an amount", func(p *Payment) { p.Amount = 1 << 53 }, nil},
		{"nobody needs to be signed in to pay", func(p *Payment) { p.PayerID = Anonymous }, nil},
		{"0 won are no amount", func(p *Payment) { p.Amount = 0 }, []PaymentProblem{PaymentTooSmall}},
		{"a negative amount", func(p *Payment) { p.Amount = math.MinInt64 }, []PaymentProblem{PaymentTooSmall}},
		{"more than 2^53 won", func(p *Payment) { p.Amount = 1<<53 + 1 }, []PaymentProblem{PaymentTooLarge}},
		{"the greatest number", func(p *Payment) { p.Amount = math.MaxInt64 }, []PaymentProblem{PaymentTooLarge}},
		{"a refund of itself", func(p *Payment) { p.RefundOf = p.PaymentID }, []PaymentProblem{RefundOfItself}},
		{"0 is no payment id, as it is no refund", func(p *Payment) { p.PaymentID = 0 }, []PaymentProblem{PaymentWithoutID}},
		{"a status that does not exist", func(p *Payment) { p.Status = "refunded" }, []PaymentProblem{PaymentOfUnknownStatus}},
		{"no status", func(p *Payment) { p.Status = "" }, []PaymentProblem{PaymentOfUnknownStatus}},
		{
			"all of it at once", func(p *Payment) { p.PaymentID, p.RefundOf, p.Amount, p.Status = -1, -1, 0, "Completed" },
			[]PaymentProblem{PaymentWithoutID, PaymentOfUnknownStatus, PaymentTooSmall, RefundOfItself},
		},
	} {
		t.Run(test.rule, func(t *testing.T) {
			row := changed(completed(7), test.change)
			require.Equal(t, test.want, row.Problems())
			pending(&row)
			require.NotContains(t, row.Problems(), PaymentOfUnknownStatus)
			if len(test.want) > 0 && test.want[0] != PaymentOfUnknownStatus {
				require.NotEmpty(t, row.Problems(), "whatever its status")
			}
		})
	}
}
