package audit

import "testing"

func TestAudit_FindsVideosWithTwoCreators(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a counted video's creator",
			`UPDATE videos SET creator_id = 3 WHERE video_id = 4`,
			`creators: 2024-05-27, video 4: is creator 2's in daily_statistics, and creator 3's in the catalogue
			creators: 2024-05-29, video 4: is creator 2's in daily_statistics, and creator 3's in the catalogue
			creators: 2024-05-31, video 4: is creator 2's in daily_statistics, and creator 3's in the catalogue
			creators: 2024-06-02, video 4: is creator 2's in daily_statistics, and creator 3's in the catalogue
			creators: 2024-05-27, video 4: is creator 2's in daily_settlements, and creator 3's in the catalogue
			creators: 2024-05-29, video 4: is creator 2's in daily_settlements, and creator 3's in the catalogue
			creators: 2024-05-31, video 4: is creator 2's in daily_settlements, and creator 3's in the catalogue
			creators: 2024-06-02, video 4: is creator 2's in daily_settlements, and creator 3's in the catalogue
			creators: 2024-05, video 4: is creator 2's in period_videos, and creator 3's in the catalogue
			creators: 2024-W22, video 4: is creator 2's in period_videos, and creator 3's in the catalogue`,
		},
		{
			"a counted video that is no longer in the catalogue",
			`DELETE FROM videos WHERE video_id = 5`,
			`creators: 2024-05-27, video 5: is creator 3's in daily_statistics, and not in the catalogue
			creators: 2024-05-28, video 5: is creator 3's in daily_statistics, and not in the catalogue
			creators: 2024-05-29, video 5: is creator 3's in daily_statistics, and not in the catalogue
			creators: 2024-05-30, video 5: is creator 3's in daily_statistics, and not in the catalogue
			creators: 2024-05-31, video 5: is creator 3's in daily_statistics, and not in the catalogue
			creators: 2024-06-01, video 5: is creator 3's in daily_statistics, and not in the catalogue
			creators: 2024-06-02, video 5: is creator 3's in daily_statistics, and not in the catalogue
			creators: 2024-05, video 5: is creator 3's in period_videos, and not in the catalogue
			creators: 2024-W22, video 5: is creator 3's in period_videos, and not in the catalogue`,
		},
		{
			"the mark of a counted video",
			`UPDATE videos SET counted_from = NULL WHERE video_id = 4`,
			`creators: 2024-05-27, video 4: is in daily_statistics, but the catalogue does not have it as counted by then
			creators: 2024-05-29, video 4: is in daily_statistics, but the catalogue does not have it as counted by then
			creators: 2024-05-31, video 4: is in daily_statistics, but the catalogue does not have it as counted by then
			creators: 2024-06-02, video 4: is in daily_statistics, but the catalogue does not have it as counted by then
			creators: 2024-05-27, video 4: is in daily_settlements, but the catalogue does not have it as counted by then
			creators: 2024-05-29, video 4: is in daily_settlements, but the catalogue does not have it as counted by then
			creators: 2024-05-31, video 4: is in daily_settlements, but the catalogue does not have it as counted by then
			creators: 2024-06-02, video 4: is in daily_settlements, but the catalogue does not have it as counted by then
			creators: 2024-05, video 4: is in period_videos, but the catalogue does not have it as counted by then
			creators: 2024-W22, video 4: is in period_videos, but the catalogue does not have it as counted by then`,
		},
		{
			"the day of a counted video's mark",
			`UPDATE videos SET counted_from = '2024-05-30' WHERE video_id = 4`,
			`creators: 2024-05-27, video 4: is in daily_statistics, but the catalogue does not have it as counted by then
			creators: 2024-05-29, video 4: is in daily_statistics, but the catalogue does not have it as counted by then
			creators: 2024-05-27, video 4: is in daily_settlements, but the catalogue does not have it as counted by then
			creators: 2024-05-29, video 4: is in daily_settlements, but the catalogue does not have it as counted by then`,
		},
		{
			"a late view's creator",
			`UPDATE adjustments SET creator_id = 3 WHERE watched_on = '2024-05-29'`,
			`creators: 2024-05-30, video 2: is creator 3's in adjustments, and creator 1's in the catalogue
			adjustments: 2024-05-30, video 2, late views of 2024-05-29: are creator 3's, but paid to creator 1
			weeks and months: 2024-W22, creator 1, video 2: late views: 1 more than in its days; late played seconds: 60 more than in its days; late ad views: 2 more than in its days
			weeks and months: 2024-W22, creator 3, video 2: late views: 1 fewer than in its days; late played seconds: 60 fewer than in its days; late ad views: 2 fewer than in its days
			weeks and months: 2024-05, creator 1, video 2: late views: 1 more than in its days; late played seconds: 60 more than in its days; late ad views: 2 more than in its days
			weeks and months: 2024-05, creator 3, video 2: late views: 1 fewer than in its days; late played seconds: 60 fewer than in its days; late ad views: 2 fewer than in its days`,
		},
		{
			"a paid creator",
			`UPDATE daily_settlements SET creator_id = 3 WHERE starts_on = '2024-06-02' AND video_id = 4`,
			`creators: 2024-06-02, video 4: is creator 3's in daily_settlements, and creator 2's in the catalogue
			paid: 2024-06-02, video 4: counted for creator 2, paid to creator 3
			weeks and months: 2024-W22, creator 2, video 4: video amount: 2 more than in its days; ad amount: 40 more than in its days
			weeks and months: 2024-W22, creator 3, video 4: video amount: 2 fewer than in its days; ad amount: 40 fewer than in its days
			weeks and months: 2024-W22, creator 2, video 4: ordinals (0, 8] and (0, 16] of ads, its days have (0, 6] and (0, 12]`,
		},
	})
}
