package audit

import "testing"

func TestAudit_FindsViewsThatAreNotPaidOnceAndExactly(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a lost settlement",
			`DELETE FROM daily_settlements WHERE starts_on = '2024-06-02' AND video_id = 4`,
			`totals: 2024-06-02: video amount: 12 in its run, 10 in its videos; ad amount: 280 in its run, 240 in its videos
			paid: 2024-06-02, video 4: 2 views counted, but no settlement line
			weeks and months: 2024-W22, creator 2, video 4: video amount: 2 more than in its days; ad amount: 40 more than in its days
			weeks and months: 2024-W22, creator 2, video 4: ordinals (0, 8] and (0, 16] of ads, its days have (0, 6] and (0, 12]`,
		},
		{
			"a made-up settlement",
			`INSERT INTO daily_settlements (starts_on, video_id, creator_id, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount) VALUES ('2024-05-28', 5, 3, 0, 0, 0, 0, 0, 0)`,
			`paid: 2024-05-28, video 5: 0 views counted, 0 paid`,
		},
		{
			"a view too many paid",
			`UPDATE daily_settlements SET ad_views_from = 5 WHERE starts_on = '2024-05-29' AND video_id = 4`,
			`paid: 2024-05-29, video 4: 4 ad views counted, 3 paid
			ordinals: 2024-05-29, video 4: ad views begin after 5, but 4 were paid before
			amounts: 2024-05-29, video 4: ad amount is ₩40, should be ₩30`,
		},
		{
			"a gap in the ordinals",
			`UPDATE daily_settlements SET views_from = 4, views_to = 7 WHERE starts_on = '2024-05-29' AND video_id = 2`,
			`ordinals: 2024-05-29, video 2: views begin after 4, but 3 were paid before
			ordinals: 2024-05-30, video 2: views begin after 6, but 7 were paid before`,
		},
		{
			"an opening",
			`UPDATE videos SET opening_views = 99991 WHERE video_id = 3`,
			`ordinals: 2024-05-27, video 3: views begin after 99990, but 99991 were paid before`,
		},
		{
			"an amount",
			`UPDATE daily_settlements SET ad_amount = 181 WHERE starts_on = '2024-05-28' AND video_id = 1`,
			`totals: 2024-05-28: ad amount: 417 in its run, 418 in its videos
			amounts: 2024-05-28, video 1: ad amount is ₩181, should be ₩180
			weeks and months: 2024-W22, creator 1, video 1: ad amount: 1 fewer than in its days
			weeks and months: 2024-05, creator 1, video 1: ad amount: 1 fewer than in its days`,
		},
		{
			"a lost price rule",
			`UPDATE runs SET price_rule = 7 WHERE starts_on = '2024-05-28'`,
			`amounts: 2024-05-28: price rule 7, which its run used, is missing or does not price every ordinal`,
		},
	})
}
