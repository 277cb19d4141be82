// Package localstack runs a whole installation on one machine, for looking around: MySQL and Temporal as child
// processes with the schema in place, a mail inbox, a worker, and the api with an issuer of its own.
package localstack

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
	"go.temporal.io/sdk/client"

	api "creatorpay/api/service"
	"creatorpay/db"
	"creatorpay/engine/mailer"
	"creatorpay/internal/devstack"
	"creatorpay/internal/inbox"
	"creatorpay/internal/issuer"
	"creatorpay/program/connect"
	"creatorpay/settlement"
	"creatorpay/worker/service"
	"creatorpay/workflows"
)

// databaseName is the database of the local stack.
const databaseName = "creatorpay"

// Stack is a running stack.
type Stack struct {
	DSN      string   // of its database
	Replicas []string // DSNs of copies of it, for a user who may only read
	mysql    *devstack.Cluster
	temporal *devstack.Temporal
	inbox    *inbox.Inbox
	access   access
}

// UI is the address of the Temporal UI.
func (s *Stack) UI() string { return s.temporal.UIURL }

// Inbox is the address of the page that shows the mails.
func (s *Stack) Inbox() string { return s.inbox.URL }

// API is the address of the api, and of the creators' pages.
func (s *Stack) API() string { return s.access.pagesURL }

// In whose name the stack's mails are sent, and where answers would go.
const (
	stackSender  = "creatorpay <payments@creatorpay.example>"
	stackReplyTo = "questions@creatorpay.example"
)

// EnvFile is where [Start] writes the settings of the stack under dir, for other programs to source.
func EnvFile(dir string) string { return filepath.Join(dir, "env") }

// mailDir is the inbox's folder within the stack's.
func mailDir(dir string) string { return filepath.Join(dir, "mail") }

// Clear removes what an earlier stack has left under dir.
func Clear(ctx context.Context, dir string) error {
	if err := devstack.Clear(ctx, dir); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(mailDir(dir)), clearAccess(dir))
}

// Start brings the stack up with its data under dir, which another stack
// must not be using, and writes its [EnvFile]. Its database has so many replicas,
// which have the schema when Start returns.
func Start(ctx context.Context, dir string, calendar settlement.Calendar, replicas int) (_ *Stack, err error) {
	s := &Stack{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	if s.mysql, err = devstack.StartReplicated(ctx, dir, replicas); err != nil {
		return nil, err
	}
	if err = s.makeDatabase(ctx, calendar); err != nil {
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
	if s.access, err = startAccess(ctx, dir); err != nil {
		return nil, err
	}
	err = devstack.WriteEnv(EnvFile(dir),
		"MYSQL_DSN="+s.DSN,
		"MYSQL_REPLICA_DSNS="+strings.Join(s.Replicas, " "),
		"TEMPORAL_ADDRESS="+s.temporal.Address,
		"TEMPORAL_NAMESPACE="+client.DefaultNamespace,
		"TEMPORAL_UI_URL="+s.temporal.UIURL,
		"SMTP_ADDR="+s.inbox.SMTPAddr,
		"SMTP_FROM="+stackSender,
		"SMTP_REPLY_TO="+stackReplyTo,
		"MAIL_URL="+s.inbox.URL,
		"API_URL="+s.access.pagesURL,
		"API_ISSUER="+s.access.issuer.URL,
		"LINK_KEYS="+s.access.linkKeys,
		"PAGES_URL="+s.access.pagesURL,
	)
	return s, err
}

// makeDatabase makes the database, with its schema and a user who may only read, on the primary, and waits for the replicas.
func (s *Stack) makeDatabase(ctx context.Context, calendar settlement.Calendar) error {
	primary := s.mysql.Primary
	if err := primary.CreateDatabase(ctx, databaseName); err != nil {
		return err
	}
	s.DSN = primary.DSN(databaseName)
	if err := migrate(ctx, s.DSN, calendar); err != nil {
		return err
	}
	if err := primary.CreateReader(ctx, databaseName); err != nil {
		return err
	}
	for _, replica := range s.mysql.Replicas {
		s.Replicas = append(s.Replicas, replica.ReaderDSN(databaseName))
	}
	return s.mysql.CatchUp(ctx)
}

// migrating is how many connections a migration takes: one holds its lock meanwhile.
const migrating = 2

func migrate(ctx context.Context, dsn string, calendar settlement.Calendar) error {
	database, err := db.Open(ctx, dsn, migrating)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	_, err = database.Migrate(ctx, calendar)
	return err
}

func (s *Stack) registerSearchAttributes(ctx context.Context) error {
	temporal, err := connect.Temporal(ctx, s.Options(), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer temporal.Close()
	return workflows.EnsureSearchAttributes(ctx, temporal, client.DefaultNamespace)
}

// Stop ends the servers in order; those that were not started are passed over.
func (s *Stack) Stop() (err error) {
	if s.access.issuer != nil {
		err = s.access.issuer.Stop()
	}
	if s.inbox != nil {
		err = errors.Join(err, s.inbox.Stop())
	}
	if s.temporal != nil {
		err = errors.Join(err, s.temporal.Stop())
	}
	if s.mysql != nil {
		err = errors.Join(err, s.mysql.Stop())
	}
	return err
}

// Options are how a client reaches the stack's Temporal, whatever the
// environment says of another one.
func (s *Stack) Options() client.Options {
	return client.Options{HostPort: s.temporal.Address, Namespace: client.DefaultNamespace}
}

// Work runs a worker on the stack until ctx ends. It scans the replicas where there are
// some. Its mails go to the inbox,
// whatever the settings say of another mail server, and as fast as they can.
func (s *Stack) Work(ctx context.Context, config service.Config, logger *slog.Logger) error {
	config.Mail.Addr, config.Mail.From, config.Mail.TLS, config.Mail.Rate = s.inbox.SMTPAddr, stackSender, mailer.Auto, 0
	config.Mail.ReplyTo, config.Mail.User, config.Mail.Password = stackReplyTo, "", ""
	config.Mail.Links.Keys, config.Mail.Links.PagesURL = s.access.linkKeys, s.access.pagesURL
	return service.Run(ctx, service.Backends{MySQLDSN: s.DSN, ReplicaDSNs: s.Replicas, Temporal: s.Options()}, config, logger)
}

// Answer runs an api on the stack until ctx ends. It reads with a user who may
// only do that, from the replicas where there are some, and takes the tokens of
// the stack's own issuer, whatever the settings say of another one.
func (s *Stack) Answer(ctx context.Context, logger *slog.Logger) error {
	config, err := s.apiConfig()
	if err != nil {
		return err
	}
	return api.Run(ctx, config, logger)
}

func (s *Stack) apiConfig() (config api.Config, err error) {
	config.MySQLDSN = s.mysql.Primary.ReaderDSN(databaseName)
	config.Access.Issuer, config.Access.LinkKeys.Keys = s.access.issuer.URL, s.access.linkKeys
	config.Listen = strings.TrimPrefix(s.access.pagesURL, "http://")
	if err := kong.ApplyDefaults(&config); err != nil {
		return config, err
	}
	// What is empty here was taken from the environment.
	config.Access.JWKSURL, config.Access.Audience = "", issuer.Audience
	config.Replicas.MySQLReplicaDSNs = strings.Join(s.Replicas, " ")
	return config, nil
}
