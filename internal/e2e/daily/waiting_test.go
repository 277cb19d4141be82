package daily

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/workflows"
)

func TestSecondStartOfARunningDayIsRefused(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	counting := s.LockCounting()
	run := s.BeginDay(rig.Today)
	s.WaitUntilState(rig.Today, "running")

	s.RunDay(rig.Today).RequireRefusal("daily:2024-05-06 is running already", s.Temporal.UIURL+"/namespaces/"+s.Namespace+"/workflows/daily:2024-05-06")

	counting.Release()
	run.Wait().RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}

func TestNextDayWaitsForTheRunningOne(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	p.Play(10, 1, rig.Tomorrow+" 12:00:00", 60, 1)
	s := rig.New(t, p)
	s.StartWorker()
	counting := s.LockCounting()
	run := s.BeginDay(rig.Today)
	s.WaitUntilState(rig.Today, "running")

	next := s.BeginDay(rig.Tomorrow)
	s.WaitUntilWaiting(rig.Tomorrow, "2024-05-06 is not closed: its run is still going")
	counting.Release()

	run.Wait().RequireSuccess()
	next.Wait().RequireSuccess()
	days := p.Settle(rig.Today, rig.Tomorrow)
	s.RequireSettled(days[0])
	s.RequireSettled(days[1])
}

func TestNextDayDoesNotWaitForARunThatWasTerminated(t *testing.T) {
	t.Parallel()
	s := rig.New(t, rig.PlainPlatform())
	s.AddDays(rig.Today, rig.Tomorrow)
	s.StartWorker()
	counting := s.LockCounting()
	run := s.BeginDay(rig.Today)
	s.WaitUntilState(rig.Today, "running")
	require.NoError(t, s.Dial().TerminateWorkflow(t.Context(), "daily:"+rig.Today, "", "test"))
	run.Wait().RequireFailure("terminated")

	s.RunDay(rig.Tomorrow).RequireFailure("2024-05-06 is not closed: its run was cut off (Terminated)", "starter retry daily --date "+rig.Today)

	counting.Release()
}

func TestDayThatMayWaitGoesOnByItself(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	p.Play(10, 1, rig.Tomorrow+" 12:00:00", 60, 1)
	p.Play(10, 1, rig.DayAfterTomorrow+" 12:00:00", 60, 1)
	s := rig.New(t, p)
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()

	waiting := s.BeginDay(rig.DayAfterTomorrow, "--wait")
	s.WaitUntilWaiting(rig.DayAfterTomorrow, "2024-05-07 is not closed: it was never run")
	s.RunDay(rig.Tomorrow).RequireSuccess()

	waiting.Wait().RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.DayAfterTomorrow)[2])
}

func TestInterruptedStarterLeavesTheRunGoing(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	counting := s.LockCounting()
	run := s.BeginDay(rig.Today)
	s.WaitUntilState(rig.Today, "running")

	require.NoError(t, run.Signal(os.Interrupt))

	interrupted := run.Wait()
	require.Equal(t, 130, interrupted.Code)
	require.Contains(t, rig.LastLines(interrupted.Stderr, 1), "the run goes on")
	require.Equal(t, "running", s.StateOf(rig.Today))
	counting.Release()
	s.WaitUntilState(rig.Today, "closed")
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}

func TestTerminatedWorkerFinishesWhatItHasBegun(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	first := s.StartWorker("WORKER_SLOTS=2")
	counting := s.LockCounting()
	run := s.BeginDay(rig.Today, "--chunk-rows", "1", "--parallel", "2")
	rig.WaitUntil(t, "two chunks are being counted", func() bool { return s.WaitingForVideos() == 2 })

	require.NoError(t, first.Signal(syscall.SIGTERM))
	rig.WaitUntil(t, "neither worker takes on more", func() bool { return strings.Count(first.Stderr.String(), "Worker has been stopped") == 2 })
	counting.Release()

	require.Zero(t, first.Wait().Code)
	require.Equal(t, "running", s.StateOf(rig.Today))
	s.StartWorker()
	run.Wait().RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	require.Zero(t, s.Number(`SELECT COUNT(*) FROM run_chunks WHERE attempt <> 1 OR counts <> 1`), "nothing was begun twice")
}

func TestADayThatWaitsForAFailedOneSaysSoAndGoesOnByItself(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()
	p.AddVideo(oracle.Video{ID: 55, Creator: 1, Title: "New"})
	p.Play(55, 1, rig.Tomorrow+" 12:00:00", 60, 1)
	p.Play(10, 1, rig.DayAfterTomorrow+" 12:00:00", 60, 1)
	s.Append(p, p.Views[len(p.Views)-2:]...)
	const waiting = "daily:" + rig.DayAfterTomorrow

	next := s.BeginDay(rig.DayAfterTomorrow, "--wait")
	s.WaitUntilDetails(waiting, "waiting for earlier days", "| 2024-05-07 | it was never run |", "starter run daily --date 2024-05-07")
	s.RunDay(rig.Tomorrow).RequireFailure("55 (1 row)")
	s.WaitUntilDetails(waiting, "| 2024-05-07 | its run failed |", "starter retry daily --date 2024-05-07")
	s.WaitUntilFound(1, `ExecutionStatus = "Running" AND SettlementPhase = "waiting for earlier days" AND SettlementPeriod = "2024-05-08"`)
	const says = "daily:2024-05-08 waits: 2024-05-07 is not closed: its run failed"
	require.Contains(t, s.Starter("status").RequireSuccess().Stdout, says)
	watching := s.BeginStarter("status", "--watch")
	rig.WaitUntil(t, "it is shown twice", func() bool { return strings.Count(watching.Stdout.String(), says) >= 2 })
	require.NoError(t, watching.Signal(os.Interrupt))
	require.Zero(t, watching.Wait().Code)

	s.PutVideos(p.Videos...)
	s.Starter("retry", "daily", "--date", rig.Tomorrow).RequireSuccess()

	next.Wait().RequireSuccess()
	days := p.Settle(rig.Today, rig.DayAfterTomorrow)
	s.RequireSettled(days[1])
	s.RequireSettled(days[2])
	require.LessOrEqual(t, s.ScheduledIn(waiting, "BeginDay"), 5, "a wait costs history only when something changes")
}

func TestTheSameDayStartedTwiceAtOnceIsSettledOnce(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	runs := []*rig.Program{s.BeginDay(rig.Today, "--chunk-rows", "10"), s.BeginDay(rig.Today, "--chunk-rows", "10")}
	rig.WaitUntil(t, "one is refused", func() bool {
		return slices.ContainsFunc(runs, func(run *rig.Program) bool { return run.HasEnded() })
	})
	other, err := s.Dial().ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "another way to " + rig.Today, TaskQueue: workflows.TaskQueue}, workflows.Daily,
		workflows.DailyInput{Day: rig.ToDay(rig.Today), ChunkRows: 10})
	require.NoError(t, err)

	s.StartWorker() // it takes up both at once

	require.ErrorContains(t, other.Get(t.Context(), nil), "start it with the ID daily:"+rig.Today)
	require.ElementsMatch(t, []int{0, 1}, []int{runs[0].Wait().Code, runs[1].Wait().Code}, "one was refused, the other closed the day")
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}
