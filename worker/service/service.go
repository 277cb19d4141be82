package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/db/probe"
	"creatorpay/db/replication"
	"creatorpay/program/command"
	"creatorpay/program/connect"
	"creatorpay/templates"
	"creatorpay/workflows"
)

// connectionsBeside are the database connections beside those of the slots: one
// for /readyz and /metrics, one for an activity that looks something up while
// its scan goes on.
const connectionsBeside = 2

// Backends are what a worker connects to.
type Backends struct {
	MySQLDSN    string
	ReplicaDSNs []string // of replicas that are scanned; without any, all is read from the primary
	Temporal    client.Options
}

// Run works until ctx ends, then lets running activities finish. It refuses to
// start, with a line that says what to do, when the database or Temporal cannot
// be reached, the schema is not the one that this program was built for, money
// is not safe on the server, or Temporal does not know the search attributes.
func Run(ctx context.Context, backends Backends, config Config, logger *slog.Logger) error {
	if err := config.Validate(); err != nil {
		return err
	}
	debug.SetGCPercent(config.GCPercent)
	replicas, err := replication.OpenScans(backends.MySQLDSN, backends.ReplicaDSNs, config.Slots, probe.CheckReads, logger)
	if err != nil {
		return err
	}
	defer replicas.Close()
	database, err := db.Open(ctx, backends.MySQLDSN, config.Slots+config.Mail.Slots+connectionsBeside)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	if err := database.CheckSchema(ctx); err != nil {
		return err
	}
	if err := database.CheckServer(ctx); err != nil {
		return err
	}
	// What is served goes on until the work has ended: what a worker counts while it
	// drains is asked for, too.
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()
	telemetry, err := newTelemetry(serving, database, replicas)
	if err != nil {
		return err
	}
	backends.Temporal.MetricsHandler = telemetry.handler
	temporal, err := connect.Temporal(ctx, backends.Temporal, logger)
	if err != nil {
		return err
	}
	defer temporal.Close()
	if err := workflows.CheckSearchAttributes(ctx, temporal, cmp.Or(backends.Temporal.Namespace, client.DefaultNamespace)); err != nil {
		return err
	}

	group, ctx := errgroup.WithContext(ctx)
	if config.Listen != "" {
		group.Go(func() error { return telemetry.serve(serving, config.Listen, database, temporal, logger) })
	}
	group.Go(func() error {
		defer stopServing()
		return work(ctx, config, database, replicas, temporal)
	})
	return group.Wait()
}

// work serves both task queues until ctx ends. One that fails ends the other.
func work(ctx context.Context, config Config, database *db.DB, replicas *replication.Scans, temporal client.Client) error {
	renderer, err := templates.NewRenderer()
	if err != nil {
		return err
	}
	links, err := config.Mail.Links.Parse()
	if err != nil {
		return err
	}
	options := workerOptions(config)
	runs := worker.New(temporal, workflows.TaskQueue, options)
	workflows.Register(runs)
	workflows.RegisterActivities(runs, &activities.Activities{
		DB:              database,
		Replicas:        replicas,
		RepeatWindow:    config.RepeatWindow,
		PartitionsAhead: config.PartitionsAhead,
		KeepDays:        config.KeepDays,
		Next:            command.Next,
		CurrentRun:      currentRun(temporal),
		RunStatus:       runStatus(temporal),
	})
	options.MaxConcurrentActivityExecutionSize = config.Mail.Slots
	options.DisableWorkflowWorker = true
	mails := worker.New(temporal, workflows.MailQueue, options)
	workflows.RegisterMailActivities(mails, &activities.Mailing{
		DB: database, Post: config.Mail.Post(), Renderer: renderer, Links: links, Interval: config.Mail.interval(),
	})

	group, ctx := errgroup.WithContext(ctx)
	for _, w := range []worker.Worker{runs, mails} {
		group.Go(func() error {
			stop := make(chan any)
			context.AfterFunc(ctx, func() { close(stop) })
			if err := w.Run(stop); err != nil {
				return fmt.Errorf("worker: %w", err)
			}
			return nil
		})
	}
	return group.Wait()
}

// shownCommands are what the runs tell people to type.
var shownCommands = workflows.Commands{
	Retry:      command.Retry,
	SendMails:  command.SendMails,
	MailStatus: command.MailStatus,
	Verify:     command.Verify,
}

// workerOptions are those of both workers.
func workerOptions(config Config) worker.Options {
	return worker.Options{
		MaxConcurrentActivityExecutionSize: config.Slots,
		WorkerStopTimeout:                  config.StopTimeout,
		DisableRegistrationAliasing:        true,
		Interceptors:                       []interceptor.WorkerInterceptor{&countRetries{}, &activities.Guard{Next: command.Next}, workflows.ShowCommands(shownCommands)},
		DeploymentOptions:                  config.versioning(),
	}
}

// currentRun asks Temporal which run of a workflow is the current one.
func currentRun(temporal client.Client) func(context.Context, string) (string, error) {
	return func(ctx context.Context, workflowID string) (string, error) {
		description, err := temporal.DescribeWorkflowExecution(ctx, workflowID, "")
		if err != nil {
			return "", err
		}
		return description.GetWorkflowExecutionInfo().GetExecution().GetRunId(), nil
	}
}

// runStatus asks Temporal how the workflow's current run stands. A run that
// Temporal has forgotten does not stand at all.
func runStatus(temporal client.Client) func(context.Context, string) (enums.WorkflowExecutionStatus, error) {
	return func(ctx context.Context, workflowID string) (enums.WorkflowExecutionStatus, error) {
		description, err := temporal.DescribeWorkflowExecution(ctx, workflowID, "")
		var notFound *serviceerror.NotFound
		if err != nil && !errors.As(err, &notFound) {
			return enums.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED, err
		}
		return description.GetWorkflowExecutionInfo().GetStatus(), nil
	}
}
