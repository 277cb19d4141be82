package audit

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
)

// openAfterEarlier has one more day closed: it repeats the payments 90 and 91 of an
// earlier system, which has given back 1,000 of the second one, and gives back more.
func openAfterEarlier(t *testing.T) (b books, all func() []string) {
	t.Helper()
	b = openClosed(t)
	earlier := daylog.KeptPayment{PaymentID: 90, VideoID: 6, PaidOn: monday - 1, PaidAt: b.Calendar.Start(monday - 1).UTC(), Amount: 10_000, Method: "card"}
	other := earlier
	other.PaymentID, other.Refunded = 91, 1_000
	_, refused, err := b.DB.PutEarlierPayments(t.Context(), []daylog.KeptPayment{earlier, other})
	require.NoError(t, err)
	require.Empty(t, refused)
	day := sunday + 1
	b.Pay(b.Payment(day, 6, 90, 10_000, 0), b.Payment(day, 1, 91, 10_000, 0), refundOf(91, b.Payment(day, 6, 120, 5_000, time.Hour)))
	b.closeDay(day)
	return b, func() []string { return b.findings(monday, day) }
}

func TestR13_AuditTakesEarlierPaymentsForSettledOnes(t *testing.T) {
	b, findings := openAfterEarlier(t)
	require.Empty(t, findings())
	b.dropAll()
	require.Empty(t, findings())
}

func TestR13_AuditFindsEarlierPaymentsThatAreNotThoseSettled(t *testing.T) {
	b, findings := openAfterEarlier(t)
	restore := b.save()
	for _, test := range []sabotage{
		{
			"what was given back before",
			`UPDATE kept_payments SET refunded = 1001 WHERE payment_id = 91`,
			`refunds: 2024-06-03, video 6: refund 120 of payment 91: given back before is ₩1,000, should be ₩1,001; given back with it is ₩6,000, should be ₩6,001`,
		},
		{
			"a method",
			`UPDATE kept_payments SET method = 'mobile' WHERE payment_id = 91`,
			`refunds: 2024-06-03, video 6: refund 120 of payment 91: fee of the payment is ₩400, should be ₩500; fee given back is ₩200, should be ₩250`,
		},
		{
			"a lost one",
			`DELETE FROM kept_payments WHERE payment_id = 90`,
			`payments: 2024-06-03, video 6: payments: 1 fewer than in its rows; repeat payments: 1 more than in its rows; payments gross: 10000 fewer than in its rows; payments fee: 400 fewer than in its rows; payments net: 9600 fewer than in its rows`,
		},
		{
			"a made-up one, of what a day has settled",
			`INSERT INTO kept_payments VALUES (110, 6, '2024-05-26', '2024-05-26 00:00:00', 3000, 'card', 0)`,
			`payments: 2024-05-31, video 6: payments: 1 more than in its rows; repeat payments: 1 fewer than in its rows; payments gross: 3000 more than in its rows; payments fee: 190 more than in its rows; payments net: 2810 more than in its rows`,
		},
		{
			"a made-up one, of what came late",
			`INSERT INTO kept_payments VALUES (107, 2, '2024-05-26', '2024-05-26 00:00:00', 5000, 'card', 0)`,
			`payments: 2024-05-30, video 2, late payments of 2024-05-28: payment 107 was judged "settled", should be "repeat"
			payments: 2024-05-30, video 2: payments: 1 more than in its rows; repeat payments: 1 fewer than in its rows; payments gross: 5000 more than in its rows; payments fee: 250 more than in its rows; payments net: 4750 more than in its rows`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer restore()
			b.Exec(test.change)
			require.Equal(t, strings.Split(strings.ReplaceAll(test.findings, "\t", ""), "\n"), findings())
		})
	}
}
