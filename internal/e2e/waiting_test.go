package e2e

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflow/v1"
)

const (
	tomorrow         = "2024-05-07"
	dayAfterTomorrow = "2024-05-08"
)

func TestSecondStartOfARunningDayIsRefused(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	counting := s.lockCounting()
	run := s.beginDay(today)
	s.waitUntilState(today, "running")

	s.runDay(today).requireRefusal("daily:2024-05-06 is running already", s.temporal.UIURL+"/namespaces/"+s.namespace+"/workflows/daily:2024-05-06")

	counting.release()
	run.wait().requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
}

func TestNextDayWaitsForTheRunningOne(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	p.Play(10, 1, tomorrow+" 12:00:00", 60, 1)
	s := newSystem(t, p)
	s.startWorker()
	counting := s.lockCounting()
	run := s.beginDay(today)
	s.waitUntilState(today, "running")

	next := s.beginDay(tomorrow)
	s.waitUntilWaiting(tomorrow, "2024-05-06 is not closed: its run is still going")
	counting.release()

	run.wait().requireSuccess()
	next.wait().requireSuccess()
	days := p.Settle(today, tomorrow)
	s.requireSettled(days[0])
	s.requireSettled(days[1])
}

func TestDayThatMayWaitGoesOnByItself(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	p.Play(10, 1, tomorrow+" 12:00:00", 60, 1)
	p.Play(10, 1, dayAfterTomorrow+" 12:00:00", 60, 1)
	s := newSystem(t, p)
	s.startWorker()
	s.runDay(today).requireSuccess()

	waiting := s.beginDay(dayAfterTomorrow, "--wait")
	s.waitUntilWaiting(dayAfterTomorrow, "2024-05-07 is not closed: it was never run")
	s.runDay(tomorrow).requireSuccess()

	waiting.wait().requireSuccess()
	s.requireSettled(p.Settle(today, dayAfterTomorrow)[2])
}

func TestInterruptedStarterLeavesTheRunGoing(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	counting := s.lockCounting()
	run := s.beginDay(today)
	s.waitUntilState(today, "running")

	run.signal(os.Interrupt)

	interrupted := run.wait()
	require.Equal(t, 130, interrupted.code)
	require.Contains(t, lastLines(interrupted.stderr, 1), "the run goes on")
	require.Equal(t, "running", s.stateOf(today))
	counting.release()
	s.waitUntilState(today, "closed")
	s.requireSettled(p.Settle(today, today)[0])
}

func TestTerminatedWorkerFinishesWhatItHasBegun(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	first := s.startWorker("WORKER_SLOTS=2")
	counting := s.lockCounting()
	run := s.beginDay(today, "--chunk-rows", "1", "--parallel", "2")
	waitUntil(t, "two chunks are being counted", func() bool { return s.waitingForVideos() == 2 })

	first.signal(syscall.SIGTERM)
	first.waitUntilSaid("Worker has been stopped")
	counting.release()

	require.Zero(t, first.wait().code)
	require.Equal(t, "running", s.stateOf(today))
	s.startWorker()
	run.wait().requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
	require.Zero(t, s.number(`SELECT COUNT(*) FROM run_chunks WHERE attempt <> 1 OR counts <> 1`), "nothing was begun twice")
}

// waitingForVideos is how many statements wait for the lock of [system.lockCounting].
func (s *system) waitingForVideos() int64 {
	s.t.Helper()
	return s.number(`
		SELECT COUNT(*)
		FROM information_schema.PROCESSLIST
		WHERE DB = DATABASE() AND ID <> CONNECTION_ID() AND INFO LIKE '%FROM videos%'`)
}

func (s *system) waitUntilState(day, state string) {
	s.t.Helper()
	waitUntil(s.t, day+" is "+state, func() bool { return s.stateOf(day) == state })
}

// waitUntilWaiting waits until the day's run shows in Temporal what it waits for.
func (s *system) waitUntilWaiting(day, reason string) {
	s.t.Helper()
	temporal := s.dial()
	waitUntil(s.t, "the run of "+day+" says: "+reason, func() bool {
		run, err := temporal.DescribeWorkflowExecution(s.t.Context(), "daily:"+day, "")
		return err == nil && slices.ContainsFunc(run.GetPendingActivities(), func(pending *workflow.PendingActivityInfo) bool {
			return strings.Contains(pending.GetLastFailure().GetMessage(), "waiting: "+reason)
		})
	})
	require.Empty(s.t, s.stateOf(day))
}

// waitUntilSaid waits for a text on the program's stderr.
func (p *program) waitUntilSaid(text string) {
	p.t.Helper()
	waitUntil(p.t, "it says "+text, func() bool { return strings.Contains(p.stderr.String(), text) })
}
