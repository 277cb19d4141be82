package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"

	"creatorpay/program/command"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type scheduleListCommand struct {
	databaseFlags
	temporalFlags
	Last uint `default:"5" help:"How many of the newest launches of each kind to show."`
}

func (c scheduleListCommand) Run(ctx context.Context) error {
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return err
	}
	temporal, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	if err := printSchedules(ctx, temporal, calendar); err != nil {
		return err
	}
	if err := c.printLaunches(ctx, temporal, calendar); err != nil {
		return err
	}
	for _, schedule := range workflows.Schedules() {
		if !schedule.Launches() {
			continue
		}
		open, err := due(ctx, database, schedule)
		if err != nil {
			return err
		}
		printOpen(open)
	}
	return nil
}

func printSchedules(ctx context.Context, temporal *temporalServer, calendar settlement.Calendar) error {
	out := newTable("Schedule", "State", "Note", "Next", "Launched", "Buffered", "Dropped", "Too late")
	rightAligned(out, 5, 6, 7, 8)
	missing := 0
	for _, schedule := range workflows.Schedules() {
		found, err := temporal.WorkflowService().DescribeSchedule(ctx, &workflowservice.DescribeScheduleRequest{
			Namespace: temporal.namespace, ScheduleId: schedule.ID,
		})
		var notFound *serviceerror.NotFound
		if errors.As(err, &notFound) {
			out.AppendRow(table.Row{schedule.ID, "not there"})
			missing++
			continue
		}
		if err != nil {
			return explainSchedule(schedule.ID, err)
		}
		state, next := "active", ""
		if found.GetSchedule().GetState().GetPaused() {
			state = "paused"
		} else if times := found.GetInfo().GetFutureActionTimes(); len(times) > 0 {
			next = calendar.In(times[0].AsTime()).Format(listTime)
		}
		info := found.GetInfo()
		out.AppendRow(table.Row{
			schedule.ID, state, found.GetSchedule().GetState().GetNotes(), next,
			info.GetActionCount(), info.GetBufferSize(), info.GetBufferDropped() + info.GetOverlapSkipped(), info.GetMissedCatchupWindow(),
		})
	}
	// A failure that paused a schedule is a long note.
	out.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 60}})
	out.Render()
	if missing > 0 {
		fmt.Println("create what is not there: " + command.ApplySchedules)
	}
	return nil
}

const listTime = "2006-01-02 15:04"

func (c scheduleListCommand) printLaunches(ctx context.Context, temporal *temporalServer, calendar settlement.Calendar) error {
	out := newTable("Launched", "Started", "By", "Outcome", "Took")
	var failed []*workflow.WorkflowExecutionInfo
	for _, schedule := range workflows.Schedules() {
		launches, err := launchesOf(ctx, temporal, schedule)
		if err != nil {
			return err
		}
		for _, launch := range launches[:min(c.Last, uint(len(launches)))] {
			row, err := launchRow(launch, schedule, calendar)
			if err != nil {
				return err
			}
			out.AppendRow(row)
			if launch.GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_COMPLETED && launch.GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
				failed = append(failed, launch)
			}
		}
	}
	if out.Length() == 0 {
		return nil
	}
	out.Render()
	for _, launch := range failed {
		id, runID := launch.GetExecution().GetWorkflowId(), launch.GetExecution().GetRunId()
		cause := temporal.GetWorkflow(ctx, id, runID).Get(ctx, nil)
		if cause != nil {
			fmt.Printf("%s: %s\n  %s\n", id, workflows.Cause(cause), temporal.workflowLink(id, runID))
		}
	}
	return nil
}

// launchesOf are the workflows that Temporal still knows of those that the
// schedule starts, newest first, also if an operator started them. A long launch
// goes on as a new run again and again; only that one counts.
func launchesOf(ctx context.Context, temporal *temporalServer, schedule workflows.Schedule) ([]*workflow.WorkflowExecutionInfo, error) {
	workflowType, id := schedule.Starts()
	found, err := temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Query: fmt.Sprintf(`WorkflowType = %q AND WorkflowId STARTS_WITH %q AND ExecutionStatus != "ContinuedAsNew"`, workflowType, id),
	})
	if err != nil {
		return nil, fmt.Errorf("list launches: %w", err)
	}
	launches := found.GetExecutions()
	slices.SortFunc(launches, func(a, b *workflow.WorkflowExecutionInfo) int {
		return cmp.Compare(b.GetStartTime().AsTime().UnixNano(), a.GetStartTime().AsTime().UnixNano())
	})
	return launches, nil
}

func launchRow(launch *workflow.WorkflowExecutionInfo, schedule workflows.Schedule, calendar settlement.Calendar) (table.Row, error) {
	_, id := schedule.Starts()
	what, by := strings.TrimPrefix(launch.GetExecution().GetWorkflowId(), id+":"), "operator"
	if payload := launch.GetSearchAttributes().GetIndexedFields()[workflows.DueTime.GetName()]; payload != nil {
		var dueAt time.Time
		if err := converter.GetDefaultDataConverter().FromPayload(payload, &dueAt); err != nil {
			return nil, fmt.Errorf("read when %s was due: %w", launch.GetExecution().GetWorkflowId(), err)
		}
		what, by = calendar.Day(dueAt).String(), "schedule, due "+calendar.In(dueAt).Format(listTime)
		if schedule.Launches() {
			period, err := calendar.LastEnded(schedule.Kind, dueAt)
			if err != nil {
				return nil, err
			}
			what = period.String()
		}
	}
	started := launch.GetStartTime().AsTime()
	took := ""
	if launch.GetCloseTime() != nil {
		took = launch.GetCloseTime().AsTime().Sub(started).Round(100 * time.Millisecond).String()
	}
	return table.Row{schedule.Name + " " + what, calendar.In(started).Format(listTime), by, launch.GetStatus().String(), took}, nil
}
