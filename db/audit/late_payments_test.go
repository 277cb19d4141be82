package audit

import "testing"

func TestR16_AuditFindsLatePaymentsThatWereNotPostedOnce(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a verdict",
			`UPDATE late_payments SET verdict = 'repeat' WHERE payment_id = 107`,
			`late payments: 2024-05-30, video 2, late payments of 2024-05-28: payments: 1 more than in its late rows; repeat payments: 1 fewer than in its late rows; payments gross: 5000 more than in its late rows; payments fee: 250 more than in its late rows; payments net: 4750 more than in its late rows
			payments: 2024-05-30, video 2, late payments of 2024-05-28: payment 107 was judged "repeat", should be "settled"`,
		},
		{
			"no verdict",
			`UPDATE late_payments SET verdict = '' WHERE payment_id = 107`,
			`late payments: 2024-05-30, video 2, late payments of 2024-05-28: 1 were never judged
			payments: 2024-05-30, video 2, late payments of 2024-05-28: payment 107 was judged "", should be "settled"`,
		},
		{
			"a lost late payment",
			`DELETE FROM late_payments WHERE payment_id = 101`,
			`late payments: 2024-05-30, video 1, late payments of 2024-05-28: repeat payments: 1 more than in its late rows
			payments: 2024-05-30, chunk 1 (videos before 3): has seen completed payments from 101 to 107, should be 107 to 107
			payments: 2024-05-30, video 1: repeat payments: 1 more than in its rows`,
		},
		{
			"a late payment's amount",
			`UPDATE late_payments SET amount = 6000 WHERE payment_id = 107`,
			`late payments: 2024-05-30, video 2, late payments of 2024-05-28: payments gross: 1000 fewer than in its late rows; payments fee: 30 fewer than in its late rows; payments net: 970 fewer than in its late rows
			rows: 2024-05-28: 1 posted late payment row changed
			payments: 2024-05-30, video 2: payments gross: 1000 fewer than in its rows; payments fee: 30 fewer than in its rows; payments net: 970 fewer than in its rows`,
		},
		{
			"a late payment of the same day",
			`INSERT INTO late_payments VALUES ('2024-05-30', 2, 99, '2024-05-30 00:00:00', 'pending', 9, 1, 'card', NULL, '2024-05-30', 'pending')`,
			`late payments: 2024-05-30, video 2, late payments of 2024-05-30: pending payments: 1 fewer than in its late rows
			rows: 2024-05-30: 1 posted late payment row missing
			payments: 2024-05-30, video 2: pending payments: 1 fewer than in its rows`,
		},
		{
			"a late payment posted twice",
			`INSERT INTO late_payments SELECT paid_on, video_id, payment_id, paid_at + INTERVAL 1 SECOND, status, payer_id, amount, method, refund_of, '2024-05-31', verdict FROM late_payments WHERE payment_id = 107`,
			`late payments: 2024-05-31, video 2, late payments of 2024-05-28: payments: 1 fewer than in its late rows; payments gross: 5000 fewer than in its late rows; payments fee: 250 fewer than in its late rows; payments net: 4750 fewer than in its late rows
			rows: 2024-05-28: 1 posted late payment row missing
			payments: 2024-05-31, video 2, late payments of 2024-05-28: payment 107 was judged "settled", should be "repeat"
			payments: 2024-05-31, chunk 1 (videos before 3): has seen completed payments from 110 to 110, should be 107 to 110
			payments: 2024-05-31, video 2: repeat payments: 1 fewer than in its rows`,
		},
		{
			"an adjustment's amounts",
			`UPDATE payment_adjustments SET gross = 5001, net = 4751 WHERE video_id = 2`,
			`late payments: 2024-05-30, video 2, late payments of 2024-05-28: payments gross: 1 more than in its late rows; payments net: 1 more than in its late rows`,
		},
		{
			"an adjustment's video",
			`UPDATE payment_adjustments SET video_id = 4 WHERE video_id = 2`,
			`late payments: 2024-05-30, video 2, late payments of 2024-05-28: payments: 1 fewer than in its late rows; payments gross: 5000 fewer than in its late rows; payments fee: 250 fewer than in its late rows; payments net: 4750 fewer than in its late rows
			late payments: 2024-05-30, video 4, late payments of 2024-05-28: payments: 1 more than in its late rows; payments gross: 5000 more than in its late rows; payments fee: 250 more than in its late rows; payments net: 4750 more than in its late rows
			late payments: 2024-05-30, video 4: 1 late row adjusted, which are not all in its line of payments
			creators: 2024-05-30, video 4: is creator 1's in payment_adjustments, and creator 2's in the catalogue`,
		},
		{
			"a lost adjustment",
			`DELETE FROM payment_adjustments WHERE video_id = 2`,
			`late payments: 2024-05-30, video 2, late payments of 2024-05-28: payments: 1 fewer than in its late rows; payments gross: 5000 fewer than in its late rows; payments fee: 250 fewer than in its late rows; payments net: 4750 fewer than in its late rows
			totals: 2024-05-30: late payments: 3 in its run, 2 in its videos
			totals: 2024-W22: late payments: 3 in its run, 2 in its videos
			totals: 2024-05: late payments: 3 in its run, 2 in its videos`,
		},
		{
			"a line without its late rows",
			`UPDATE daily_payments SET payments = 0, gross = 0, fee = 0, net = 0 WHERE starts_on = '2024-05-30' AND video_id = 2`,
			`late payments: 2024-05-30, video 2: 1 late row adjusted, which are not all in its line of payments
			totals: 2024-05-30: payments: 1 in its run, 0 in its videos; payments gross: -15000 in its run, -20000 in its videos; payments fee: -250 in its run, -500 in its videos; payments net: -14750 in its run, -19500 in its videos
			weeks and months: 2024-W22, creator 1, video 2: payments: 1 more than in its days; payments gross: 5000 more than in its days; payments fee: 250 more than in its days; payments net: 4750 more than in its days
			weeks and months: 2024-05, creator 1, video 2: payments: 1 more than in its days; payments gross: 5000 more than in its days; payments fee: 250 more than in its days; payments net: 4750 more than in its days
			payments: 2024-05-30, video 2: payments: 1 fewer than in its rows; payments gross: 5000 fewer than in its rows; payments fee: 250 fewer than in its rows; payments net: 4750 fewer than in its rows`,
		},
	})
}
