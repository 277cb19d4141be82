package audit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestR14_AuditFindsRefundsThatAreNotTheNextPartOfTheirPayment(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a gap",
			`UPDATE payment_refunds SET given_from = 1000, given_to = 5000 WHERE payment_id = 104`,
			`refunds: 2024-05-28, video 1: refund 104 of payment 101: given back before is ₩1,000, should be ₩0; given back with it is ₩5,000, should be ₩4,000`,
		},
		{
			"the fee given back",
			`UPDATE payment_refunds SET fee_back = fee_back + 1 WHERE payment_id = 109`,
			`refunds: 2024-05-30, video 6: refund 109 of payment 103: fee given back is ₩376, should be ₩375
			payments: 2024-05-30, video 6: payments fee: 1 more than in its rows; payments net: 1 fewer than in its rows`,
		},
		{
			"the payment's amount",
			`UPDATE payment_refunds SET paid = 30000 WHERE payment_id = 109`,
			`refunds: 2024-05-30, video 6: refund 109 of payment 103: payment is ₩30,000, should be ₩20,000`,
		},
		{
			"the payment's fee",
			`UPDATE payment_refunds SET paid_fee = 499 WHERE payment_id = 108`,
			`refunds: 2024-05-30, video 6: refund 108 of payment 103: fee of the payment is ₩499, should be ₩500`,
		},
		{"the fee rule", `UPDATE payment_refunds SET fee_rule = 7 WHERE payment_id = 109`, `refunds: 2024-05-30, video 6: refund 109 of payment 103: fee rule is 7, should be 1`},
		{
			"the payment",
			`UPDATE payment_refunds SET refund_of = 102 WHERE payment_id = 109`,
			`refunds: 2024-05-30, video 6: refund 109 of payment 102: the payment that it refunds has not come, or is of a later day
			refunds: 2024-05-30, video 6: refund 108 of payment 103: given back before is ₩15,000, should be ₩0; given back with it is ₩20,000, should be ₩5,000
			payments: 2024-05-30, video 6: refund 109 is not stored as its row has it`,
		},
		{
			"a payment of another video",
			`UPDATE payment_refunds SET refund_of = 107 WHERE payment_id = 108`,
			`refunds: 2024-05-30, video 6: refund 108 of payment 107: the payment that it refunds is of another video
			payments: 2024-05-30, video 6: refund 108 is not stored as its row has it`,
		},
		{
			"the order",
			`UPDATE payment_refunds SET paid_on = '2024-05-28', paid_at = '2024-05-28 03:00:00' WHERE payment_id = 109`,
			`refunds: 2024-05-30, video 6: refund 108 of payment 103: given back before is ₩15,000, should be ₩0; given back with it is ₩20,000, should be ₩5,000
			refunds: 2024-05-30, video 6: refund 109 of payment 103: given back before is ₩0, should be ₩5,000; given back with it is ₩15,000, should be ₩20,000
			payments: 2024-05-30, video 6: refund 109 is not stored as its row has it`,
		},
		{
			"a lost refund",
			`DELETE FROM payment_refunds WHERE payment_id = 104`,
			`refunds: 2024-05-28, video 1: its line has 1 refund, 0 settled
			payments: 2024-05-28, video 1: refund 104 is not stored as its row has it
			payments: 2024-05-28, video 1: payments fee: 160 fewer than in its rows; payments net: 160 more than in its rows`,
		},
		{
			"a lost refund of several",
			`DELETE FROM payment_refunds WHERE payment_id = 109`,
			`refunds: 2024-05-30, video 6: its line has 2 refunds, 1 settled
			refunds: 2024-05-30, video 6: refund 108 of payment 103: given back before is ₩15,000, should be ₩0; given back with it is ₩20,000, should be ₩5,000
			payments: 2024-05-30, video 6: refund 109 is not stored as its row has it
			payments: 2024-05-30, video 6: payments fee: 375 fewer than in its rows; payments net: 375 more than in its rows`,
		},
		{
			"a made-up refund",
			`INSERT INTO payment_refunds (payment_id, refund_of, video_id, settled_on, paid_on, paid_at, paid, paid_fee, fee_rule, given_from, given_to, fee_back) VALUES (200, 101, 1, '2024-05-29', '2024-05-29', '2024-05-29 01:00:00', 10000, 400, 1, 4000, 5000, 40)`,
			`refunds: 2024-05-29, video 1: its line has 0 refunds, 1 settled
			payments: 2024-05-29, video 1: refund 200 was settled, but no row of the day or posted by it says so`,
		},
		{
			"the day that settled it",
			`UPDATE payment_refunds SET settled_on = '2024-05-31' WHERE payment_id = 109`,
			`refunds: 2024-05-30, video 6: its line has 2 refunds, 1 settled
			refunds: 2024-05-31, video 6: its line has 0 refunds, 1 settled
			refunds: 2024-05-30, video 6: refund 108 of payment 103: given back before is ₩15,000, should be ₩0; given back with it is ₩20,000, should be ₩5,000
			payments: 2024-05-30, video 6: refund 109 is not stored as its row has it
			payments: 2024-05-30, video 6: payments fee: 375 fewer than in its rows; payments net: 375 more than in its rows
			payments: 2024-05-31, video 6: refund 109 was settled, but no row of the day or posted by it says so`,
		},
	})
}

// A platform may write 0 where there is no payment that a row gives back.
func TestR14_AuditTakesRowsThatRefundPaymentZeroForPayments(t *testing.T) {
	b := openClosed(t)
	for _, table := range []string{"payments", "late_payments"} {
		b.Exec(`UPDATE ` + table + ` SET refund_of = 0 WHERE refund_of IS NULL`)
	}
	b.reseal()

	require.Empty(t, b.findings(monday, sunday))
}
