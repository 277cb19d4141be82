package audit

import "testing"

func TestAudit_FindsLateViewsThatWereNotPostedAndPaidOnce(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a verdict",
			`UPDATE late_views SET verdict = 'repeat' WHERE watched_on = '2024-05-29'`,
			`late views: 2024-05-30, video 2, late views of 2024-05-29: views: 1 more than in its late views; repeat views: 1 fewer than in its late views; played seconds: 60 more than in its late views; ad views: 2 more than in its late views`,
		},
		{
			"no verdict",
			`UPDATE late_views SET verdict = '' WHERE watched_on = '2024-05-29'`,
			`late views: 2024-05-30, video 2, late views of 2024-05-29: 1 were never judged`,
		},
		{
			"a lost late view",
			`DELETE FROM late_views WHERE verdict = 'repeat'`,
			`late views: 2024-05-30, video 2, late views of 2024-05-28: repeat views: 1 more than in its late views`,
		},
		{
			"a late view of the same day",
			`INSERT INTO late_views VALUES ('2024-05-30', 2, 10, '2024-05-30 00:00:00', 99, 60, 2, '2024-05-30', 'repeat')`,
			`late views: 2024-05-30, video 2, late views of 2024-05-30: repeat views: 1 fewer than in its late views
			rows: 2024-05-30: 1 posted late row missing`,
		},
		{
			"an adjustment's ordinals",
			`UPDATE adjustments SET views_from = 7, views_to = 9 WHERE watched_on = '2024-05-28'`,
			`adjustments: 2024-05-30, video 2, late views of 2024-05-28: 2 views at ordinals (7, 9], should follow 6
			adjustments: 2024-05-30, video 2, late views of 2024-05-29: 1 view at ordinals (8, 9], should follow 9`,
		},
		{
			"an adjustment's amount",
			`UPDATE adjustments SET ad_amount = 41 WHERE watched_on = '2024-05-28'`,
			`adjustments: 2024-05-30, video 2, late views of 2024-05-28: 4 ad views paid ₩41, should be ₩40`,
		},
		{
			"an adjustment's video",
			`UPDATE adjustments SET video_id = 4 WHERE watched_on = '2024-05-29'`,
			`late views: 2024-05-30, video 2, late views of 2024-05-29: views: 1 fewer than in its late views; played seconds: 60 fewer than in its late views; ad views: 2 fewer than in its late views
			late views: 2024-05-30, video 4, late views of 2024-05-29: views: 1 more than in its late views; played seconds: 60 more than in its late views; ad views: 2 more than in its late views
			creators: 2024-05-30, video 4: is creator 1's in adjustments, and creator 2's in the catalogue
			paid: 2024-05-30, video 2: 2 views counted, 3 paid
			paid: 2024-05-30, video 2: 4 ad views counted, 6 paid
			paid: 2024-05-30, video 4: 1 view counted, but no settlement line
			weeks and months: 2024-W22, creator 1, video 2: late views: 1 more than in its days; late played seconds: 60 more than in its days; late ad views: 2 more than in its days
			weeks and months: 2024-W22, creator 1, video 4: late views: 1 fewer than in its days; late played seconds: 60 fewer than in its days; late ad views: 2 fewer than in its days
			weeks and months: 2024-05, creator 1, video 2: late views: 1 more than in its days; late played seconds: 60 more than in its days; late ad views: 2 more than in its days
			weeks and months: 2024-05, creator 1, video 4: late views: 1 fewer than in its days; late played seconds: 60 fewer than in its days; late ad views: 2 fewer than in its days`,
		},
	})
}
