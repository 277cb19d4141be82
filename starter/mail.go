package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/engine/mailer"
	"creatorpay/engine/statement"
	"creatorpay/program/command"
	"creatorpay/settlement"
	"creatorpay/templates"
	"creatorpay/workflows"
)

type mailCommand struct {
	Status  mailStatusCommand  `cmd:"" help:"How many mails of the week are in each state, and which were refused and why."`
	Preview mailPreviewCommand `cmd:"" help:"Write a creator's documents and mail to a folder; sends nothing."`
	Send    mailSendCommand    `cmd:"" help:"Send the week's mails that are pending, those that the mail server has put off among them."`
	Resend  mailResendCommand  `cmd:"" help:"Send a mail again that was rejected or whose fate is unknown, with the same Message-ID."`
	Confirm mailConfirmCommand `cmd:"" help:"Record that a mail whose fate was unknown has arrived."`
}

// closedWeek is what all of these commands work on: a week that is closed, since
// before that it has no mails.
type closedWeek struct {
	databaseFlags
	Week string `required:"" placeholder:"WEEK" help:"ISO week, as 2024-W19."`
}

func (f closedWeek) do(ctx context.Context, work func(database *db.DB, week settlement.Period) error) error {
	week, err := settlement.ParseWeek(f.Week)
	if err != nil {
		return err
	}
	database, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	if _, err := database.ClosedRun(ctx, week); err != nil {
		return err
	}
	return work(database, week)
}

type mailPreviewCommand struct {
	closedWeek
	Creator int64  `required:"" placeholder:"ID" help:"The creator."`
	From    string `env:"SMTP_FROM" default:"payments@creatorpay.example" placeholder:"ADDRESS" help:"Sender, as an address or as Name <address>."`
	ReplyTo string `env:"SMTP_REPLY_TO" placeholder:"ADDRESS" help:"Address for questions; the sender's without it."`
	Output  string `short:"o" type:"path" default:"." placeholder:"DIR" help:"Folder to write to."`
}

func (c mailPreviewCommand) Run(ctx context.Context) error {
	return c.do(ctx, func(database *db.DB, week settlement.Period) error {
		statements, err := statement.Read(ctx, database, week, settlement.Creators{First: c.Creator, Last: c.Creator}, mailer.Config{From: c.From, ReplyTo: c.ReplyTo}.Contact())
		if err != nil {
			return err
		}
		if len(statements) == 0 {
			return fmt.Errorf("creator %d has no statement for %s: nothing of theirs counted", c.Creator, week)
		}
		email, err := database.Email(ctx, c.Creator)
		if err != nil {
			return err
		}
		renderer, err := templates.NewRenderer()
		if err != nil {
			return err
		}
		message, err := statement.Compose(ctx, renderer, statements[0], email)
		if err != nil {
			return err
		}
		return c.write(message, statements[0].Number)
	})
}

func (c mailPreviewCommand) write(message mailer.Message, number string) error {
	if err := os.MkdirAll(c.Output, 0o750); err != nil {
		return err
	}
	var eml bytes.Buffer
	mail, err := mailer.Build(mailer.Config{From: c.From, ReplyTo: c.ReplyTo}, message)
	if err != nil {
		return err
	}
	if _, err := mail.WriteTo(&eml); err != nil {
		return err
	}
	for _, file := range append([]mailer.Attachment{{Name: number + ".eml", Data: eml.Bytes()}}, message.Attachments...) {
		path := filepath.Join(c.Output, file.Name)
		if err := writeFile(path, func(to io.Writer) error {
			_, err := to.Write(file.Data)
			return err
		}); err != nil {
			return err
		}
		fmt.Println(path)
	}
	return nil
}

type mailSendCommand struct {
	closedWeek
	temporalFlags
}

func (c mailSendCommand) Run(ctx context.Context) error {
	return c.do(ctx, func(_ *db.DB, week settlement.Period) error {
		return sendMails(ctx, c.temporalFlags, week)
	})
}

// sendMails sends the week's mails that are pending and waits for them: in a run of
// its own, or in the one that is going, which tries them all at once then.
func sendMails(ctx context.Context, flags temporalFlags, week settlement.Period) error {
	temporal, err := flags.connect(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	if err := workflows.EnsureSearchAttributes(ctx, temporal, temporal.namespace); err != nil {
		return err
	}
	id := workflows.MailID(week)
	run, err := temporal.SignalWithStartWorkflow(ctx, id, workflows.SendNowSignal, nil, client.StartWorkflowOptions{
		TaskQueue: workflows.TaskQueue,
		// What was sent is not sent again, however often this runs.
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:         workflows.MailSummary(week),
	}, workflows.Mail, workflows.MailInput{Week: week})
	if err != nil {
		return fmt.Errorf("start %s: %w", id, err)
	}
	var totals activities.MailTotals
	if err := watch(ctx, temporal, run, &totals); err != nil {
		return err
	}
	printMails(totals)
	return nil
}

func printMails(totals activities.MailTotals) {
	fmt.Printf("mails: %s sent, %s rejected, %s unknown\n",
		settlement.Number(totals.Sent), settlement.Number(totals.Rejected), settlement.Number(totals.Unknown))
}

type mailResendCommand struct {
	closedWeek
	temporalFlags
	Creator int64 `required:"" placeholder:"ID" help:"The creator."`
}

func (c mailResendCommand) Run(ctx context.Context) error {
	return c.do(ctx, func(database *db.DB, week settlement.Period) error {
		changed, err := database.ChangeDelivery(ctx, week, c.Creator, db.DeliveryPending, "to be sent again by an operator", db.DeliveryRejected, db.DeliveryUnknown)
		if err != nil {
			return err
		}
		if !changed {
			return fmt.Errorf("creator %d has no mail of %s that was rejected or is unknown: see %s", c.Creator, week, command.MailStatus(week))
		}
		return sendMails(ctx, c.temporalFlags, week)
	})
}

type mailConfirmCommand struct {
	closedWeek
	Creator int64 `required:"" placeholder:"ID" help:"The creator."`
}

func (c mailConfirmCommand) Run(ctx context.Context) error {
	return c.do(ctx, func(database *db.DB, week settlement.Period) error {
		changed, err := database.ChangeDelivery(ctx, week, c.Creator, db.DeliverySent, "confirmed by an operator", db.DeliveryUnknown)
		if err == nil && !changed {
			err = fmt.Errorf("creator %d has no mail of %s whose fate is unknown: see %s", c.Creator, week, command.MailStatus(week))
		}
		return err
	})
}
