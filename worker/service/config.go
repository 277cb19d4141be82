// Package service is the worker process: it connects, checks that it fits the
// database, works, and drains when it is told to stop.
package service

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"time"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"creatorpay/engine/mailer"
	"creatorpay/program/settings"
	"creatorpay/settlement"
)

// Config is what a worker can be told. Its tags make the command line's flags
// and environment variables.
type Config struct {
	Slots           int           `env:"WORKER_SLOTS" default:"${slots}" help:"Activities at a time; each has a database connection of its own."`
	Listen          string        `env:"WORKER_LISTEN" placeholder:"ADDR" help:"Serve /metrics, /healthz and /readyz on this address, such as 127.0.0.1:9090. Nothing is served without it."`
	RepeatWindow    time.Duration `env:"REPEAT_WINDOW" default:"30s" help:"A play is a repeat if it starts less than this after the same viewer's previous play of the video; 0 switches the rule off. Runs that have begun keep theirs."`
	PartitionsAhead int           `env:"PARTITIONS_AHEAD" default:"7" help:"Days after today, and after the one being run, that get room in the logs."`
	KeepDays        int           `env:"KEEP_DAYS" default:"0" help:"Days of the logs that stay before the one being run, at least 8: a week is read again before it is paid; older closed days are dropped. 0 keeps all, up to the 4,000 that a log can have."`
	StopTimeout     time.Duration `env:"WORKER_STOP_TIMEOUT" default:"30s" help:"How long running activities may go on after SIGTERM."`
	// At Go's own 100, sending mails took two fifths more CPU time: a mail's documents
	// leave 14 MB of garbage beside some 30 MB in use.
	GCPercent  int        `name:"gc-percent" env:"WORKER_GC_PERCENT" default:"400" help:"How much garbage lies before it is collected, in percent of the memory in use, whatever GOGC says."`
	Deployment string     `env:"WORKER_DEPLOYMENT" placeholder:"NAME" help:"Temporal worker deployment that this worker belongs to. With it each run keeps to the build that began it, and a build gets no new runs until it is made the current one."`
	BuildID    string     `name:"build-id" env:"WORKER_BUILD_ID" placeholder:"ID" help:"Build of the deployment that this program is; needs --deployment."`
	Mail       MailConfig `embed:"" group:"Mail"`
}

// MailConfig is how mails are sent. Without an address none are.
type MailConfig struct {
	Addr     string         `name:"smtp-addr" env:"SMTP_ADDR" placeholder:"HOST:PORT" help:"Mail server. Weeks close without it, but their mails cannot be sent."`
	From     string         `name:"smtp-from" env:"SMTP_FROM" placeholder:"ADDRESS" help:"Sender, as an address or as Name <address>; its domain is that of the Message-IDs."`
	ReplyTo  string         `name:"smtp-reply-to" env:"SMTP_REPLY_TO" placeholder:"ADDRESS" help:"Address for questions about a statement; the sender's without it."`
	User     string         `name:"smtp-user" env:"SMTP_USER" help:"User on the mail server."`
	Password string         `name:"smtp-password" env:"SMTP_PASSWORD" help:"Password on the mail server; better set in the environment than here."`
	TLS      mailer.TLS     `name:"smtp-tls" env:"SMTP_TLS" default:"auto" enum:"auto,mandatory,implicit,none" help:"auto asks for STARTTLS, except on this machine; mandatory, implicit (port 465) or none."`
	Timeout  time.Duration  `name:"smtp-timeout" env:"SMTP_TIMEOUT" default:"30s" help:"For the connection, and for each mail."`
	Slots    int            `name:"mail-slots" env:"MAIL_SLOTS" default:"${mail_slots}" help:"Connections to the mail server at a time."`
	Rate     float64        `name:"mail-rate" env:"MAIL_RATE" default:"50" help:"Mails a second that are begun at most, over all workers and weeks; all workers should have the same. At least 0.5; 0 sets no limit."`
	Links    settings.Links `embed:""`
}

// Post is how to reach the mail server.
func (c MailConfig) Post() mailer.Config {
	return mailer.Config{
		Addr: c.Addr, From: c.From, ReplyTo: c.ReplyTo, User: c.User, Password: c.Password, TLS: c.TLS, Timeout: c.Timeout,
	}
}

// leastRate lets a batch of 25 mails end in the hour that an activity has, also while
// two weeks have 32 batches each under way, which take turns.
const leastRate = 0.5

// interval is the time between two mails; 0 is none.
func (c MailConfig) interval() time.Duration {
	if c.Rate == 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / c.Rate)
}

func (c MailConfig) validate() error {
	var problems []error
	if c.Addr != "" {
		problems = append(problems, c.Post().Validate())
	}
	if c.Slots < 1 {
		problems = append(problems, fmt.Errorf("--mail-slots is %d: at least one mail must be sent at a time", c.Slots))
	}
	if c.Rate != 0 && c.Rate < leastRate || math.IsNaN(c.Rate) {
		problems = append(problems, fmt.Errorf("--mail-rate is %g: it must be at least %g, or 0 for no limit", c.Rate, leastRate))
	}
	_, err := c.Links.Parse()
	return errors.Join(append(problems, err)...)
}

// mostGCPercent is a hundred times the memory in use: beyond it no memory is enough.
const mostGCPercent = 10_000

// Validate says what is wrong with the settings, all of it at once.
func (c Config) Validate() error {
	var problems []error
	if c.Slots < 1 {
		problems = append(problems, fmt.Errorf("--slots is %d: at least one activity must run", c.Slots))
	}
	if err := settlement.ValidateRepeatWindow(c.RepeatWindow); err != nil {
		problems = append(problems, fmt.Errorf("--repeat-window: %w", err))
	}
	for _, days := range []struct {
		flag  string
		value int
	}{{"partitions-ahead", c.PartitionsAhead}, {"keep-days", c.KeepDays}} {
		if most := int(settlement.LastDay - settlement.FirstDay); days.value < 0 || days.value > most { // far more would wrap around
			problems = append(problems, fmt.Errorf("--%s is %d: choose 0 to %d", days.flag, days.value, most))
		}
	}
	if c.GCPercent < 1 || c.GCPercent > mostGCPercent {
		problems = append(problems, fmt.Errorf("--gc-percent is %d: choose 1 to %d", c.GCPercent, mostGCPercent))
	}
	if c.StopTimeout < 0 {
		problems = append(problems, fmt.Errorf("--stop-timeout is %s: choose 0 or more", c.StopTimeout))
	}
	if (c.Deployment == "") != (c.BuildID == "") {
		problems = append(problems, errors.New("--deployment and --build-id go together: set both or none"))
	}
	problems = append(problems, c.Mail.validate())
	return errors.Join(problems...)
}

// versioning is how Temporal tells this build's runs from those of others. By
// default it does not: any worker takes up any run.
func (c Config) versioning() worker.DeploymentOptions {
	if c.Deployment == "" {
		return worker.DeploymentOptions{}
	}
	return worker.DeploymentOptions{
		UseVersioning:             true,
		Version:                   worker.WorkerDeploymentVersion{DeploymentName: c.Deployment, BuildID: c.BuildID},
		DefaultVersioningBehavior: workflow.VersioningBehaviorPinned,
	}
}

// FlagDefaults are the defaults that Config's tags name but do not know: those
// that this machine decides, and those that have another home. A scan keeps the
// database busy about as long as its worker, so two slots a core keep both busy.
func FlagDefaults() map[string]string {
	return map[string]string{
		"slots":      strconv.Itoa(2 * runtime.NumCPU()),
		"mail_slots": strconv.Itoa(4 * runtime.NumCPU()), // while some draw on the cores, the others wait for the servers
	}
}
