package audit

import "testing"

func TestAudit_FindsTotalsThatAreNotTheSums(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a day's total",
			`UPDATE runs SET ad_views = ad_views + 1 WHERE starts_on = '2024-05-28'`,
			`totals: 2024-05-28: ad views: 35 in its run, 34 in its chunks
			totals: 2024-05-28: ad views: 35 in its run, 34 in its videos`,
		},
		{
			"a month's total",
			`UPDATE runs SET video_amount = video_amount + 1 WHERE kind = 'monthly'`,
			`totals: 2024-05: video amount: 74 in its run, 73 in its chunks
			totals: 2024-05: video amount: 74 in its run, 73 in its videos`,
		},
		{
			"a chunk's total",
			`UPDATE run_chunks SET played_seconds = 539 WHERE starts_on = '2024-05-28' AND chunk = 1`,
			`totals: 2024-05-28: played seconds: 1020 in its run, 1019 in its chunks`,
		},
		{
			"a video's statistics",
			`UPDATE daily_statistics SET repeat_views = 2 WHERE starts_on = '2024-05-28' AND video_id = 5`,
			`totals: 2024-05-28: repeat views: 1 in its run, 2 in its videos
			weeks and months: 2024-W22, creator 3, video 5: repeat views: 1 fewer than in its days
			weeks and months: 2024-05, creator 3, video 5: repeat views: 1 fewer than in its days`,
		},
		{
			"a day's repeat payments",
			`UPDATE runs SET repeats = repeats + 1 WHERE starts_on = '2024-05-28'`,
			`totals: 2024-05-28: repeat payments: 2 in its run, 1 in its chunks
			totals: 2024-05-28: repeat payments: 2 in its run, 1 in its videos
			rows: 2024-05-28: 1 payment row missing: 4 counted, 3 there`,
		},
		{
			"a chunk's fees",
			`UPDATE run_chunks SET fee = fee + 1, net = net - 1 WHERE starts_on = '2024-05-28' AND chunk = 1`,
			`totals: 2024-05-28: payments fee: -160 in its run, -159 in its chunks; payments net: -3840 in its run, -3841 in its chunks`,
		},
		{
			"a made-up line of payments",
			`INSERT INTO daily_payments (starts_on, video_id, creator_id, payments, refunds, pending, cancelled, repeats, gross, fee, net)
			VALUES ('2024-05-28', 5, 3, 0, 0, 2, 0, 0, 0, 0, 0)`,
			`totals: 2024-05-28: pending payments: 0 in its run, 2 in its videos
			weeks and months: 2024-W22, creator 3, video 5: pending payments: 2 fewer than in its days
			weeks and months: 2024-05, creator 3, video 5: pending payments: 2 fewer than in its days
			payments: 2024-05-28, video 5: pending payments: 2 more than in its rows`,
		},
		{
			"a made-up late payment",
			`INSERT INTO payment_adjustments (posted_on, video_id, paid_on, creator_id, payments, refunds, pending, cancelled, repeats, gross, fee, net)
			VALUES ('2024-05-28', 5, '2024-05-27', 3, 0, 0, 2, 0, 0, 0, 0, 0)`,
			`late payments: 2024-05-28, video 5, late payments of 2024-05-27: pending payments: 2 more than in its late rows
			late payments: 2024-05-28, video 5: 2 late rows adjusted, which are not all in its line of payments
			totals: 2024-05-28: late payments: 0 in its run, 2 in its videos
			totals: 2024-W22: late payments: 3 in its run, 5 in its videos
			totals: 2024-05: late payments: 3 in its run, 5 in its videos`,
		},
	})
}
