package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

type mailStatusCommand struct {
	closedWeek
	temporalFlags
}

func (c mailStatusCommand) Run(ctx context.Context) error {
	return c.do(ctx, func(database *db.DB, week settlement.Period) error {
		counts, err := database.DeliveryCounts(ctx, week)
		if err != nil {
			return err
		}
		out := newTable("Mails of "+week.String(), "Count")
		rightAligned(out, 2)
		for _, state := range []string{db.DeliveryPending, db.DeliverySending, db.DeliverySent, db.DeliveryRejected, db.DeliveryUnknown} {
			out.AppendRow(table.Row{state, settlement.Number(counts[state])})
		}
		out.Render()
		if err := printProblems(ctx, database, week); err != nil {
			return err
		}
		unsent := counts[db.DeliveryPending] + counts[db.DeliverySending]
		if unsent == 0 {
			return nil
		}
		return c.printSending(ctx, week, unsent)
	})
}

// printProblems lists the mails that need a person, and those that wait for the
// mail server.
func printProblems(ctx context.Context, database *db.DB, week settlement.Period) error {
	deliveries, err := database.Deliveries(ctx, week, db.DeliveryPending, db.DeliverySending, db.DeliveryRejected, db.DeliveryUnknown)
	if err != nil {
		return err
	}
	out := newTable("Creator", "Address", "State", "Attempts", "Code", "Since", "Why")
	rightAligned(out, 1, 4, 5)
	for _, delivery := range deliveries {
		if delivery.State == db.DeliveryPending && delivery.Attempts == 0 {
			continue // nothing has gone wrong yet
		}
		out.AppendRow(table.Row{delivery.CreatorID, delivery.Email, delivery.State, delivery.Attempts, delivery.Code, delivery.ChangedAt.Local().Format(time.DateTime), delivery.Detail})
	}
	if out.Length() > 0 {
		out.Render()
	}
	return nil
}

// printSending tells which run sends the week's unsent mails, and when, or that
// none does.
func (c mailStatusCommand) printSending(ctx context.Context, week settlement.Period, unsent int) error {
	temporal, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	id := workflows.MailID(week)
	description, err := temporal.DescribeWorkflowExecution(ctx, id, "")
	var unknown *serviceerror.NotFound
	if err != nil && !errors.As(err, &unknown) {
		return fmt.Errorf("look for %s: %w", id, err)
	}
	info := description.GetWorkflowExecutionInfo()
	if info.GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		fmt.Printf("%s not sent, and no run sends them: %s\n", settlement.Count(unsent, "mail"), command.SendMails(week))
		return nil
	}
	next := workflows.NextPass(info)
	if next.IsZero() {
		fmt.Printf("%s not sent yet: %s is at it\n", settlement.Count(unsent, "mail"), id)
		return nil
	}
	fmt.Printf("%s not sent yet: %s tries them at %s; to try them now: %s\n",
		settlement.Count(unsent, "mail"), id, next.Local().Format(time.DateTime), command.SendMails(week))
	return nil
}
