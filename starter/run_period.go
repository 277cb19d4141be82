package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type runWeeklyCommand struct {
	databaseFlags
	temporalFlags
	Week   string `required:"" placeholder:"WEEK" help:"ISO week, as 2024-W19."`
	Wait   bool   `help:"Wait for the week's days to close instead of refusing."`
	NoMail bool   `help:"Send no mails; starter mail send does it later."`
}

func (c runWeeklyCommand) Run(ctx context.Context) error {
	week, err := settlement.ParseWeek(c.Week)
	if err != nil {
		return err
	}
	return checkAndRunPeriod(ctx, c.databaseFlags, c.temporalFlags, workflows.Weekly,
		workflows.PeriodInput{Period: week, Wait: c.Wait, NoMail: c.NoMail})
}

type runMonthlyCommand struct {
	databaseFlags
	temporalFlags
	Month string `required:"" placeholder:"MONTH" help:"Month, as 2024-05."`
	Wait  bool   `help:"Wait for the month's days to close instead of refusing."`
}

func (c runMonthlyCommand) Run(ctx context.Context) error {
	month, err := settlement.ParseMonth(c.Month)
	if err != nil {
		return err
	}
	return checkAndRunPeriod(ctx, c.databaseFlags, c.temporalFlags, workflows.Monthly,
		workflows.PeriodInput{Period: month, Wait: c.Wait})
}

func checkAndRunPeriod(ctx context.Context, mysql databaseFlags, flags temporalFlags, workflow any, input workflows.PeriodInput) error {
	database, err := mysql.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	if err := checkPeriod(ctx, database, input); err != nil {
		return err
	}
	temporal, err := flags.connect(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	return runRollUp(ctx, temporal, workflow, input)
}

// checkPeriod refuses at once what the run itself would refuse, without a
// workflow.
func checkPeriod(ctx context.Context, database *db.DB, input workflows.PeriodInput) error {
	err := database.CheckPeriod(ctx, input.Period, time.Now())
	var notClosed *settlement.Error
	if errors.Is(err, settlement.ErrNotClosed) && errors.As(err, &notClosed) {
		if input.Wait || notClosed.State == settlement.Running {
			return nil
		}
		return cannotRunYet(input.Period, err)
	}
	return err
}

// runRollUp starts the run of a week or month, shows its progress and waits for
// its end.
func runRollUp(ctx context.Context, temporal *temporalServer, workflow any, input workflows.PeriodInput) error {
	var result workflows.PeriodResult
	if err := runPeriod(ctx, temporal, input.Period, workflow, input, &result); err != nil {
		return err
	}
	printRollUp(result)
	return nil
}

func printRollUp(result workflows.PeriodResult) {
	fmt.Printf("%s closed: %s\n", result.Period, describe(result.Totals))
	printAlarms(result.Mismatches)
	if result.Period.Kind == settlement.Weekly && result.Mails != (activities.MailTotals{}) {
		printMails(result.Mails)
	}
}
