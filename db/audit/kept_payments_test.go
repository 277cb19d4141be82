package audit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
)

// dropAll drops all days that may be: up to the one before the last.
func (b books) dropAll() {
	b.Helper()
	kept, err := b.DB.EachDroppable(b.Context(), sunday, false, func(day db.Droppable) error { return b.DB.Drop(b.Context(), day) })
	require.NoError(b, err)
	require.Nil(b, kept)
}

func TestAudit_NeedsNoRowsOfDroppedDays(t *testing.T) {
	b := openClosed(t)
	b.dropAll()

	for _, result := range b.audit(monday, sunday) {
		require.Empty(t, result.Findings, result.Name)
	}
}

func TestR13_AuditFindsKeptPaymentsThatAreNotThoseSettled(t *testing.T) {
	b := openClosed(t)
	b.dropAll()
	restore := b.save()
	for _, test := range []sabotage{
		{
			"a lost one",
			`DELETE FROM kept_payments WHERE payment_id = 101`,
			`kept payments: 2024-05-27, video 1: payments: 1 more than in what is kept of its payments; payments gross: 10000 more than in what is kept of its payments; payments fee: 400 more than in what is kept of its payments
			refunds: 2024-05-28, video 1: refund 104 of payment 101: the payment that it refunds has not come, or is of a later day`,
		},
		{
			"an amount",
			`UPDATE kept_payments SET amount = 10001 WHERE payment_id = 101`,
			`kept payments: 2024-05-27, video 1: payments gross: 1 fewer than in what is kept of its payments
			refunds: 2024-05-28, video 1: refund 104 of payment 101: payment is ₩10,000, should be ₩10,001; fee given back is ₩160, should be ₩159`,
		},
		{
			"a method",
			`UPDATE kept_payments SET method = 'mobile' WHERE payment_id = 103`,
			`kept payments: 2024-05-27, video 6: payments fee: 450 fewer than in what is kept of its payments
			refunds: 2024-05-30, video 6: refund 109 of payment 103: fee of the payment is ₩500, should be ₩950; fee given back is ₩375, should be ₩712
			refunds: 2024-05-30, video 6: refund 108 of payment 103: fee of the payment is ₩500, should be ₩950; fee given back is ₩125, should be ₩238`,
		},
		{
			"a video",
			`UPDATE kept_payments SET video_id = 1 WHERE payment_id = 103`,
			`kept payments: 2024-05-27, video 1: payments: 1 fewer than in what is kept of its payments; payments gross: 20000 fewer than in what is kept of its payments; payments fee: 500 fewer than in what is kept of its payments
			kept payments: 2024-05-27, video 6: payments: 1 more than in what is kept of its payments; payments gross: 20000 more than in what is kept of its payments; payments fee: 500 more than in what is kept of its payments
			refunds: 2024-05-30, video 6: refund 109 of payment 103: the payment that it refunds is of another video
			refunds: 2024-05-30, video 6: refund 108 of payment 103: the payment that it refunds is of another video`,
		},
		{
			"a made-up one",
			`INSERT INTO kept_payments VALUES (102, 6, '2024-05-27', '2024-05-27 00:00:00', 700, 'card', 0)`,
			`kept payments: 2024-05-27, video 6: payments: 1 fewer than in what is kept of its payments; payments gross: 700 fewer than in what is kept of its payments; payments fee: 121 fewer than in what is kept of its payments`,
		},
		{
			"something given back before",
			`UPDATE kept_payments SET refunded = 10 WHERE payment_id = 103`,
			`kept payments: 2024-05-27, video 6: payments gross: 10 more than in what is kept of its payments
			refunds: 2024-05-30, video 6: refund 108 of payment 103: it refunds more than is left of what was paid
			refunds: 2024-05-30, video 6: refund 109 of payment 103: given back before is ₩0, should be ₩10; given back with it is ₩15,000, should be ₩15,010`,
		},
		{
			"a line",
			`UPDATE daily_payments SET fee = fee + 1, net = net - 1 WHERE starts_on = '2024-05-31' AND video_id = 6`,
			`kept payments: 2024-05-31, video 6: payments fee: 1 more than in what is kept of its payments`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer restore()
			b.Exec(test.change)

			var kept []string
			for _, found := range b.findings(monday, sunday) {
				if strings.HasPrefix(found, keptInvariant.Name+": ") || strings.HasPrefix(found, refundsInvariant.Name+": ") {
					kept = append(kept, found)
				}
			}

			require.Equal(t, strings.Split(strings.ReplaceAll(test.findings, "\t", ""), "\n"), kept)
		})
	}
}
