package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// mostTroubles is how many mails are named: nobody reads more, and those that wait for the mail server come last.
const mostTroubles = 1000

type mailStatusCommand struct {
	readerFlags
	closedWeek
	temporalFlags
}

func (c mailStatusCommand) Run(ctx context.Context, database *db.DB, opened *opened) error {
	if err := c.check(ctx, database); err != nil {
		return err
	}
	counts, err := database.DeliveryCounts(ctx, c.period())
	if err != nil {
		return err
	}
	deliveries, err := database.DeliveriesToReport(ctx, c.period(), mostTroubles+1)
	if err != nil {
		return err
	}
	fmt.Print(deliveriesText(c.period(), counts), troublesText(deliveries))
	unsent := counts[db.DeliveryPending] + counts[db.DeliverySending]
	if unsent == 0 {
		return nil
	}
	temporal, err := c.ProvideTemporal(ctx, opened)
	if err != nil {
		return err
	}
	sending, err := temporal.Sending(ctx, c.period())
	if err != nil {
		return err
	}
	fmt.Print(sendingText(c.period(), unsent, sending))
	return nil
}

func deliveriesText(week settlement.Period, counts map[string]int) string {
	out := newTable("Mails of "+week.String(), "Count")
	rightAligned(out, 2)
	for _, state := range []string{db.DeliveryPending, db.DeliverySending, db.DeliverySent, db.DeliveryRejected, db.DeliveryUnknown} {
		out.AppendRow(table.Row{state, settlement.Number(counts[state])})
	}
	return rendered(out)
}

// troublesText lists the mails that need a person, and those that wait for the
// mail server.
func troublesText(deliveries []db.Delivery) string {
	out := newTable("Creator", "Address", "State", "Attempts", "Code", "Since", "Why")
	rightAligned(out, 1, 4, 5)
	for _, delivery := range deliveries[:min(len(deliveries), mostTroubles)] {
		out.AppendRow(table.Row{delivery.CreatorID, delivery.Email, delivery.State, delivery.Attempts, delivery.Code, delivery.ChangedAt.Local().Format(time.DateTime), delivery.Detail})
	}
	if len(deliveries) > mostTroubles {
		return filled(out) + fmt.Sprintf("and more: these are %s\n", settlement.Number(mostTroubles))
	}
	return filled(out)
}

// sendingText tells which run sends the week's unsent mails, and when, or that
// none does.
func sendingText(week settlement.Period, unsent int, sending control.Sending) string {
	mails, id := settlement.Count(unsent, "mail"), workflows.MailID(week)
	switch {
	case !sending.Running:
		return fmt.Sprintf("%s not sent, and no run sends them: %s\n", mails, command.SendMails(week))
	case sending.Next.IsZero():
		return fmt.Sprintf("%s not sent yet: %s is at it\n", mails, id)
	default:
		return fmt.Sprintf("%s not sent yet: %s tries them at %s; to try them now: %s\n",
			mails, id, sending.Next.Local().Format(time.DateTime), command.SendMails(week))
	}
}
