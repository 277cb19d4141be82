package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/engine/mailer"
	"creatorpay/engine/statement"
	"creatorpay/program/command"
	"creatorpay/program/control"
	"creatorpay/program/settings"
	"creatorpay/settlement"
	"creatorpay/templates"
)

type mailCommand struct {
	Status  mailStatusCommand  `cmd:"" help:"How many mails of the week are in each state, and which were refused and why."`
	Preview mailPreviewCommand `cmd:"" help:"Write a creator's documents and mail to a folder; sends nothing."`
	Send    mailSendCommand    `cmd:"" help:"Send the week's mails that are pending, those that the mail server has put off among them."`
	Resend  mailResendCommand  `cmd:"" help:"Send a mail again that was rejected or whose fate is unknown, with the same Message-ID."`
	Doubt   mailDoubtCommand   `cmd:"" help:"Record that the fate of all pending mails of the week is unknown, as after a restore of the database."`
	Confirm mailConfirmCommand `cmd:"" help:"Record that a mail whose fate was unknown has arrived."`
}

// closedWeek is what all of these commands work on: a week that is closed, since
// before that it has no mails.
type closedWeek struct {
	weekFlag
}

// check refuses a week that is not closed.
func (f closedWeek) check(ctx context.Context, database *db.DB) error {
	_, err := database.ClosedRun(ctx, f.period())
	return err
}

type mailPreviewCommand struct {
	readerFlags
	closedWeek
	creatorFlag
	From    string         `env:"SMTP_FROM" default:"payments@creatorpay.example" placeholder:"ADDRESS" help:"Sender, as an address or as Name <address>."`
	ReplyTo string         `env:"SMTP_REPLY_TO" placeholder:"ADDRESS" help:"Address for questions; the sender's without it."`
	Links   settings.Links `embed:""`
	Output  string         `short:"o" type:"path" default:"." placeholder:"DIR" help:"Folder to write to."`
}

func (c mailPreviewCommand) Run(ctx context.Context, database *db.DB) error {
	links, err := c.Links.Parse()
	if err != nil {
		return err
	}
	if err := c.check(ctx, database); err != nil {
		return err
	}
	statements, err := statement.Read(ctx, database, c.period(), settlement.Creators{First: c.Creator, Last: c.Creator}, mailer.Config{From: c.From, ReplyTo: c.ReplyTo}.Contact())
	if err != nil {
		return err
	}
	if len(statements) == 0 {
		return fmt.Errorf("creator %d has no statement for %s: nothing of theirs counted or was settled", c.Creator, c.Week)
	}
	email, err := database.Email(ctx, c.Creator)
	if err != nil {
		return err
	}
	renderer, err := templates.NewRenderer()
	if err != nil {
		return err
	}
	mail, err := statement.Compose(ctx, renderer, links, statements[0], email)
	if err != nil {
		return err
	}
	return c.write(mail.Message, statements[0].Number)
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
	databaseFlags
	closedWeek
	temporalFlags
}

func (c mailSendCommand) Run(ctx context.Context, database *db.DB, temporal *control.Server) error {
	if err := c.check(ctx, database); err != nil {
		return err
	}
	return sendMails(ctx, temporal, c.period())
}

// sendMails sends the week's mails that are pending and waits for them.
func sendMails(ctx context.Context, temporal *control.Server, week settlement.Period) error {
	run, err := temporal.SendMails(ctx, week)
	if err != nil {
		return err
	}
	var totals activities.MailTotals
	if err := watch(ctx, temporal, run, &totals); err != nil {
		return err
	}
	fmt.Print(mailsText(totals))
	return nil
}

func mailsText(totals activities.MailTotals) string {
	return fmt.Sprintf("mails: %s sent, %s rejected, %s unknown\n",
		settlement.Number(totals.Sent), settlement.Number(totals.Rejected), settlement.Number(totals.Unknown))
}

// creatorFlag names the mail of one creator.
type creatorFlag struct {
	Creator int64 `required:"" placeholder:"ID" help:"The creator."`
}

type mailResendCommand struct {
	databaseFlags
	closedWeek
	temporalFlags
	creatorFlag
}

func (c mailResendCommand) Run(ctx context.Context, database *db.DB, temporal *control.Server) error {
	if err := c.check(ctx, database); err != nil {
		return err
	}
	changed, err := database.ChangeDelivery(ctx, c.period(), c.Creator, db.DeliveryPending, "to be sent again by an operator", db.DeliveryRejected, db.DeliveryUnknown)
	if err != nil {
		return err
	}
	if !changed {
		return fmt.Errorf("creator %d has no mail of %s that was rejected or is unknown: see %s", c.Creator, c.Week, command.MailStatus(c.period()))
	}
	return sendMails(ctx, temporal, c.period())
}

type mailConfirmCommand struct {
	databaseFlags
	closedWeek
	creatorFlag
}

func (c mailConfirmCommand) Run(ctx context.Context, database *db.DB) error {
	if err := c.check(ctx, database); err != nil {
		return err
	}
	changed, err := database.ChangeDelivery(ctx, c.period(), c.Creator, db.DeliverySent, "confirmed by an operator", db.DeliveryUnknown)
	if err == nil && !changed {
		err = fmt.Errorf("creator %d has no mail of %s whose fate is unknown: see %s", c.Creator, c.Week, command.MailStatus(c.period()))
	}
	return err
}

type mailDoubtCommand struct {
	databaseFlags
	closedWeek
	Reason string `default:"the database was restored" placeholder:"TEXT" help:"Why, for those who look at the mails later."`
}

func (c mailDoubtCommand) Run(ctx context.Context, database *db.DB) error {
	if err := c.check(ctx, database); err != nil {
		return err
	}
	mails, err := database.DoubtDeliveries(ctx, c.period(), c.Reason)
	if err != nil {
		return err
	}
	fmt.Printf("%s of %s unknown; see %s\n", settlement.Count(mails, "mail"), c.Week, command.MailStatus(c.period()))
	return nil
}
