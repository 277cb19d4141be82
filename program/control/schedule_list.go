package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"

	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// ScheduleState is what Temporal has of a schedule.
type ScheduleState struct {
	ID       string
	Missing  bool // it is not there
	Paused   bool
	Note     string
	Next     time.Time // zero if it is paused
	Launched int64
	Buffered int64
	Dropped  int64
	TooLate  int64
}

// Describe looks at the schedule.
func (s *Server) Describe(ctx context.Context, schedule workflows.Schedule) (ScheduleState, error) {
	found, err := s.WorkflowService().DescribeSchedule(ctx, &workflowservice.DescribeScheduleRequest{
		Namespace: s.Namespace, ScheduleId: schedule.ID,
	})
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return ScheduleState{ID: schedule.ID, Missing: true}, nil
	}
	if err != nil {
		return ScheduleState{}, explainSchedule(schedule.ID, err)
	}
	info, state := found.GetInfo(), found.GetSchedule().GetState()
	described := ScheduleState{
		ID: schedule.ID, Paused: state.GetPaused(), Note: state.GetNotes(),
		Launched: info.GetActionCount(), Buffered: info.GetBufferSize(),
		Dropped: info.GetBufferDropped() + info.GetOverlapSkipped(), TooLate: info.GetMissedCatchupWindow(),
	}
	if times := info.GetFutureActionTimes(); !described.Paused && len(times) > 0 {
		described.Next = times[0].AsTime()
	}
	return described, nil
}

// Launch is a workflow that a schedule or an operator started.
type Launch struct {
	WorkflowID, RunID string
	What              string    // the schedule and the period, as "daily 2024-05-09"
	Due               time.Time // by the schedule; zero if an operator started it
	Started           time.Time
	Took              time.Duration // 0 while it runs
	Status            enums.WorkflowExecutionStatus
}

// Failed tells whether it has ended otherwise than well.
func (l Launch) Failed() bool {
	return l.Status != enums.WORKFLOW_EXECUTION_STATUS_COMPLETED && l.Status != enums.WORKFLOW_EXECUTION_STATUS_RUNNING
}

// Launches are the workflows that Temporal still knows of those that the
// schedule starts, newest first and at most so many, also if an operator started
// them. A long launch goes on as a new run again and again; only that one counts.
func (s *Server) Launches(ctx context.Context, schedule workflows.Schedule, calendar settlement.Calendar, most uint) ([]Launch, error) {
	workflowType, id := schedule.Starts()
	found, err := s.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Query: fmt.Sprintf(`WorkflowType = %q AND WorkflowId STARTS_WITH %q AND ExecutionStatus != "ContinuedAsNew"`, workflowType, id),
	})
	if err != nil {
		return nil, fmt.Errorf("list launches: %w", err)
	}
	infos := found.GetExecutions()
	slices.SortFunc(infos, func(a, b *workflow.WorkflowExecutionInfo) int {
		return cmp.Compare(b.GetStartTime().AsTime().UnixNano(), a.GetStartTime().AsTime().UnixNano())
	})
	launches := make([]Launch, min(most, uint(len(infos))))
	for i := range launches {
		if launches[i], err = launchOf(infos[i], schedule, calendar); err != nil {
			return nil, err
		}
	}
	return launches, nil
}

func launchOf(info *workflow.WorkflowExecutionInfo, schedule workflows.Schedule, calendar settlement.Calendar) (Launch, error) {
	_, id := schedule.Starts()
	launch := Launch{
		WorkflowID: info.GetExecution().GetWorkflowId(), RunID: info.GetExecution().GetRunId(),
		Started: info.GetStartTime().AsTime(), Status: info.GetStatus(),
	}
	if info.GetCloseTime() != nil {
		launch.Took = info.GetCloseTime().AsTime().Sub(launch.Started)
	}
	what := strings.TrimPrefix(launch.WorkflowID, id+":")
	if payload := info.GetSearchAttributes().GetIndexedFields()[workflows.DueTime.GetName()]; payload != nil {
		if err := converter.GetDefaultDataConverter().FromPayload(payload, &launch.Due); err != nil {
			return launch, fmt.Errorf("read when %s was due: %w", launch.WorkflowID, err)
		}
		what = calendar.Day(launch.Due).String()
		if schedule.Launches() {
			period, err := calendar.LastEnded(schedule.Kind, launch.Due)
			if err != nil {
				return launch, err
			}
			what = period.String()
		}
	}
	launch.What = schedule.Name + " " + what
	return launch, nil
}

// Cause says why the launch failed; nil if it did not.
func (s *Server) Cause(ctx context.Context, launch Launch) error {
	return s.GetWorkflow(ctx, launch.WorkflowID, launch.RunID).Get(ctx, nil)
}

// Due are the periods that the schedule was to launch by now and that are not
// closed, in order.
func Due(ctx context.Context, books *db.DB, schedule workflows.Schedule, now time.Time) ([]db.OpenPeriod, error) {
	calendar, err := books.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	last, err := schedule.LastDue(calendar, now)
	if err != nil {
		return nil, err
	}
	return gaps(ctx, books, last)
}
