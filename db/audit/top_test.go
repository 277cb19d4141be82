package audit

import "testing"

func TestR9_AuditFindsRanksThatAFullSortDoesNotGive(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a rank's value",
			`UPDATE top_videos SET value = 10 WHERE starts_on = '2024-05-28' AND metric = 'views' AND video_rank = 1`,
			`top 5: 2024-05-28, top 1 by views: is video 1 with 10, should be video 1 with 9`,
		},
		{
			"a rank's video",
			`UPDATE top_videos SET video_id = 5 WHERE kind = 'weekly' AND metric = 'played_seconds' AND video_rank = 2`,
			`top 5: 2024-W22, top 2 by played_seconds: is video 5 with 2340, should be video 1 with 2340`,
		},
		{
			"a lost rank",
			`DELETE FROM top_videos WHERE kind = 'monthly' AND metric = 'views' AND video_rank = 4`,
			`top 5: 2024-05, top 4 by views: is missing: video 4 with 6`,
		},
		{
			"a made-up rank",
			`INSERT INTO top_videos VALUES ('daily', '2024-05-29', 'views', 5, 5, 'Video 5', 0)`,
			`top 5: 2024-05-29, top 5 by views: video 5 has a rank that no video should have`,
		},
	})
}
