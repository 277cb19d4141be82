package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"go.temporal.io/sdk/client"

	"creatorpay/db"
	"creatorpay/engine/mailer"
	"creatorpay/internal/devstack"
	"creatorpay/internal/inbox"
	"creatorpay/settlement"
	"creatorpay/worker/service"
	"creatorpay/workflows"
)

// databaseName is the database of the local stack.
const databaseName = "creatorpay"

// stack is the local stack: MySQL and Temporal as child processes, with the
// schema in place, and a mail inbox.
type stack struct {
	mysql    *devstack.MySQL
	temporal *devstack.Temporal
	inbox    *inbox.Inbox
	dsn      string
}

// In whose name the stack's mails are sent, and where answers would go.
const (
	stackSender  = "creatorpay <payments@creatorpay.example>"
	stackReplyTo = "questions@creatorpay.example"
)

// mailDir is the inbox's folder within the stack's.
func mailDir(dir string) string { return filepath.Join(dir, "mail") }

// clearStack removes what an earlier stack has left under dir.
func clearStack(ctx context.Context, dir string) error {
	if err := devstack.Clear(ctx, dir); err != nil {
		return err
	}
	return os.RemoveAll(mailDir(dir))
}

// startStack brings the stack up with its data under dir, which another stack
// must not be using, and writes dir/env for other programs to source.
func startStack(ctx context.Context, dir string, calendar settlement.Calendar) (_ *stack, err error) {
	s := &stack{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop())
		}
	}()
	if s.mysql, err = devstack.StartMySQL(ctx, dir); err != nil {
		return nil, err
	}
	if err = s.mysql.CreateDatabase(ctx, databaseName); err != nil {
		return nil, err
	}
	s.dsn = s.mysql.DSN(databaseName)
	if err = migrate(ctx, s.dsn, calendar); err != nil {
		return nil, err
	}
	if s.temporal, err = devstack.StartTemporal(ctx, dir); err != nil {
		return nil, err
	}
	if err = s.registerSearchAttributes(ctx); err != nil {
		return nil, err
	}
	if s.inbox, err = inbox.Start(ctx, mailDir(dir)); err != nil {
		return nil, err
	}
	err = devstack.WriteEnv(filepath.Join(dir, "env"),
		"MYSQL_DSN="+s.dsn,
		"TEMPORAL_ADDRESS="+s.temporal.Address,
		"TEMPORAL_NAMESPACE="+client.DefaultNamespace,
		"TEMPORAL_UI_URL="+s.temporal.UIURL,
		"SMTP_ADDR="+s.inbox.SMTPAddr,
		"SMTP_FROM="+stackSender,
		"SMTP_REPLY_TO="+stackReplyTo,
		"MAIL_URL="+s.inbox.URL,
	)
	return s, err
}

func migrate(ctx context.Context, dsn string, calendar settlement.Calendar) error {
	database, err := db.Open(ctx, dsn, connections())
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	_, err = database.Migrate(ctx, calendar)
	return err
}

func (s *stack) registerSearchAttributes(ctx context.Context) error {
	temporal, err := connectTemporal(ctx, s.options(), s.temporal.UIURL)
	if err != nil {
		return err
	}
	defer temporal.Close()
	return workflows.EnsureSearchAttributes(ctx, temporal, temporal.namespace)
}

// stop ends the servers in order; those that were not started are passed over.
func (s *stack) stop() (err error) {
	if s.inbox != nil {
		err = s.inbox.Stop()
	}
	if s.temporal != nil {
		err = errors.Join(err, s.temporal.Stop())
	}
	if s.mysql != nil {
		err = errors.Join(err, s.mysql.Stop())
	}
	return err
}

// options are how a client reaches the stack's Temporal, whatever the
// environment says of another one.
func (s *stack) options() client.Options {
	return client.Options{HostPort: s.temporal.Address, Namespace: client.DefaultNamespace}
}

// work runs a worker on the stack until ctx ends. Its mails go to the inbox,
// whatever the settings say of another mail server, and as fast as they can.
func (s *stack) work(ctx context.Context, config service.Config, logger *slog.Logger) error {
	config.Mail.Addr, config.Mail.From, config.Mail.TLS, config.Mail.Rate = s.inbox.SMTPAddr, stackSender, mailer.Auto, 0
	config.Mail.ReplyTo, config.Mail.User, config.Mail.Password = stackReplyTo, "", ""
	return service.Run(ctx, service.Backends{MySQLDSN: s.dsn, Temporal: s.options()}, config, logger)
}
