package audit

import "testing"

func TestR8_AuditFindsPeriodsAndStatementsThatAreNotTheSums(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a week's ordinal",
			`UPDATE period_videos SET views_to = 40 WHERE kind = 'weekly' AND video_id = 1`,
			`weeks and months: 2024-W22, creator 1, video 1: ordinals (0, 40] and (0, 78] of ads, its days have (0, 39] and (0, 78]`,
		},
		{
			"a month's video",
			`UPDATE period_videos SET ad_views = ad_views + IF(video_id = 1, 1, -1) WHERE kind = 'monthly' AND video_id IN (1, 2)`,
			`weeks and months: 2024-05, creator 1, video 1: ad views: 1 more than in its days
			weeks and months: 2024-05, creator 1, video 2: ad views: 1 fewer than in its days`,
		},
		{
			"a lost video",
			`DELETE FROM period_videos WHERE kind = 'monthly' AND video_id = 5`,
			`totals: 2024-05: repeat views: 8 in its run, 0 in its videos
			weeks and months: 2024-05, creator 3, video 5: repeat views: 8 fewer than in its days`,
		},
		{
			"a statement's amount",
			`UPDATE statements SET video_amount = video_amount + 1 WHERE kind = 'weekly' AND creator_id = 2`,
			`statements: 2024-W22, creator 2: has a statement, but video amount: 1 more than in the creator's videos`,
		},
		{
			"a week's payments",
			`UPDATE period_videos SET fee = fee + 1, net = net - 1 WHERE kind = 'weekly' AND video_id = 6`,
			`totals: 2024-W22: payments fee: 680 in its run, 681 in its videos; payments net: 13320 in its run, 13319 in its videos
			weeks and months: 2024-W22, creator 2, video 6: payments fee: 1 more than in its days; payments net: 1 fewer than in its days
			statements: 2024-W22, creator 2: has a statement, but payments fee: 1 fewer than in the creator's videos; payments net: 1 more than in the creator's videos`,
		},
		{
			"a statement's payments",
			`UPDATE statements SET gross = gross + 1, net = net + 1 WHERE kind = 'weekly' AND creator_id = 2`,
			`statements: 2024-W22, creator 2: has a statement, but payments gross: 1 more than in the creator's videos; payments net: 1 more than in the creator's videos`,
		},
		{
			"a lost statement",
			`DELETE FROM statements WHERE kind = 'monthly' AND creator_id = 2`,
			`statements: 2024-05, creator 2: has counted views or settled payments, but no statement`,
		},
		{
			"a made-up statement",
			`INSERT INTO statements (kind, starts_on, version, creator_id, name, locale, views, self_views, repeat_views, played_seconds, ad_views, video_amount, ad_amount)
			VALUES ('monthly', '2024-05-01', 1, 3, 'Park', 'ko', 0, 0, 8, 0, 0, 0, 0)`,
			`statements: 2024-05, creator 3: has a statement, but no counted views or settled payments`,
		},
	})
}
