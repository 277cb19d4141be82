package audit

import "testing"

func TestAudit_FindsPlansThatDoNotCoverEachVideoOnce(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a video in no chunk",
			`UPDATE run_chunks SET video_from = 4 WHERE starts_on = '2024-05-28' AND chunk = 2`,
			`chunks: 2024-05-28, chunk 2: has videos from 4, the one before has videos before 3
			checksums: 2024-05-28, chunk 2 (videos from 4): 9 rows counted, 1 there`,
		},
		{
			"a video in two chunks",
			`UPDATE run_chunks SET video_before = 4 WHERE starts_on = '2024-05-28' AND chunk = 1`,
			`chunks: 2024-05-28, chunk 2: has videos from 3, the one before has videos before 4
			checksums: 2024-05-28, chunk 1 (videos before 4): 9 rows counted, 17 there`,
		},
		{
			"a lower end",
			`UPDATE run_chunks SET video_from = 2 WHERE starts_on = '2024-05-28' AND chunk = 1`,
			`chunks: 2024-05-28, chunk 1: has video 2: the first chunk has no lower end
			checksums: 2024-05-28, chunk 1 (video 2): 9 rows counted, 0 there
			payments: 2024-05-28, chunk 1 (video 2): payment rows changed
			payments: 2024-05-28, chunk 1 (video 2): has seen completed payments from 104 to 104, should be 0 to 0`,
		},
		{
			"an upper end",
			`UPDATE run_chunks SET video_before = 9 WHERE starts_on = '2024-05-28' AND chunk = 2`,
			`chunks: 2024-05-28, chunk 2: has videos 3 to 8: the last chunk has no upper end`,
		},
		{
			"an unsettled chunk",
			`UPDATE run_chunks SET state = 'counted' WHERE starts_on = '2024-05-28' AND chunk = 2`,
			`chunks: 2024-05-28, chunk 2: is counted and has 0 rows of unknown videos`,
		},
		{
			"unknown rows",
			`UPDATE run_chunks SET unknown_rows = 3 WHERE kind = 'weekly'`,
			`chunks: 2024-W22, chunk 1: is done and has 3 rows of unknown videos`,
		},
		{
			"a chunk's number",
			`UPDATE run_chunks SET chunk = 3 WHERE starts_on = '2024-05-28' AND chunk = 2`,
			`chunks: 2024-05-28, chunk 3: is number 2 of the plan`,
		},
		{
			"no chunks",
			`DELETE FROM run_chunks WHERE kind = 'monthly'`,
			`chunks: 2024-05: has no chunks
			totals: 2024-05: views: 70 in its run, 0 in its chunks; repeat views: 8 in its run, 0 in its chunks; played seconds: 4200 in its run, 0 in its chunks; ad views: 140 in its run, 0 in its chunks; late rows: 4 in its run, 0 in its chunks; late views: 3 in its run, 0 in its chunks; video amount: 73 in its run, 0 in its chunks; ad amount: 1713 in its run, 0 in its chunks; payments: 4 in its run, 0 in its chunks; refunds: 3 in its run, 0 in its chunks; pending payments: 1 in its run, 0 in its chunks; cancelled payments: 1 in its run, 0 in its chunks; repeat payments: 3 in its run, 0 in its chunks; payments gross: 14000 in its run, 0 in its chunks; payments fee: 680 in its run, 0 in its chunks; payments net: 13320 in its run, 0 in its chunks; late payments: 3 in its run, 0 in its chunks`,
		},
	})
}
