package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type scheduleTriggerCommand struct {
	Kind  settlement.Kind `required:"" enum:"daily,weekly,monthly" help:"daily, weekly or monthly."`
	Date  string          `xor:"period" required:"" placeholder:"DATE" help:"The day, or any day of the week or month."`
	Week  string          `xor:"period" required:"" placeholder:"WEEK" help:"The week, as 2024-W19."`
	Month string          `xor:"period" required:"" placeholder:"MONTH" help:"The month, as 2024-05."`
	backfill
}

func (c scheduleTriggerCommand) Run(ctx context.Context) error {
	text := c.Date + c.Week + c.Month // one of them is given
	period, err := parsePeriod(c.Kind, text)
	if err != nil {
		return err
	}
	return c.run(ctx, period, period)
}

type scheduleBackfillCommand struct {
	kindFlag
	From string `required:"" placeholder:"PERIOD" help:"First period: 2024-05-09, 2024-W19 or 2024-05, or any day in it."`
	To   string `required:"" placeholder:"PERIOD" help:"Last period."`
	backfill
}

func (c scheduleBackfillCommand) Run(ctx context.Context) error {
	first, err := parsePeriod(c.Kind, c.From)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	last, err := parsePeriod(c.Kind, c.To)
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	return c.run(ctx, first, last)
}

// backfill launches periods outside of the schedule's own buffer: it works
// while the schedule is paused, and nothing in the buffer can wait for a period
// that is queued behind it.
type backfill struct {
	databaseFlags
	temporalFlags
	NoWait bool `help:"Hand it over to Temporal and return."`
}

func (b backfill) run(ctx context.Context, first, last settlement.Period) error {
	input := workflows.LaunchInput{Kind: first.Kind, First: first.Start, Last: last.Start}
	if err := input.Validate(); err != nil {
		return err
	}
	database, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	if err := checkOver(ctx, database, last); err != nil {
		return err
	}
	open, err := database.OpenPeriods(ctx, first.Kind, first.Start, last.Start)
	if err != nil {
		return err
	}
	if err := printClosed(first, last, open); err != nil {
		return err
	}
	if len(open) == 0 {
		return nil
	}
	if err := b.checkFirst(ctx, database, open[0].Period); err != nil {
		return err
	}
	server, err := b.connect(ctx)
	if err != nil {
		return err
	}
	defer server.Close()
	run, err := startLaunch(ctx, server, first, last, input)
	if err != nil || b.NoWait {
		return err
	}
	waited := followLaunch(ctx, server, run)
	if ctx.Err() != nil {
		return fmt.Errorf("stopped watching; it goes on: follow it at %s", server.workflowLink(run.GetID(), run.GetRunID()))
	}
	if open, err = database.OpenPeriods(ctx, first.Kind, first.Start, last.Start); err != nil {
		return err
	}
	printOpen(open)
	if err := launched(first, last, open, waited); err != nil {
		return err
	}
	fmt.Printf("%s closed, no gap\n", settlement.Span(first, last))
	return nil
}

// launched tells how a launch of the periods ended, by its own word and by the
// book of runs, which may have been changed or restored meanwhile.
func launched(first, last settlement.Period, open []db.OpenPeriod, waited error) error {
	switch {
	case waited != nil:
		return fmt.Errorf("%s: %s", workflows.LaunchID(first, last), workflows.Cause(waited))
	case len(open) > 0:
		return fmt.Errorf("%s has ended, but not closed: %s of %s", workflows.LaunchID(first, last), settlement.Count(len(open), "period"), settlement.Span(first, last))
	default:
		return nil
	}
}

// checkOver refuses a period that has not ended.
func checkOver(ctx context.Context, database *db.DB, last settlement.Period) error {
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return err
	}
	if today := calendar.Day(time.Now()); last.End() > today {
		return fmt.Errorf("%s is not over yet in %s: the last %s period that is, is %s",
			last, calendar.Zone(), last.Kind, before(last.Kind, today))
	}
	return nil
}

// before is the last period of the kind that ended before the day or with it.
func before(kind settlement.Kind, day settlement.Day) settlement.Period {
	now, err := settlement.PeriodOf(kind, day)
	if err != nil {
		panic(err) // kinds are checked when flags are read
	}
	last, _ := settlement.PeriodOf(kind, now.Start-1)
	return last
}

// checkFirst refuses at once what the first run itself would refuse, and says
// what it waits for.
func (b backfill) checkFirst(ctx context.Context, database *db.DB, first settlement.Period) error {
	var err error
	if first.Kind == settlement.Daily {
		err = database.CheckDay(ctx, first.Start, time.Now())
	} else {
		err = database.CheckPeriod(ctx, first, time.Now())
	}
	if errors.Is(err, settlement.ErrNotClosed) {
		fmt.Fprintf(os.Stderr, "%s waits: %s\n", first, command.Explain(err))
		return nil
	}
	return err
}

// printClosed names the periods of the range that are passed over because they
// are closed.
func printClosed(first, last settlement.Period, open []db.OpenPeriod) error {
	periods, err := settlement.Periods(first.Kind, first.Start, last.Start)
	if err != nil {
		return err
	}
	isOpen := make(map[settlement.Day]bool, len(open))
	for _, period := range open {
		isOpen[period.Start] = true
	}
	var from, to settlement.Period
	flush := func() {
		if from.Kind != "" {
			fmt.Printf("%s closed already\n", settlement.Span(from, to))
			from = settlement.Period{}
		}
	}
	for _, period := range periods {
		switch {
		case isOpen[period.Start]:
			flush()
		case from.Kind == "":
			from, to = period, period
		default:
			to = period
		}
	}
	flush()
	return nil
}

func startLaunch(ctx context.Context, server *temporalServer, first, last settlement.Period, input workflows.LaunchInput) (client.WorkflowRun, error) {
	if err := workflows.EnsureSearchAttributes(ctx, server, server.namespace); err != nil {
		return nil, err
	}
	id := workflows.LaunchID(first, last)
	run, err := server.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                    id,
		TaskQueue:             workflows.TaskQueue,
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:         "Runs " + settlement.Span(first, last),
		// Without it the SDK would hand back the launch that is there.
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}, workflows.Launch, input)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return nil, fmt.Errorf("%s is running already: see %s", id, server.workflowLink(id, ""))
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", id, err)
	}
	fmt.Fprintf(os.Stderr, "%s runs: %s\n", id, server.workflowLink(run.GetID(), run.GetRunID()))
	warnWithoutWorker(ctx, server)
	return run, nil
}

// followLaunch says which period runs and which has failed, until the launch
// ends. It returns how the launch ended.
func followLaunch(ctx context.Context, server *temporalServer, run client.WorkflowRun) error {
	ended := make(chan error, 1)
	go func() { ended <- run.Get(ctx, nil) }()
	ticker := time.NewTicker(refresh)
	defer ticker.Stop()
	var said workflows.LaunchProgress
	for {
		select {
		case err := <-ended:
			return err
		case <-ticker.C:
			// Not the first run: a long launch goes on as a new one.
			now, err := askLaunch(ctx, server, run.GetID())
			if err != nil {
				continue
			}
			sayLaunch(server, said, now)
			said = now
		}
	}
}

func askLaunch(ctx context.Context, server *temporalServer, id string) (progress workflows.LaunchProgress, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	answer, err := server.QueryWorkflow(ctx, id, "", workflows.ProgressQuery)
	if err != nil {
		return progress, err
	}
	return progress, answer.Get(&progress)
}

// sayLaunch writes what is new since what was said last.
func sayLaunch(server *temporalServer, said, now workflows.LaunchProgress) {
	for _, failed := range now.Failed[min(len(said.Failed), len(now.Failed)):] {
		fmt.Fprintf(os.Stderr, "%s failed: %s\n  %s\n  what needs it waits and goes on when it is closed\n",
			failed.Period, failed.Cause, server.workflowLink(workflows.ID(failed.Period), ""))
	}
	if now.Running != nil && (said.Running == nil || *said.Running != *now.Running) {
		done := now.Closed + len(now.Failed)
		fmt.Fprintf(os.Stderr, "%d of %d: %s\n", done+1, done+now.Left, now.Running)
	}
}
