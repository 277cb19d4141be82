package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/temporal"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type runCommand struct {
	Daily   runDailyCommand   `cmd:"" help:"Statistics and settlement of one business day."`
	Weekly  runWeeklyCommand  `cmd:"" help:"Roll-up, statements and mails of one week."`
	Monthly runMonthlyCommand `cmd:"" help:"Roll-up and statements of one month."`
}

type runDailyCommand struct {
	servers
	dayFlag
	Wait      bool  `help:"Wait for the day before to close instead of refusing."`
	ChunkRows int64 `default:"${chunk_rows}" help:"About how many rows a chunk has; a day that is planned keeps its plan."`
	Parallel  int   `default:"${parallel}" help:"Chunks at a time over all workers."`
}

func (c runDailyCommand) Run(ctx context.Context, database *db.DB, temporal *control.Server) error {
	return checkAndRun(ctx, database, temporal, control.Request{Period: c.period(), Wait: c.Wait, ChunkRows: c.ChunkRows, Parallel: c.Parallel})
}

type runWeeklyCommand struct {
	servers
	weekFlag
	Wait   bool `help:"Wait for the week's days to close instead of refusing."`
	NoMail bool `help:"Send no mails; starter mail send does it later."`
}

func (c runWeeklyCommand) Run(ctx context.Context, database *db.DB, temporal *control.Server) error {
	return checkAndRun(ctx, database, temporal, control.Request{Period: c.period(), Wait: c.Wait, NoMail: c.NoMail})
}

type runMonthlyCommand struct {
	servers
	monthFlag
	Wait bool `help:"Wait for the month's days to close instead of refusing."`
}

func (c runMonthlyCommand) Run(ctx context.Context, database *db.DB, temporal *control.Server) error {
	return checkAndRun(ctx, database, temporal, control.Request{Period: c.period(), Wait: c.Wait})
}

type retryCommand struct {
	Daily   retryPeriodCommand[dayFlag]   `cmd:"" help:"The run of one business day."`
	Weekly  retryPeriodCommand[weekFlag]  `cmd:"" help:"The run of one week."`
	Monthly retryPeriodCommand[monthFlag] `cmd:"" help:"The run of one month."`
}

type retryPeriodCommand[F interface{ period() settlement.Period }] struct {
	servers
	Of F `embed:""`
}

func (c retryPeriodCommand[F]) Run(ctx context.Context, database *db.DB, temporal *control.Server) error {
	run, err := temporal.Retry(ctx, database, c.Of.period())
	if err != nil {
		return err
	}
	if period := c.Of.period(); run == nil && period.Kind == settlement.Weekly {
		if err := temporal.Check(ctx, database, control.Request{Period: period, Wait: true}, time.Now()); err != nil {
			return err
		}
		return fmt.Errorf("no run of %s is there in Temporal that could go on, and so nothing tells whether its mails were to be sent: start one with %s, or with %s --no-mail",
			period, command.Run(period), command.Run(period))
	}
	if run == nil {
		return checkAndRun(ctx, database, temporal, control.Request{Period: c.Of.period()})
	}
	return watchPeriod(ctx, temporal, run, c.Of.period())
}

// checkAndRun refuses at once what the run itself would refuse.
func checkAndRun(ctx context.Context, database *db.DB, temporal *control.Server, request control.Request) error {
	err := temporal.Check(ctx, database, request, time.Now())
	if errors.Is(err, settlement.ErrNotClosed) {
		wait := " --wait"
		if request.NoMail {
			wait += " --no-mail"
		}
		return fmt.Errorf("%s cannot run yet: %s; or let it wait: %s", request.Period, command.Explain(err), command.Run(request.Period)+wait)
	}
	if err != nil {
		return err
	}
	return runPeriod(ctx, temporal, request)
}

func runPeriod(ctx context.Context, temporal *control.Server, request control.Request) error {
	run, err := temporal.Run(ctx, request)
	if err != nil {
		return err
	}
	return watchPeriod(ctx, temporal, run, request.Period)
}

// watchPeriod shows the progress of the period's run, waits for its end and says what
// the period came to.
func watchPeriod(ctx context.Context, temporal *control.Server, run client.WorkflowRun, period settlement.Period) error {
	var result workflows.PeriodResult // a day's has the same fields under the same names
	if err := watch(ctx, temporal, run, &result); err != nil {
		return err
	}
	result.Period = period
	fmt.Print(closedText(result))
	fmt.Fprint(os.Stderr, alarmText(result.Mismatches))
	return nil
}

// closedText says what a closed period came to.
func closedText(result workflows.PeriodResult) string {
	text := fmt.Sprintf("%s closed: %s\n", result.Period, totalsText(result.Totals))
	if result.Mails != (activities.MailTotals{}) {
		text += mailsText(result.Mails)
	}
	return text
}

func totalsText(totals settlement.Totals) string {
	text := fmt.Sprintf("%s = %s + %s self + %s repeat; video amount %s, ad amount %s",
		settlement.Count(totals.Statistics.Rows(), "row"), settlement.Count(totals.Views, "view"), settlement.Number(totals.SelfViews), settlement.Number(totals.RepeatViews),
		totals.VideoAmount, totals.AdAmount)
	if totals.LateRows > 0 {
		text += fmt.Sprintf(", %s of %s late views of earlier days counted in them", settlement.Number(totals.LateViews), settlement.Number(totals.LateRows))
	}
	if sold := totals.PaymentFigures; sold.Rows() > 0 {
		text += fmt.Sprintf("; %s = %s + %s + %s pending + %s cancelled + %s repeat, gross %s, fee %s, net %s",
			settlement.Count(sold.Rows(), "payment row"), settlement.Count(sold.Payments, "payment"), settlement.Count(sold.Refunds, "refund"),
			settlement.Number(sold.Pending), settlement.Number(sold.Cancelled), settlement.Number(sold.Repeats), sold.Gross, sold.Fee, sold.Net)
	}
	return text
}

func alarmText(mismatches []settlement.Mismatch) string {
	var text strings.Builder
	for _, mismatch := range mismatches {
		next := command.Verify(mismatch.Day)
		switch {
		case mismatch.Dropped:
			next = "Rows of dropped days in docs/operations.md"
		case mismatch.Unjudged:
			next = "Old days in docs/operations.md"
		}
		fmt.Fprintf(&text, "ALARM: %s; nothing was adjusted: see %s\n", mismatch, next)
	}
	return text.String()
}

// watch shows the run's progress, waits for its end and reads its result.
func watch(ctx context.Context, temporal *control.Server, run client.WorkflowRun, result any) error {
	announce(ctx, temporal, run)
	bar := newProgressBar()
	err := control.Follow(ctx, run, result, func() {
		if progress, err := temporal.Progress(ctx, run.GetID(), run.GetRunID()); err == nil {
			bar.show(progress)
		}
	})
	bar.finish()
	switch {
	case ctx.Err() != nil && err != nil:
		return fmt.Errorf("stopped watching; the run goes on: follow it at %s or with `%s`", temporal.Link(run.GetID(), run.GetRunID()), command.Status)
	case err == nil:
		return nil
	}
	var ended *sdk.WorkflowExecutionError
	if !errors.As(err, &ended) {
		return fmt.Errorf("lost sight of %s, which goes on: follow it at %s or with `%s`: %w", run.GetID(), temporal.Link(run.GetID(), ""), command.Status, err)
	}
	var terminated *sdk.TerminatedError
	if errors.As(err, &terminated) {
		return fmt.Errorf("%s was terminated or reset; if it was reset, it goes on at %s", run.GetID(), temporal.Link(run.GetID(), ""))
	}
	return fmt.Errorf("%s failed: %s", run.GetID(), workflows.Cause(err))
}

// announce says where to follow the run, and that it waits if nobody works on it.
func announce(ctx context.Context, temporal *control.Server, run client.WorkflowRun) {
	fmt.Fprintf(os.Stderr, "%s runs: %s\n", run.GetID(), temporal.Link(run.GetID(), run.GetRunID()))
	if temporal.HasNoWorker(ctx) {
		fmt.Fprintln(os.Stderr, "no worker is listening yet: the run waits until one is started (worker)")
	}
}
