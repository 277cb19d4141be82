package e2e

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
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
	first.WaitUntilSaid("Worker has been stopped")
	counting.Release()

	require.Zero(t, first.Wait().Code)
	require.Equal(t, "running", s.StateOf(rig.Today))
	s.StartWorker()
	run.Wait().RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	require.Zero(t, s.Number(`SELECT COUNT(*) FROM run_chunks WHERE attempt <> 1 OR counts <> 1`), "nothing was begun twice")
}
