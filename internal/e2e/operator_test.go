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
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/workflows"
)

func optionsOf(id string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{ID: id, TaskQueue: workflows.TaskQueue}
}

func TestRetryGoesOnWhereTheRunFailed(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	s.Starter("retry", "daily", "--date", rig.Tomorrow).RequireRefusal("the watch log has no partition for " + rig.Tomorrow)
	misplaced := []any{rig.Today, 30, "2024-05-07 15:00:00"} // starts after the day's end
	s.Exec(`INSERT INTO watch_log VALUES (?, ?, 1, ?, 1, 1, 1)`, misplaced...)
	s.RunDay(rig.Today, "--chunk-rows", "10").RequireFailure("1 of 10 chunks failed; mend the cause, then: starter retry daily --date 2024-05-06")
	s.WaitUntilFound(1, `SettlementKind = "daily" AND SettlementPeriod = "2024-05-06" AND SettlementPhase = "failed" AND FailedChunks = 1`)
	s.Starter("retry", "daily", "--date", rig.Today).RequireFailure("1 of 10 chunks failed")
	s.Exec(`DELETE FROM watch_log WHERE watched_on = ? AND video_id = ? AND watched_at = ?`, misplaced...)

	retried := s.Starter("retry", "daily", "--date", rig.Today).RequireSuccess()

	require.Contains(t, retried.Stdout, "2024-05-06 closed: ")
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	s.RequireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	require.Equal(t, 1, scheduledIn(s, "daily:"+rig.Today, "BeginDay"), "it was not begun anew")
	s.WaitUntilFound(1, `SettlementPhase = "closed" AND FailedChunks = 0`)
	s.Starter("retry", "daily", "--date", rig.Today).RequireRefusal("2024-05-06 is closed and is never run again")
}

func TestRetryTellsARestoredDatabaseFromAClosedDay(t *testing.T) {
	t.Parallel()
	s := rig.New(t, rig.PlainPlatform())
	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()
	s.Exec(`UPDATE runs SET state = 'running'`) // as the backup had it

	s.Starter("retry", "daily", "--date", rig.Today).RequireRefusal(
		"finished in Temporal, but 2024-05-06 is not closed in the database", "temporal workflow reset --workflow-id daily:2024-05-06 --type FirstWorkflowTask")
}

func TestRetryWithoutAHistoryStartsAfresh(t *testing.T) {
	t.Parallel()
	s, p := unmended(t)
	s.StartWorker()
	s.RunDay(rig.Today, "--chunk-rows", "40").RequireFailure("starter retry daily --date 2024-05-06")
	s.PutVideos(p.Videos...)
	_, err := s.Dial().WorkflowService().DeleteWorkflowExecution(t.Context(), &workflowservice.DeleteWorkflowExecutionRequest{
		Namespace: s.Namespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: "daily:" + rig.Today},
	})
	require.NoError(t, err)
	rig.WaitUntil(t, "Temporal has forgotten the run", func() bool { return s.LatestRun("daily:"+rig.Today) == "" })

	s.Starter("retry", "daily", "--date", rig.Today).RequireSuccess()

	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	require.EqualValues(t, 1, s.Number(`SELECT COUNT(*) FROM run_chunks WHERE counts <> 1`))
}

func TestACutOffRunIsResumed(t *testing.T) {
	for name, cutOff := range map[string]func(context.Context, client.Client) error{
		"cancelled": func(ctx context.Context, c client.Client) error { return c.CancelWorkflow(ctx, "daily:"+rig.Today, "") },
		"terminated": func(ctx context.Context, c client.Client) error {
			return c.TerminateWorkflow(ctx, "daily:"+rig.Today, "", "test")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := rig.PlainPlatform()
			s := rig.New(t, p)
			s.StartWorker("WORKER_SLOTS=12")
			counting := s.LockCounting()
			run := s.BeginDay(rig.Today, "--chunk-rows", "10", "--parallel", "4")
			rig.WaitUntil(t, "chunks are being counted", func() bool { return s.WaitingForVideos() == 4 })
			s.Starter("retry", "daily", "--date", rig.Today).RequireRefusal("daily:2024-05-06 is running: there is nothing to retry")

			require.NoError(t, cutOff(t.Context(), s.Dial()))
			if name == "cancelled" { // what runs is waited for: the heartbeat tells it
				run.Wait().RequireFailure("daily:2024-05-06 failed: canceled")
				require.Equal(t, "failed", s.StateOf(rig.Today))
				counting.Release()
				s.Starter("retry", "daily", "--date", rig.Today).RequireSuccess()
			} else { // the zombies commit when the lock is gone, and too late
				retried := s.BeginStarter("retry", "daily", "--date", rig.Today)
				rig.WaitUntil(t, "the new run counts, too", func() bool { return s.WaitingForVideos() >= 8 })
				counting.Release()
				retried.Wait().RequireSuccess()
			}

			s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
			s.RequireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
			require.Equal(t, 1, scheduledIn(s, "daily:"+rig.Today, "BeginDay"), "it was not begun anew")
		})
	}
}

func TestAnActivityIsPausedChangedAndUnpaused(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	counting := s.LockCounting()
	run := s.BeginDay(rig.Today, "--chunk-rows", "10", "--parallel", "2")
	rig.WaitUntil(t, "two chunks are being counted", func() bool { return s.WaitingForVideos() == 2 })
	service, execution := s.Dial().WorkflowService(), &commonpb.WorkflowExecution{WorkflowId: "daily:" + rig.Today}

	_, err := service.PauseActivity(t.Context(), &workflowservice.PauseActivityRequest{
		Namespace: s.Namespace, Execution: execution, Activity: &workflowservice.PauseActivityRequest_Id{Id: "count-001-1"},
	})
	require.NoError(t, err)
	rig.WaitUntil(t, "the heartbeat tells it", func() bool { return pendingState(s, "count-001-1") == enums.PENDING_ACTIVITY_STATE_PAUSED })
	_, err = service.UpdateActivityOptions(t.Context(), &workflowservice.UpdateActivityOptionsRequest{
		Namespace: s.Namespace, Execution: execution, Activity: &workflowservice.UpdateActivityOptionsRequest_Id{Id: "count-001-1"},
		ActivityOptions: &activitypb.ActivityOptions{StartToCloseTimeout: durationpb.New(2 * time.Hour)},
		UpdateMask:      &fieldmaskpb.FieldMask{Paths: []string{"start_to_close_timeout"}},
	})
	require.NoError(t, err)
	counting.Release()
	rig.WaitUntil(t, "all others are counted", func() bool {
		return s.Number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'counted'`) == 9
	})
	_, err = service.UnpauseActivity(t.Context(), &workflowservice.UnpauseActivityRequest{
		Namespace: s.Namespace, Execution: execution, Activity: &workflowservice.UnpauseActivityRequest_Id{Id: "count-001-1"},
	})
	require.NoError(t, err)

	run.Wait().RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	s.RequireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
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
	rig.WaitUntil(t, "it is shown twice", func() bool { return strings.Count(watching.Stdout.String(), says) == 2 })
	require.NoError(t, watching.Signal(os.Interrupt))
	require.Zero(t, watching.Wait().Code)

	s.PutVideos(p.Videos...)
	s.Starter("retry", "daily", "--date", rig.Tomorrow).RequireSuccess()

	next.Wait().RequireSuccess()
	days := p.Settle(rig.Today, rig.DayAfterTomorrow)
	s.RequireSettled(days[1])
	s.RequireSettled(days[2])
	require.LessOrEqual(t, scheduledIn(s, waiting, "BeginDay"), 5, "a wait costs history only when something changes")
}

// scheduledIn is how often the workflow's latest run has ordered the activity,
// before it was reset or after.
func scheduledIn(s *rig.System, workflow, activity string) (times int) {
	s.T.Helper()
	for _, event := range s.HistoryOf(&commonpb.WorkflowExecution{WorkflowId: workflow}) {
		if event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == activity {
			times++
		}
	}
	return times
}

// pendingState is the state of an activity of today's run.
func pendingState(s *rig.System, activity string) enums.PendingActivityState {
	s.T.Helper()
	description, err := s.Dial().DescribeWorkflowExecution(s.T.Context(), "daily:"+rig.Today, "")
	require.NoError(s.T, err)
	for _, pending := range description.GetPendingActivities() {
		if pending.GetActivityId() == activity {
			return pending.GetState()
		}
	}
	return enums.PENDING_ACTIVITY_STATE_UNSPECIFIED
}
