package operations

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

func TestOpenDayIsNeitherExportedNorVerified(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	requireNotClosed := func() {
		for _, what := range []string{"statistics", "settlement", "top5"} {
			s.Starter("export", what, "--period", "daily", "--date", rig.Today).RequireRefusal("2024-05-06 is not closed")
		}
		s.Starter("verify", "--date", rig.Today).RequireRefusal("2024-05-06 is not closed")
	}
	requireNotClosed()

	ranking := s.LockRanking()
	run := s.BeginDay(rig.Today)
	s.WaitUntilSettled(1)
	requireNotClosed()

	ranking.Release()
	run.Wait().RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}

func TestADayWhoseNeighbourWasDroppedIsNotVerified(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	const last = "2024-05-08"
	p.Play(10, 1000, rig.Tomorrow+" 23:59:50", 60, 1)
	p.Play(10, 1000, last+" 00:00:05", 60, 1) // a repeat
	s := rig.New(t, p)
	s.StartWorker()
	for _, day := range []string{rig.Today, rig.Tomorrow, last} {
		s.RunDay(day).RequireSuccess()
	}
	s.Starter("verify", "--date", last).RequireSuccess()
	s.Starter("partitions", "drop", "--older-than-days", "1", "--yes").RequireSuccess()

	s.Starter("verify", "--date", last).RequireRefusal("2024-05-08 cannot be verified", "plays of 2024-05-07", "were dropped")
	s.Starter("verify", "--date", rig.Tomorrow).RequireRefusal("2024-05-07 cannot be verified", "its rows were dropped")
	s.Starter("audit", "--from", rig.Today, "--to", last).RequireSuccess()
}

func TestVerifyPrintsEachDifference(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	p.Play(10, 1000, rig.Today+" 00:00:01", 60, 1) // a repeat
	p.AddVideo(oracle.Video{ID: 101, Creator: 7, Title: "Only self views"})
	p.Play(101, 7, rig.Today+" 12:00:00", 60, 1)
	s := rig.New(t, p)
	s.StartWorker()
	s.RunDay(rig.Today, "--chunk-rows", "25").RequireSuccess()
	s.RunDay(rig.Tomorrow).RequireSuccess()

	for _, c := range []struct {
		name, change, undo string
		differences        []string
	}{
		{
			"a changed row",
			`UPDATE watch_log SET played_seconds = 61 WHERE video_id = 10 AND viewer_id = 1003`,
			`UPDATE watch_log SET played_seconds = 60 WHERE video_id = 10 AND viewer_id = 1003`,
			[]string{"video 10 | played seconds | 600 | 601", "day 2024-05-06 | played seconds | 6000 | 6001", "rows changed", "top 1 by played_seconds | value | 600 | 601"},
		},
		{
			"a changed row that does not count",
			`UPDATE watch_log SET played_seconds = 61 WHERE video_id = 10 AND view_id = 101`,
			`UPDATE watch_log SET played_seconds = 60 WHERE video_id = 10 AND view_id = 101`,
			[]string{"1 | videos before 30 | 21 | 21", "rows changed"},
		},
		{
			"a removed row",
			`DELETE FROM watch_log WHERE video_id = 50 AND viewer_id = 1004`,
			`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch) VALUES ('2024-05-06', 50, 1004, '2024-05-05 19:00:00', 45, 60, 1, 1)`,
			[]string{
				"video 50 | views | 10 | 9", "video 50 | played seconds | 600 | 540", "video 50 | ad views | 10 | 9",
				"1 row missing",
				"video 50 | views to | 10 | 9", "video 50 | ad views to | 10 | 9", "video 50 | video amount | ₩10 | ₩9", "video 50 | ad amount | ₩100 | ₩90",
				"day 2024-05-06 | views | 100 | 99", "day 2024-05-06 | played seconds | 6000 | 5940", "day 2024-05-06 | ad views | 100 | 99",
				"day 2024-05-06 | video amount | ₩100 | ₩99", "day 2024-05-06 | ad amount | ₩1,000 | ₩990",
				"top 5 by views | video | 50 | 60", "top 5 by played_seconds | video | 50 | 60",
			},
		},
		{
			"an added row",
			`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch) VALUES ('2024-05-06', 50, 7777, '2024-05-06 12:00:00', 7777, 9, 0, 1)`,
			`DELETE FROM watch_log WHERE viewer_id = 7777`,
			[]string{"1 row came with an epoch from before the close", "video 50 | views | 10 | 11", "video 50 | video amount | ₩10 | ₩11", "day 2024-05-06 | video amount | ₩100 | ₩101"},
		},
		{
			"an added row of a video without settlement",
			`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch) VALUES ('2024-05-06', 101, 7777, '2024-05-06 12:00:00', 7777, 9, 0, 1)`,
			`DELETE FROM watch_log WHERE viewer_id = 7777`,
			[]string{"video 101 | views | 0 | 1", "day 2024-05-06 | views | 100 | 101"},
		},
		{
			"an added row of an unknown video",
			`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch) VALUES ('2024-05-06', 999, 7777, '2024-05-06 12:00:00', 7777, 9, 0, 1)`,
			`DELETE FROM watch_log WHERE viewer_id = 7777`,
			[]string{"rows of unknown videos | 0 | 1"},
		},
		{
			"a stored count",
			`UPDATE daily_statistics SET self_views = 3 WHERE video_id = 101 AND starts_on = '2024-05-06'`,
			`UPDATE daily_statistics SET self_views = 1 WHERE video_id = 101 AND starts_on = '2024-05-06'`,
			[]string{"video 101 | self views | 3 | 1"},
		},
		{
			"a stored amount",
			`UPDATE daily_settlements SET ad_amount = 101 WHERE video_id = 40`,
			`UPDATE daily_settlements SET ad_amount = 100 WHERE video_id = 40`,
			[]string{"video 40 | ad amount | ₩101 | ₩100"},
		},
		{
			"a stored position",
			`UPDATE daily_settlements SET views_from = 1 WHERE video_id = 40`,
			`UPDATE daily_settlements SET views_from = 0 WHERE video_id = 40`,
			[]string{"video 40 | views from | 1 | 0"},
		},
		{
			"a stored creator",
			`UPDATE daily_settlements SET creator_id = 3 WHERE video_id = 40`,
			`UPDATE daily_settlements SET creator_id = 2 WHERE video_id = 40`,
			[]string{"video 40 | creator | 3 | 2"},
		},
		{
			"a lost settlement",
			`DELETE FROM daily_settlements WHERE video_id = 40`,
			`INSERT INTO daily_settlements (starts_on, video_id, creator_id, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount) VALUES ('2024-05-06', 40, 2, 0, 10, 0, 10, 10, 100)`,
			[]string{"video 40 | video amount | ₩0 | ₩10"},
		},
		{
			"a made-up settlement",
			`INSERT INTO daily_settlements (starts_on, video_id, creator_id, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount) VALUES ('2024-05-06', 41, 2, 0, 10, 0, 10, 10, 100)`,
			`DELETE FROM daily_settlements WHERE video_id = 41`,
			[]string{"video 41 | settlement line | there | none"},
		},
		{
			"a lost statistic",
			`DELETE FROM daily_statistics WHERE video_id = 40`,
			`INSERT INTO daily_statistics (starts_on, video_id, creator_id, views, self_views, repeat_views, played_seconds, ad_views) VALUES ('2024-05-06', 40, 2, 10, 0, 0, 600, 10)`,
			[]string{"video 40 | views | 0 | 10"},
		},
		{
			"a stored rank",
			`UPDATE top_videos SET video_id = 60 WHERE metric = 'views' AND video_rank = 2 AND starts_on = '2024-05-06'`,
			`UPDATE top_videos SET video_id = 20 WHERE metric = 'views' AND video_rank = 2 AND starts_on = '2024-05-06'`,
			[]string{"top 2 by views | video | 60 | 20"},
		},
		{
			"a stored total",
			`UPDATE runs SET video_amount = 99 WHERE starts_on = '2024-05-06'`,
			`UPDATE runs SET video_amount = 100 WHERE starts_on = '2024-05-06'`,
			[]string{"day 2024-05-06 | video amount | ₩99 | ₩100"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := s.In(t)
			s.Exec(c.change)

			found := s.Starter("verify", "--date", rig.Today)

			found.RequireFailure("2024-05-06: ")
			if _, table, printed := strings.Cut(found.Stdout, "Recomputed"); printed {
				found.RequireFailure(fmt.Sprintf("%d difference", strings.Count(table, "\n")-3))
			}
			for _, difference := range c.differences {
				require.Contains(t, cells(found.Stdout), difference)
			}
			s.Exec(c.undo)
			s.Starter("verify", "--date", rig.Today).RequireSuccess()
		})
	}
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}

func TestVerifyTellsOfEachChunkWhetherRowsCameAreMissingOrChanged(t *testing.T) {
	t.Parallel()
	const (
		came    = `INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES ('2024-05-06', 50, 7777, '2024-05-06 12:00:00', 7777, 9, 0)`
		earlier = `INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch) VALUES ('2024-05-06', 50, 7777, '2024-05-06 12:00:00', 7777, 9, 0, 0)`
		missing = `DELETE FROM watch_log WHERE watched_on = '2024-05-06' AND video_id = 50 AND viewer_id = 1004`
		changed = `UPDATE watch_log SET ad_views = 2 WHERE watched_on = '2024-05-06' AND video_id = 50 AND viewer_id = 1005`
		posted  = `UPDATE watch_log SET ad_views = 5 WHERE view_id = 8888`
		lost    = `DELETE FROM watch_log WHERE view_id = 8888`
	)
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.AddDays(rig.Today, "2024-05-08")
	s.StartWorker()
	s.RunDay(rig.Today, "--chunk-rows", "40").RequireSuccess()
	s.Exec(`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES ('2024-05-06', 60, 8888, '2024-05-06 12:00:00', 8888, 9, 0)`)
	s.RunDay(rig.Tomorrow).RequireSuccess()
	devtest.CopyTable(t, s.SQL, "watch_log", "saved")
	require.Contains(t, s.Starter("verify", "--date", rig.Today).RequireSuccess().Stdout, "no difference", "a late row that was posted")

	for _, c := range []struct {
		verdict string
		changes []string
	}{
		{"videos 50 to 89 | 40 | 40 | CHECKSUMS | 1 row came late, not posted yet", []string{came}},
		{"videos 50 to 89 | 40 | 39 | CHECKSUMS | 1 row missing", []string{missing}},
		{"videos 50 to 89 | 40 | 40 | CHECKSUMS | rows changed", []string{changed}},
		{"videos 50 to 89 | 40 | 41 | CHECKSUMS | 1 row came with an epoch from before the close: restored, or inserted with it", []string{earlier}},
		{"videos 50 to 89 | 40 | 39 | CHECKSUMS | 1 row missing; 1 row came late, not posted yet", []string{missing, came}},
		{"videos 50 to 89 | 40 | 40 | CHECKSUMS | rows changed; 1 row came late, not posted yet", []string{changed, came}},
		{"videos 50 to 89 | 40 | 40 | CHECKSUMS | rows changed", []string{missing, earlier}},
		{"videos 50 to 89 | 40 | 40 | CHECKSUMS | 1 posted late row changed", []string{posted}},
		{"videos 50 to 89 | 40 | 40 | CHECKSUMS | 1 posted late row missing", []string{lost}},
	} {
		t.Run(c.verdict, func(t *testing.T) {
			s := s.In(t)
			defer devtest.CopyRows(t, s.SQL, "saved", "watch_log")
			defer s.Exec(`DELETE FROM watch_log`)
			for _, change := range c.changes {
				s.Exec(change)
			}

			found := s.Starter("verify", "--date", rig.Today)

			require.Contains(t, checksum.ReplaceAllString(cells(found.Stdout), "CHECKSUMS"), "2 | "+c.verdict+" |")
			if len(c.changes) == 1 && c.changes[0] == came {
				found.RequireSuccess()
			} else {
				found.RequireFailure("2024-05-06: 1 chunk with other rows in the logs than were counted")
			}
		})
	}
}

// checksum is that of a chunk when it was counted, and now.
var checksum = regexp.MustCompile(`[0-9a-f]{16} \| [0-9a-f]{16}`)

// cells is a printed table with one space between its cells and their borders.
func cells(table string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(table, "│", "|")), " ")
}
