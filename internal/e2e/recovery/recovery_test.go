package recovery

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

func TestChunkThatFailsDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	misplaced := []any{rig.Today, 30, "2024-05-07 15:00:00"} // starts after the day's end
	s.Exec(`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES (?, ?, 1, ?, 1, 1, 1)`, misplaced...)

	failed := s.RunDay(rig.Today, "--chunk-rows", "10")

	failed.RequireFailure("1 of 10 chunks failed", "chunk 3 (videos 30 to 39): watch log of 2024-05-06, video 30: viewer 1's play started at 2024-05-07T15:00:00Z")
	require.EqualValues(t, 9, s.Number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'counted'`))
	require.Contains(t, s.Starter("status").RequireSuccess().Stdout, "1 of 10 chunks failed")

	s.Exec(`DELETE FROM watch_log WHERE watched_on = ? AND video_id = ? AND watched_at = ?`, misplaced...)
	s.RunDay(rig.Today).RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	s.RequireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
}

func TestResetRunGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	p.AddVideo(oracle.Video{ID: 55, Creator: 1, Title: "New"})
	p.Play(55, 1, rig.Today+" 12:00:00", 60, 1)
	s.Append(p, p.Views[len(p.Views)-1])
	s.RunDay(rig.Today, "--chunk-rows", "10").RequireFailure("55 (1 row)")
	s.PutVideos(p.Videos...)

	s.Reset("daily:" + rig.Today)

	s.WaitUntilState(rig.Today, "closed")
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	require.EqualValues(t, 1, s.Number(`SELECT COUNT(*) FROM run_chunks WHERE counts <> 1`))
}

func TestResetOfAClosedDayChangesNothing(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()

	again := s.Reset("daily:" + rig.Today)

	require.ErrorContains(t, s.Dial().GetWorkflow(t.Context(), "daily:"+rig.Today, again).Get(t.Context(), nil), "2024-05-06 is closed and is never run again")
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	s.RequireCounts(1)
}

func TestActivitiesOfATerminatedRunAreRefused(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker("WORKER_SLOTS=12") // of which the old run's activities fill ten
	counting := s.LockCounting()
	s.BeginDay(rig.Today, "--chunk-rows", "1")
	rig.WaitUntil(t, "all chunks are being counted", func() bool { return s.WaitingForVideos() == 10 })

	require.NoError(t, s.Dial().TerminateWorkflow(t.Context(), "daily:"+rig.Today, "", "test"))
	run := s.BeginDay(rig.Today)
	rig.WaitUntil(t, "the new run has taken over", func() bool {
		return s.Number(`SELECT fence FROM runs WHERE starts_on = ?`, rig.Today) == 2
	})
	counting.Release()

	run.Wait().RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	s.RequireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	require.Zero(t, s.Number(`SELECT COUNT(*) FROM run_chunks WHERE fence <> 2`))
}

func TestOnlyOneDayStartsTheChain(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	p.Play(10, 1, "2024-05-10 12:00:00", 60, 1)
	s := rig.New(t, p)
	first, later := s.BeginDay(rig.Today), s.BeginDay("2024-05-10")
	first.WaitUntilSaid("runs")
	later.WaitUntilSaid("runs")

	s.StartWorker() // it takes up both at once

	ends := []rig.Outcome{first.Wait(), later.Wait()}
	require.Equal(t, 1, ends[0].Code+ends[1].Code, "one closes, the other is refused: %+v", ends)
	require.EqualValues(t, 1, s.Number(`SELECT COUNT(*) FROM runs`))
	if ends[0].Code == 0 {
		ends[1].RequireFailure("2024-05-09 is not closed: it was never run")
		s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	} else {
		ends[0].RequireFailure("2024-05-06 lies before 2024-05-10")
		s.RequireSettled(p.Settle("2024-05-10", "2024-05-10")[0])
	}
}
