package e2e

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	activitypb "go.temporal.io/api/activity/v1"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/workflows"
)

func optionsOf(id string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{ID: id, TaskQueue: workflows.TaskQueue}
}

func TestRetryGoesOnWhereTheRunFailed(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	s.starter("retry", "daily", "--date", tomorrow).requireRefusal("the watch log has no partition for " + tomorrow)
	misplaced := []any{today, 30, "2024-05-07 15:00:00"} // starts after the day's end
	s.exec(`INSERT INTO watch_log VALUES (?, ?, 1, ?, 1, 1, 1)`, misplaced...)
	s.runDay(today, "--chunk-rows", "10").requireFailure("1 of 10 chunks failed; mend the cause, then: starter retry daily --date 2024-05-06")
	s.waitUntilFound(1, `SettlementKind = "daily" AND SettlementPeriod = "2024-05-06" AND SettlementPhase = "failed" AND FailedChunks = 1`)
	s.starter("retry", "daily", "--date", today).requireFailure("1 of 10 chunks failed")
	s.exec(`DELETE FROM watch_log WHERE watched_on = ? AND video_id = ? AND watched_at = ?`, misplaced...)

	retried := s.starter("retry", "daily", "--date", today).requireSuccess()

	require.Contains(t, retried.stdout, "2024-05-06 closed: ")
	s.requireSettled(p.Settle(today, today)[0])
	s.requireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	require.Equal(t, 1, s.scheduledIn("daily:"+today, "BeginDay"), "it was not begun anew")
	s.waitUntilFound(1, `SettlementPhase = "closed" AND FailedChunks = 0`)
	s.starter("retry", "daily", "--date", today).requireRefusal("2024-05-06 is closed and is never run again")
}

func TestRetryTellsARestoredDatabaseFromAClosedDay(t *testing.T) {
	t.Parallel()
	s := newSystem(t, plainPlatform())
	s.startWorker()
	s.runDay(today).requireSuccess()
	s.exec(`UPDATE runs SET state = 'running'`) // as the backup had it

	s.starter("retry", "daily", "--date", today).requireRefusal(
		"finished in Temporal, but 2024-05-06 is not closed in the database", "temporal workflow reset --workflow-id daily:2024-05-06 --type FirstWorkflowTask")
}

func TestRetryWithoutAHistoryStartsAfresh(t *testing.T) {
	t.Parallel()
	s, p := unmended(t)
	s.startWorker()
	s.runDay(today, "--chunk-rows", "40").requireFailure("starter retry daily --date 2024-05-06")
	s.putVideos(p.Videos...)
	_, err := s.dial().WorkflowService().DeleteWorkflowExecution(t.Context(), &workflowservice.DeleteWorkflowExecutionRequest{
		Namespace: s.namespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: "daily:" + today},
	})
	require.NoError(t, err)
	waitUntil(t, "Temporal has forgotten the run", func() bool { return s.latestRun("daily:"+today) == "" })

	s.starter("retry", "daily", "--date", today).requireSuccess()

	s.requireSettled(p.Settle(today, today)[0])
	require.EqualValues(t, 1, s.number(`SELECT COUNT(*) FROM run_chunks WHERE counts <> 1`))
}

func TestACutOffRunIsResumed(t *testing.T) {
	for name, cutOff := range map[string]func(context.Context, client.Client) error{
		"cancelled": func(ctx context.Context, c client.Client) error { return c.CancelWorkflow(ctx, "daily:"+today, "") },
		"terminated": func(ctx context.Context, c client.Client) error {
			return c.TerminateWorkflow(ctx, "daily:"+today, "", "test")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plainPlatform()
			s := newSystem(t, p)
			s.startWorker("WORKER_SLOTS=12")
			counting := s.lockCounting()
			run := s.beginDay(today, "--chunk-rows", "10", "--parallel", "4")
			waitUntil(t, "chunks are being counted", func() bool { return s.waitingForVideos() == 4 })
			s.starter("retry", "daily", "--date", today).requireRefusal("daily:2024-05-06 is running: there is nothing to retry")

			require.NoError(t, cutOff(t.Context(), s.dial()))
			if name == "cancelled" { // what runs is waited for: the heartbeat tells it
				run.wait().requireFailure("daily:2024-05-06 failed: canceled")
				require.Equal(t, "failed", s.stateOf(today))
				counting.release()
				s.starter("retry", "daily", "--date", today).requireSuccess()
			} else { // the zombies commit when the lock is gone, and too late
				retried := s.beginStarter("retry", "daily", "--date", today)
				waitUntil(t, "the new run counts, too", func() bool { return s.waitingForVideos() >= 8 })
				counting.release()
				retried.wait().requireSuccess()
			}

			s.requireSettled(p.Settle(today, today)[0])
			s.requireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
			require.Equal(t, 1, s.scheduledIn("daily:"+today, "BeginDay"), "it was not begun anew")
		})
	}
}

func TestAnActivityIsPausedChangedAndUnpaused(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	counting := s.lockCounting()
	run := s.beginDay(today, "--chunk-rows", "10", "--parallel", "2")
	waitUntil(t, "two chunks are being counted", func() bool { return s.waitingForVideos() == 2 })
	service, execution := s.dial().WorkflowService(), &commonpb.WorkflowExecution{WorkflowId: "daily:" + today}

	_, err := service.PauseActivity(t.Context(), &workflowservice.PauseActivityRequest{
		Namespace: s.namespace, Execution: execution, Activity: &workflowservice.PauseActivityRequest_Id{Id: "count-001-1"},
	})
	require.NoError(t, err)
	waitUntil(t, "the heartbeat tells it", func() bool { return s.pendingState("count-001-1") == enums.PENDING_ACTIVITY_STATE_PAUSED })
	_, err = service.UpdateActivityOptions(t.Context(), &workflowservice.UpdateActivityOptionsRequest{
		Namespace: s.namespace, Execution: execution, Activity: &workflowservice.UpdateActivityOptionsRequest_Id{Id: "count-001-1"},
		ActivityOptions: &activitypb.ActivityOptions{StartToCloseTimeout: durationpb.New(2 * time.Hour)},
		UpdateMask:      &fieldmaskpb.FieldMask{Paths: []string{"start_to_close_timeout"}},
	})
	require.NoError(t, err)
	counting.release()
	waitUntil(t, "all others are counted", func() bool {
		return s.number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'counted'`) == 9
	})
	_, err = service.UnpauseActivity(t.Context(), &workflowservice.UnpauseActivityRequest{
		Namespace: s.namespace, Execution: execution, Activity: &workflowservice.UnpauseActivityRequest_Id{Id: "count-001-1"},
	})
	require.NoError(t, err)

	run.wait().requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
	s.requireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
}

func TestADayThatWaitsForAFailedOneSaysSoAndGoesOnByItself(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	s.startWorker()
	s.runDay(today).requireSuccess()
	p.AddVideo(oracle.Video{ID: 55, Creator: 1, Title: "New"})
	p.Play(55, 1, tomorrow+" 12:00:00", 60, 1)
	p.Play(10, 1, dayAfterTomorrow+" 12:00:00", 60, 1)
	s.append(p, p.Views[len(p.Views)-2:]...)
	const waiting = "daily:" + dayAfterTomorrow

	next := s.beginDay(dayAfterTomorrow, "--wait")
	s.waitUntilDetails(waiting, "waiting for earlier days", "| 2024-05-07 | it was never run |", "starter run daily --date 2024-05-07")
	s.runDay(tomorrow).requireFailure("55 (1 row)")
	s.waitUntilDetails(waiting, "| 2024-05-07 | its run failed |", "starter retry daily --date 2024-05-07")
	s.waitUntilFound(1, `ExecutionStatus = "Running" AND SettlementPhase = "waiting for earlier days" AND SettlementPeriod = "2024-05-08"`)
	const says = "daily:2024-05-08 waits: 2024-05-07 is not closed: its run failed"
	require.Contains(t, s.starter("status").requireSuccess().stdout, says)
	watching := s.beginStarter("status", "--watch")
	waitUntil(t, "it is shown twice", func() bool { return strings.Count(watching.stdout.String(), says) == 2 })
	watching.signal(os.Interrupt)
	require.Zero(t, watching.wait().code)

	s.putVideos(p.Videos...)
	s.starter("retry", "daily", "--date", tomorrow).requireSuccess()

	next.wait().requireSuccess()
	days := p.Settle(today, dayAfterTomorrow)
	s.requireSettled(days[1])
	s.requireSettled(days[2])
	require.LessOrEqual(t, s.scheduledIn(waiting, "BeginDay"), 5, "a wait costs history only when something changes")
}

// waitUntilFound waits until so many runs match a query, as operators type it in
// the Temporal UI.
func (s *system) waitUntilFound(want int64, query string) {
	s.t.Helper()
	temporal := s.dial()
	waitUntil(s.t, query+" finds what it should", func() bool {
		found, err := temporal.CountWorkflow(s.t.Context(), &workflowservice.CountWorkflowExecutionsRequest{Namespace: s.namespace, Query: query})
		require.NoError(s.t, err)
		return found.GetCount() == want
	})
}

// waitUntilDetails waits until all of this stands in the current details that
// the Temporal UI shows of the run.
func (s *system) waitUntilDetails(workflow string, texts ...string) {
	s.t.Helper()
	temporal := s.dial()
	waitUntil(s.t, "the details say "+strings.Join(texts, ", "), func() bool {
		answer, err := temporal.QueryWorkflow(s.t.Context(), workflow, "", "__temporal_workflow_metadata")
		if err != nil {
			return false
		}
		var metadata sdkpb.WorkflowMetadata
		require.NoError(s.t, answer.Get(&metadata))
		for _, text := range texts {
			if !strings.Contains(metadata.GetCurrentDetails(), text) {
				return false
			}
		}
		return true
	})
}

// scheduledIn is how often the workflow's latest run has ordered the activity,
// before it was reset or after.
func (s *system) scheduledIn(workflow, activity string) (times int) {
	s.t.Helper()
	for _, event := range s.historyOf(&commonpb.WorkflowExecution{WorkflowId: workflow}) {
		if event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == activity {
			times++
		}
	}
	return times
}

// pendingState is the state of an activity of today's run.
func (s *system) pendingState(activity string) enums.PendingActivityState {
	s.t.Helper()
	description, err := s.dial().DescribeWorkflowExecution(s.t.Context(), "daily:"+today, "")
	require.NoError(s.t, err)
	for _, pending := range description.GetPendingActivities() {
		if pending.GetActivityId() == activity {
			return pending.GetState()
		}
	}
	return enums.PENDING_ACTIVITY_STATE_UNSPECIFIED
}
