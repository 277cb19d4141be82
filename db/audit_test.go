package db

import (
	"context"
	"strings"
	"testing"
	"time"

	"creatorpay/settlement"

	"github.com/stretchr/testify/require"
)

func TestAudit_EveryInvariantHoldsInUntouchedBooks(t *testing.T) {
	db := openAudited(t)
	var names []string

	for _, result := range audited(t, db, auditedMonday, auditedMonday+6) {
		require.Empty(t, result.Findings, result.Name)
		names = append(names, result.Name)
	}

	require.Len(t, names, len(invariants()))
}

// sabotage is a change of the books and all that an audit finds then.
type sabotage struct{ name, change, findings string }

func TestAudit_NamesTheRowsThatBreakAnInvariant(t *testing.T) {
	db := openAudited(t)
	restore := save(t, db)
	for _, test := range []sabotage{
		{
			"a closed day is missing",
			`DELETE FROM runs WHERE starts_on = '2024-05-29'`,
			`chain: 2024-05-29: not closed, but later days are
			chain: 2024-W22: is closed, but only 6 of its 7 days are
			chain: 2024-05: is closed, but only 4 of its 5 days are`,
		},
		{
			"three closed days are missing",
			`DELETE FROM runs WHERE kind = 'daily' AND starts_on BETWEEN '2024-05-29' AND '2024-05-31'`,
			`chain: 2024-05-29 to 2024-05-31: not closed, but later days are
			chain: 2024-W22: is closed, but only 4 of its 7 days are
			chain: 2024-05: is closed, but only 2 of its 5 days are`,
		},
		{
			"the first closed day is missing",
			`DELETE FROM runs WHERE starts_on = '2024-05-27' AND kind = 'daily'`,
			`chain: 2024-05-27: is settled but not closed, and lies before 2024-05-28, the first closed day`,
		},
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
			checksums: 2024-05-28, chunk 1 (video 2): 9 rows counted, 0 there`,
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
			totals: 2024-05: views: 70 in its run, 0 in its chunks; repeat views: 8 in its run, 0 in its chunks; played seconds: 4200 in its run, 0 in its chunks; ad views: 140 in its run, 0 in its chunks; late rows: 4 in its run, 0 in its chunks; late views: 3 in its run, 0 in its chunks; video amount: 73 in its run, 0 in its chunks; ad amount: 1713 in its run, 0 in its chunks`,
		},
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
			"a statement without a delivery",
			`DELETE FROM deliveries WHERE creator_id = 2`,
			`mails: 2024-W22, creator 2: has a statement, but no delivery`,
		},
		{
			"a delivery without a statement",
			`INSERT INTO deliveries (starts_on, version, creator_id, state, changed_at) VALUES ('2024-05-27', 1, 3, 'pending', NOW())`,
			`mails: 2024-W22, creator 3: has a delivery (pending), but no statement`,
		},
		{
			"a mail without a claim",
			`UPDATE deliveries SET attempts = 0 WHERE creator_id = 1`,
			`mails: 2024-W22, creator 1: the mail is sent, but no attempt claimed it`,
		},
		{
			"a mail before the close",
			`UPDATE deliveries SET changed_at = '2024-01-01' WHERE creator_id = 1`,
			`mails: 2024-W22, creator 1: the mail is sent from before the week closed`,
		},
		{
			"a place's value",
			`UPDATE top_videos SET value = 10 WHERE starts_on = '2024-05-28' AND metric = 'views' AND place = 1`,
			`top 5: 2024-05-28, top 1 by views: is video 1 with 10, should be video 1 with 9`,
		},
		{
			"a place's video",
			`UPDATE top_videos SET video_id = 5 WHERE kind = 'weekly' AND metric = 'played_seconds' AND place = 2`,
			`top 5: 2024-W22, top 2 by played_seconds: is video 5 with 2340, should be video 1 with 2340`,
		},
		{
			"a lost place",
			`DELETE FROM top_videos WHERE kind = 'monthly' AND metric = 'views' AND place = 4`,
			`top 5: 2024-05, top 4 by views: is missing: video 4 with 6`,
		},
		{
			"a made-up place",
			`INSERT INTO top_videos VALUES ('daily', '2024-05-29', 'views', 5, 5, 0)`,
			`top 5: 2024-05-29, top 5 by views: video 5 has a place that no video should have`,
		},
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
			`INSERT INTO daily_settlements VALUES ('2024-05-28', 5, 3, 0, 0, 0, 0, 0, 0)`,
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
		{
			"a lost price rule",
			`UPDATE runs SET price_rule = 7 WHERE starts_on = '2024-05-28'`,
			`amounts: 2024-05-28: price rule 7, which its run used, is missing or does not price every ordinal`,
		},
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
			"a lost statement",
			`DELETE FROM statements WHERE kind = 'monthly' AND creator_id = 2`,
			`statements: 2024-05, creator 2: has counted views, but no statement`,
		},
		{
			"a made-up statement",
			`INSERT INTO statements (kind, starts_on, version, creator_id, name, locale, views, self_views, repeat_views, played_seconds, ad_views, video_amount, ad_amount)
			VALUES ('monthly', '2024-05-01', 1, 3, 'Park', 'ko', 0, 0, 8, 0, 0, 0, 0)`,
			`statements: 2024-05, creator 3: has a statement, but no counted views`,
		},
		{
			"a missing row of the watch log",
			`DELETE FROM watch_log WHERE watched_on = '2024-05-28' AND video_id = 5`,
			`rows: 2024-05-28: 1 row missing: 18 counted, 17 there
			checksums: 2024-05-28, chunk 2 (videos from 3): 9 rows counted, 8 there`,
		},
		{
			"a changed row of the watch log",
			`UPDATE watch_log SET ad_views = 3 WHERE watched_on = '2024-05-28' AND video_id = 5`,
			`checksums: 2024-05-28, chunk 2 (videos from 3): rows changed`,
		},
		{
			"a row of a day that was dropped",
			`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES ('2024-01-01', 1, 1, '2024-01-01', 1, 1, 1)`,
			`rows: 2024-01-01: 1 row came after it was dropped`,
		},
		{
			"a posted row of the watch log that has changed",
			`UPDATE watch_log SET ad_views = 3 WHERE watched_on = '2024-05-29' AND watched_at = '2024-05-28 16:00:00'`,
			`rows: 2024-05-29: 1 posted late row changed`,
		},
		{
			"a row of the watch log with an earlier epoch",
			`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch) VALUES ('2024-05-28', 5, 1, '2024-05-28 00:00:00', 99, 60, 2, 0)`,
			`rows: 2024-05-28: 1 row came with an epoch from before the close: 18 counted, 19 there
			checksums: 2024-05-28, chunk 2 (videos from 3): 9 rows counted, 10 there`,
		},
		{
			"a missing posted row of the watch log",
			`DELETE FROM watch_log WHERE watched_on = '2024-05-29' AND watched_at = '2024-05-28 16:00:00'`,
			`rows: 2024-05-29: 1 posted late row missing`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer restore()
			exec(t, db, test.change)
			reseal(t, db)

			found := findings(t, db, auditedMonday, auditedMonday+6)

			require.Equal(t, strings.Split(strings.ReplaceAll(test.findings, "\t", ""), "\n"), found)
		})
	}
}

func TestR11_AuditTellsThatAClosedRowHasChanged(t *testing.T) {
	db := openAudited(t)
	restore := save(t, db)
	for _, test := range []sabotage{
		{"a run", `UPDATE runs SET repeat_window_ms = 1 WHERE starts_on = '2024-05-28'`, "2024-05-28, runs: has 1 row as when it closed, but not the same"},
		{"a chunk", `UPDATE run_chunks SET checksum = 1 WHERE kind = 'weekly'`, "2024-W22, run_chunks: has 1 row as when it closed, but not the same"},
		{"a week's video", `UPDATE period_videos SET title = 'changed' WHERE kind = 'weekly' AND video_id = 2`, "2024-W22, period_videos: has 5 rows as when it closed, but not the same"},
		{"a month's statement", `UPDATE statements SET locale = 'ko' WHERE kind = 'monthly' AND creator_id = 2`, "2024-05, statements: has 2 rows as when it closed, but not the same"},
		{"a line without figures", `INSERT INTO daily_statistics VALUES ('2024-05-28', 2, 1, 0, 0, 0, 0, 0)`, "2024-05-28, daily_statistics: had 3 rows when it closed, has 4 now"},
		{"the seals", `UPDATE runs SET seals = NULL WHERE kind = 'weekly'`, "2024-W22: closed without a seal"},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer restore()
			exec(t, db, test.change)

			require.Equal(t, []string{"unchanged: " + test.findings}, findings(t, db, auditedMonday, auditedMonday+6))
		})
	}
}

func TestAudit_NotesLateRowsThatNobodyHasPosted(t *testing.T) {
	db := openAudited(t)
	watch(t, db, view(auditedMonday+1, 1, time.Hour))
	var notes []string

	for _, result := range audited(t, db, auditedMonday, auditedMonday+6) {
		require.Empty(t, result.Findings, result.Name)
		notes = append(notes, result.Notes...)
	}

	require.Equal(t, []string{"2024-05-28: 1 row came late, not posted yet"}, notes)
}

func TestAudit_WithoutChecksumsOnlyCountsTheRows(t *testing.T) {
	db := openAudited(t)
	exec(t, db, `UPDATE watch_log SET ad_views = 3 WHERE watched_on = '2024-05-28' AND video_id = 5`)

	results, err := db.Audit(t.Context(), auditedMonday, auditedMonday+6, false)

	require.NoError(t, err)
	for _, result := range results {
		require.NotEqual(t, checksumsInvariant.Name, result.Name)
		require.Empty(t, result.Findings, result.Name)
	}
}

func TestAudit_LooksAtTheRangeOnly(t *testing.T) {
	db := openAudited(t)
	exec(t, db, `UPDATE daily_settlements SET views_from = 4, views_to = 7 WHERE starts_on = '2024-05-29' AND video_id = 2`)
	reseal(t, db)

	require.Empty(t, findings(t, db, auditedMonday, auditedMonday+1))
	require.Equal(t, []string{"ordinals: 2024-05-30, video 2: views begin after 6, but 7 were paid before"},
		findings(t, db, auditedMonday+3, auditedMonday+100))
}

func TestAudit_BoundsWhatItNames(t *testing.T) {
	db := openAudited(t)
	exec(t, db, `UPDATE daily_settlements SET ad_amount = ad_amount + 1`)

	for _, result := range audited(t, db, auditedMonday, auditedMonday+6) {
		if result.Name == "amounts" {
			require.Len(t, result.Findings, findingsNamed)
			require.Equal(t, 23-findingsNamed, result.More)
		}
	}
}

func TestAudit_OfNoClosedDayIsRefused(t *testing.T) {
	db := openMigrated(t)

	_, err := db.Audit(t.Context(), monday, monday+1, true)

	require.ErrorIs(t, err, settlement.ErrNothing)
}

func TestAudit_NeedsOneConnectionOnly(t *testing.T) {
	db := openAudited(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, connections := range []int{1, 2} {
		db.pool.SetMaxOpenConns(connections)
		results, err := db.Audit(ctx, auditedMonday, auditedMonday+6, true)
		require.NoError(t, err)
		require.Len(t, results, len(invariants()))
	}
}
