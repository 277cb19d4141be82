package audit

import "testing"

func TestR15_AuditFindsPaymentRowsThatAreNotThoseCounted(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a missing row of payments",
			`DELETE FROM payments WHERE payment_id = 102`,
			`rows: 2024-05-27: 1 payment row missing: 3 counted, 2 there
			payments: 2024-05-27, chunk 2 (videos from 3): payment rows changed
			payments: 2024-05-27, video 6: pending payments: 1 more than in its rows`,
		},
		{
			"a changed amount",
			`UPDATE payments SET amount = 11000 WHERE paid_on = '2024-05-27' AND payment_id = 101`,
			`refunds: 2024-05-28, video 1: refund 104 of payment 101: payment is ₩10,000, should be ₩11,000; fee of the payment is ₩400, should be ₩430; fee given back is ₩160, should be ₩156
			payments: 2024-05-27, chunk 1 (videos before 3): payment rows changed
			payments: 2024-05-27, video 1: payments gross: 1000 fewer than in its rows; payments fee: 30 fewer than in its rows; payments net: 970 fewer than in its rows`,
		},
		{
			"a changed method",
			`UPDATE payments SET method = 'mobile' WHERE paid_on = '2024-05-27' AND payment_id = 101`,
			`refunds: 2024-05-28, video 1: refund 104 of payment 101: fee of the payment is ₩400, should be ₩500; fee given back is ₩160, should be ₩200
			payments: 2024-05-27, chunk 1 (videos before 3): payment rows changed
			payments: 2024-05-27, video 1: payments fee: 100 fewer than in its rows; payments net: 100 more than in its rows`,
		},
		{
			"a posted row of payments that has changed",
			`UPDATE payments SET amount = 1 WHERE payment_id = 107`,
			`rows: 2024-05-28: 1 posted late payment row changed`,
		},
		{
			"a missing posted row of payments",
			`DELETE FROM payments WHERE payment_id = 107`,
			`rows: 2024-05-28: 1 posted late payment row missing`,
		},
		{
			"a row of payments with an earlier epoch",
			`INSERT INTO payments (paid_on, video_id, payment_id, paid_at, status, payer_id, amount, epoch) VALUES ('2024-05-28', 5, 99, '2024-05-28 00:00:00', 'pending', 1, 1, 0)`,
			`rows: 2024-05-28: 1 payment row came with an epoch from before the close: 3 counted, 4 there
			payments: 2024-05-28, chunk 2 (videos from 3): payment rows changed
			payments: 2024-05-28, video 5: pending payments: 1 fewer than in its rows`,
		},
		{
			"a payment row of a day that was dropped",
			`INSERT INTO payments (paid_on, video_id, payment_id, paid_at, status, payer_id, amount) VALUES ('2024-01-01', 1, 1, '2024-01-01', 'pending', 1, 1)`,
			`dropped days: 2024-01-01: 1 payment row came after it was dropped`,
		},
		{
			"a payment settled twice over two days",
			`UPDATE daily_payments SET payments = 1, repeats = 0, gross = 20000, fee = 500, net = 19500 WHERE starts_on = '2024-05-28' AND video_id = 6`,
			`totals: 2024-05-28: payments: 0 in its run, 1 in its videos; repeat payments: 1 in its run, 0 in its videos; payments gross: -4000 in its run, 16000 in its videos; payments fee: -160 in its run, 340 in its videos; payments net: -3840 in its run, 15660 in its videos
			weeks and months: 2024-W22, creator 2, video 6: payments: 1 fewer than in its days; repeat payments: 1 more than in its days; payments gross: 20000 fewer than in its days; payments fee: 500 fewer than in its days; payments net: 19500 fewer than in its days
			weeks and months: 2024-05, creator 2, video 6: payments: 1 fewer than in its days; repeat payments: 1 more than in its days; payments gross: 20000 fewer than in its days; payments fee: 500 fewer than in its days; payments net: 19500 fewer than in its days
			payments: 2024-05-28, video 6: payments: 1 more than in its rows; repeat payments: 1 fewer than in its rows; payments gross: 20000 more than in its rows; payments fee: 500 more than in its rows; payments net: 19500 more than in its rows`,
		},
		{
			"a payment settled in two videos",
			`UPDATE daily_payments SET payments = 1, repeats = 0, gross = 3000, fee = 190, net = 2810 WHERE starts_on = '2024-05-31' AND video_id = 2`,
			`totals: 2024-05-31: payments: 1 in its run, 2 in its videos; repeat payments: 1 in its run, 0 in its videos; payments gross: 3000 in its run, 6000 in its videos; payments fee: 190 in its run, 380 in its videos; payments net: 2810 in its run, 5620 in its videos
			weeks and months: 2024-W22, creator 1, video 2: payments: 1 fewer than in its days; repeat payments: 1 more than in its days; payments gross: 3000 fewer than in its days; payments fee: 190 fewer than in its days; payments net: 2810 fewer than in its days
			weeks and months: 2024-05, creator 1, video 2: payments: 1 fewer than in its days; repeat payments: 1 more than in its days; payments gross: 3000 fewer than in its days; payments fee: 190 fewer than in its days; payments net: 2810 fewer than in its days
			payments: 2024-05-31, video 2: payments: 1 more than in its rows; repeat payments: 1 fewer than in its rows; payments gross: 3000 more than in its rows; payments fee: 190 more than in its rows; payments net: 2810 more than in its rows`,
		},
		{
			"a fee",
			`UPDATE daily_payments SET fee = fee + 1, net = net - 1 WHERE starts_on = '2024-05-27' AND video_id = 1`,
			`totals: 2024-05-27: payments fee: 900 in its run, 901 in its videos; payments net: 29100 in its run, 29099 in its videos
			weeks and months: 2024-W22, creator 1, video 1: payments fee: 1 fewer than in its days; payments net: 1 more than in its days
			weeks and months: 2024-05, creator 1, video 1: payments fee: 1 fewer than in its days; payments net: 1 more than in its days
			payments: 2024-05-27, video 1: payments fee: 1 more than in its rows; payments net: 1 fewer than in its rows`,
		},
		{
			"a lost line",
			`DELETE FROM daily_payments WHERE starts_on = '2024-05-31' AND video_id = 2`,
			`totals: 2024-05-31: repeat payments: 1 in its run, 0 in its videos
			weeks and months: 2024-W22, creator 1, video 2: repeat payments: 1 more than in its days
			weeks and months: 2024-05, creator 1, video 2: repeat payments: 1 more than in its days
			payments: 2024-05-31, video 2: repeat payments: 1 fewer than in its rows`,
		},
		{
			"what a chunk has seen",
			`UPDATE run_chunks SET first_payment = 102 WHERE starts_on = '2024-05-27' AND chunk = 1`,
			`refunds: 2024-05-28, video 1: refund 104 of payment 101: the payment that it refunds has not come, or is of a later day
			payments: 2024-05-27, chunk 1 (videos before 3): has seen completed payments from 102 to 101, should be 101 to 101
			payments: 2024-05-30, video 1, late payments of 2024-05-28: payment 101 was judged "repeat", should be "settled"
			payments: 2024-05-30, video 1: payments: 1 fewer than in its rows; repeat payments: 1 more than in its rows; payments gross: 10000 fewer than in its rows; payments fee: 400 fewer than in its rows; payments net: 9600 fewer than in its rows`,
		},
		{
			"the rows of a chunk",
			`UPDATE run_chunks SET payments_checksum = 1 WHERE starts_on = '2024-05-27' AND chunk = 1`,
			`payments: 2024-05-27, chunk 1 (videos before 3): payment rows changed`,
		},
		{
			"fees that were changed",
			`UPDATE fee_methods SET fixed = 200 WHERE method = 'mobile' OR method = 'card'`,
			`late payments: 2024-05-30, video 2, late payments of 2024-05-28: payments fee: 100 fewer than in its late rows; payments net: 100 more than in its late rows
			refunds: 2024-05-28, video 1: refund 104 of payment 101: fee of the payment is ₩400, should be ₩500; fee given back is ₩160, should be ₩200
			payments: 2024-05-27, video 1: payments fee: 100 fewer than in its rows; payments net: 100 more than in its rows
			payments: 2024-05-30, video 2: payments fee: 100 fewer than in its rows; payments net: 100 more than in its rows
			payments: 2024-05-31, video 6: payments fee: 100 fewer than in its rows; payments net: 100 more than in its rows`,
		},
		{
			"fees that are gone",
			`DELETE FROM fee_methods`,
			`fees: 2024-05-27: fee rule 1, which its run used, is missing or no day could be settled by it
			fees: 2024-05-28: fee rule 1, which its run used, is missing or no day could be settled by it
			fees: 2024-05-29: fee rule 1, which its run used, is missing or no day could be settled by it
			fees: 2024-05-30: fee rule 1, which its run used, is missing or no day could be settled by it
			fees: 2024-05-31: fee rule 1, which its run used, is missing or no day could be settled by it
			fees: 2024-06-01: fee rule 1, which its run used, is missing or no day could be settled by it
			fees: 2024-06-02: fee rule 1, which its run used, is missing or no day could be settled by it
			late payments: 2024-05-30, video 2, late payments of 2024-05-28: payments fee: 250 more than in its late rows; payments net: 250 fewer than in its late rows
			refunds: 2024-05-28, video 1: refund 104 of payment 101: the payment that it refunds has not come, or is of a later day
			refunds: 2024-05-30, video 6: refund 109 of payment 103: the payment that it refunds has not come, or is of a later day
			refunds: 2024-05-30, video 6: refund 108 of payment 103: the payment that it refunds has not come, or is of a later day`,
		},
		{
			"a method without fee",
			`DELETE FROM fee_methods WHERE method = 'transfer'`,
			`refunds: 2024-05-30, video 6: payment 103 of 2024-05-27: fee rule 1 has no fee for the method "transfer"
			refunds: 2024-05-30, video 6: refund 109 of payment 103: fee of the payment is ₩500, should be ₩0; fee given back is ₩375, should be ₩0
			refunds: 2024-05-30, video 6: refund 108 of payment 103: fee of the payment is ₩500, should be ₩0; fee given back is ₩125, should be ₩0
			payments: 2024-05-27, video 6: payment 103 of video 6 ("completed" at 2024-05-26T16:00:00Z, method "transfer"): the fees of its day have none for its method
			payments: 2024-05-27, video 6: payments: 1 more than in its rows; payments gross: 20000 more than in its rows; payments fee: 500 more than in its rows; payments net: 19500 more than in its rows`,
		},
		{
			"a lost fee rule",
			`UPDATE runs SET fee_rule = 7 WHERE starts_on = '2024-05-28'`,
			`fees: 2024-05-28: fee rule 7, which its run used, is missing or no day could be settled by it
			late payments: 2024-05-30, video 2, late payments of 2024-05-28: payments fee: 250 more than in its late rows; payments net: 250 fewer than in its late rows
			payments: 2024-05-30, video 1, late payments of 2024-05-28: no fees hold on their day, or it is not closed
			payments: 2024-05-30, video 2, late payments of 2024-05-28: no fees hold on their day, or it is not closed
			payments: 2024-05-30, chunk 1 (videos before 3): has seen completed payments from 101 to 107, should be 0 to 0
			payments: 2024-05-30, video 1: repeat payments: 1 more than in its rows
			payments: 2024-05-30, video 2: payments: 1 more than in its rows; payments gross: 5000 more than in its rows; payments fee: 250 more than in its rows; payments net: 4750 more than in its rows
			payments: 2024-05-30, video 6, late payments of 2024-05-28: no fees hold on their day, or it is not closed
			payments: 2024-05-30, video 6: refund 108 was settled, but no row of the day or posted by it says so
			payments: 2024-05-30, chunk 2 (videos from 3): has seen completed payments from 108 to 109, should be 109 to 109
			payments: 2024-05-30, video 6: refunds: 1 more than in its rows; payments gross: 5000 fewer than in its rows; payments fee: 125 fewer than in its rows; payments net: 4875 fewer than in its rows`,
		},
	})
}
