package recovery

import (
	"context"
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

	"creatorpay/internal/e2e/rig"
)

func TestRetryGoesOnWhereTheRunFailed(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	s.StartWorker()
	s.Starter("retry", "daily", "--date", rig.Tomorrow).RequireRefusal("the watch log has no partition for " + rig.Tomorrow)
	misplaced := []any{rig.Today, 30, "2024-05-07 15:00:00"} // starts after the day's end
	s.Exec(`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES (?, ?, 1, ?, 1, 1, 1)`, misplaced...)
	s.RunDay(rig.Today, "--chunk-rows", "10").RequireFailure("1 of 10 chunks failed; fix the cause, then: starter retry daily --date 2024-05-06")
	s.WaitUntilFound(1, `SettlementKind = "daily" AND SettlementPeriod = "2024-05-06" AND SettlementPhase = "failed" AND FailedChunks = 1`)
	s.Starter("retry", "daily", "--date", rig.Today).RequireFailure("1 of 10 chunks failed")
	s.Exec(`DELETE FROM watch_log WHERE watched_on = ? AND video_id = ? AND watched_at = ?`, misplaced...)

	retried := s.Starter("retry", "daily", "--date", rig.Today).RequireSuccess()

	require.Contains(t, retried.Stdout, "2024-05-06 closed: ")
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
	s.RequireCounts(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	require.Equal(t, 1, s.ScheduledIn("daily:"+rig.Today, "BeginDay"), "it was not begun anew")
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

func TestRetryBeginsADayAnewOfWhichTheDatabaseLostTheRun(t *testing.T) {
	t.Parallel()
	s, p := failedOnUnknownVideo(t)
	s.PutVideos(p.Videos...)
	for _, table := range results {
		s.Exec(`DELETE FROM ` + table)
	}

	s.Starter("retry", "daily", "--date", rig.Today).RequireFailure(
		"lost it when another server took over; let the run begin anew: starter retry daily --date " + rig.Today)
	s.Starter("retry", "daily", "--date", rig.Today).RequireSuccess()

	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}

func TestRetryBeginsAWeekAnewOfWhichTheDatabaseLostWhatWasRolledUp(t *testing.T) {
	t.Parallel()
	p := rig.FewPlays(rig.NewRandom(t), "2024-05-12", 1)
	s := rig.New(t, p)
	s.StartWorker()
	s.RunDay("2024-05-12").RequireSuccess()
	s.Exec(`UPDATE runs SET ad_views = ad_views + 1`)
	s.Starter("run", "weekly", "--week", "2024-W19", "--no-mail").RequireFailure("2024-W19 is not the sum of its closed days")
	s.Exec(`UPDATE runs SET ad_views = ad_views - 1 WHERE kind = 'daily'`)
	for _, table := range []string{"statements", "deliveries", "period_videos"} {
		s.Exec(`DELETE FROM ` + table)
	}
	s.Exec(`UPDATE run_chunks SET state = 'planned' WHERE kind = 'weekly'`)

	s.Starter("retry", "weekly", "--week", "2024-W19").RequireFailure(
		"chunk 1 is planned, not done; its mails may have been sent", "let the run begin anew: starter retry weekly --week 2024-W19")
	s.Starter("retry", "weekly", "--week", "2024-W19").RequireSuccess()

	s.Starter("audit", "--from", "2024-05-12", "--to", "2024-05-12").RequireSuccess()
}

// forget makes Temporal forget the run, as it does with time.
func forget(s *rig.System, id string) {
	s.T.Helper()
	_, err := s.Dial().WorkflowService().DeleteWorkflowExecution(s.T.Context(), &workflowservice.DeleteWorkflowExecutionRequest{
		Namespace: s.Namespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: id},
	})
	require.NoError(s.T, err)
	rig.WaitUntil(s.T, "Temporal has forgotten the run", func() bool { return s.LatestRun(id) == "" })
}

func TestRetryDoesNotGuessWhetherAWeekIsToSendMails(t *testing.T) {
	t.Parallel()
	s := rig.New(t, rig.FewPlays(rig.NewRandom(t), "2024-05-12", 1))
	s.StartWorker()
	s.RunDay("2024-05-12").RequireSuccess()

	s.Starter("retry", "weekly", "--week", "2024-W19").RequireFailure("no run of 2024-W19 is there in Temporal", "starter run weekly --week 2024-W19 --no-mail")

	s.Starter("run", "weekly", "--week", "2024-W19", "--no-mail").RequireSuccess()
	forget(s, "weekly:2024-W19")
	s.Starter("retry", "weekly", "--week", "2024-W19").RequireFailure("2024-W19 is closed and is never run again")
}

func TestRetryWithoutAHistoryStartsAfresh(t *testing.T) {
	t.Parallel()
	s, p := failedOnUnknownVideo(t)
	s.PutVideos(p.Videos...)
	forget(s, "daily:"+rig.Today)

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
			require.Equal(t, 1, s.ScheduledIn("daily:"+rig.Today, "BeginDay"), "it was not begun anew")
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
