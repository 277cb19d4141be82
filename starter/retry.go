package main

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type retryCommand struct {
	Daily   retryDailyCommand   `cmd:"" help:"The run of one business day."`
	Weekly  retryWeeklyCommand  `cmd:"" help:"The run of one week."`
	Monthly retryMonthlyCommand `cmd:"" help:"The run of one month."`
}

type retryDailyCommand struct {
	databaseFlags
	temporalFlags
	Date settlement.Day `required:"" placeholder:"DATE" help:"Business day, as 2024-05-09."`
}

func (c retryDailyCommand) Run(ctx context.Context) error {
	input := workflows.DailyInput{Day: c.Date}
	return withServers(ctx, c.databaseFlags, c.temporalFlags, func(database *db.DB, temporal *temporalServer) error {
		var result workflows.DailyResult
		reset, err := retry(ctx, database, temporal, settlement.DailyPeriod(c.Date), &result)
		if err != nil {
			return err
		}
		if reset {
			printDay(result)
			return nil
		}
		if err := checkDay(ctx, database, input); err != nil {
			return err
		}
		return runDay(ctx, temporal, input)
	})
}

type retryWeeklyCommand struct {
	databaseFlags
	temporalFlags
	Week string `required:"" placeholder:"WEEK" help:"ISO week, as 2024-W19."`
}

func (c retryWeeklyCommand) Run(ctx context.Context) error {
	week, err := settlement.ParseWeek(c.Week)
	if err != nil {
		return err
	}
	return retryRollUp(ctx, c.databaseFlags, c.temporalFlags, workflows.Weekly, week)
}

type retryMonthlyCommand struct {
	databaseFlags
	temporalFlags
	Month string `required:"" placeholder:"MONTH" help:"Month, as 2024-05."`
}

func (c retryMonthlyCommand) Run(ctx context.Context) error {
	month, err := settlement.ParseMonth(c.Month)
	if err != nil {
		return err
	}
	return retryRollUp(ctx, c.databaseFlags, c.temporalFlags, workflows.Monthly, month)
}

func retryRollUp(ctx context.Context, mysql databaseFlags, flags temporalFlags, workflow any, period settlement.Period) error {
	input := workflows.PeriodInput{Period: period}
	return withServers(ctx, mysql, flags, func(database *db.DB, temporal *temporalServer) error {
		var result workflows.PeriodResult
		reset, err := retry(ctx, database, temporal, period, &result)
		if err != nil {
			return err
		}
		if reset {
			printRollUp(result)
			return nil
		}
		if err := checkPeriod(ctx, database, input); err != nil {
			return err
		}
		return runRollUp(ctx, temporal, workflow, input)
	})
}

// retry resets the period's last run to where it went wrong, shows its progress
// and reads its result. It tells false when Temporal knows no run that could be
// reset: then one is to be started afresh, which finds in the database what the
// others have finished. A run that is going, and one that has done all it had to
// do, are refused.
func retry(ctx context.Context, database *db.DB, temporal *temporalServer, period settlement.Period, result any) (reset bool, err error) {
	id := workflows.ID(period)
	description, err := temporal.DescribeWorkflowExecution(ctx, id, "")
	var unknown *serviceerror.NotFound
	if errors.As(err, &unknown) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the last run of %s: %w", id, err)
	}
	last := description.GetWorkflowExecutionInfo()
	if last.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return false, fmt.Errorf("%s is running: there is nothing to retry; see %s", id, temporal.workflowLink(id, ""))
	}
	completed := last.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_COMPLETED
	switch _, err := database.ClosedRun(ctx, period); {
	case err != nil && !errors.Is(err, settlement.ErrNotClosed):
		return false, err
	case err != nil && completed:
		return false, fmt.Errorf("%s has finished in Temporal, but %s is not closed in the database, as after a restore: let it begin anew with %s",
			id, period, resetToStart(id))
	case err == nil && (completed || period.Kind != settlement.Weekly): // a week can be closed and still have mails to send
		return false, settlement.Errorf(settlement.ErrClosed, period, "%s is closed and is never run again", period)
	}
	point, err := findResetPoint(temporal.GetWorkflowHistory(ctx, id, last.GetExecution().GetRunId(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT))
	if err != nil || point == 0 {
		return false, err
	}
	run, err := temporal.reset(ctx, last, point)
	if err != nil {
		return false, err
	}
	return true, watch(ctx, temporal, run, result)
}
