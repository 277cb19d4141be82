package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jmoiron/sqlx"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"creatorpay/db"
	"creatorpay/internal/devstack"
	"creatorpay/internal/inbox"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

const databaseName = "bench"

// mailFolder is that of the inbox, within that of the servers' data.
const mailFolder = "mail"

// sqlSettings follow the DSN of contestants that have their own SQL.
const sqlSettings = "?parseTime=true&interpolateParams=true&time_zone=%27%2B00%3A00%27"

// rig is what all contestants run on.
type rig struct {
	mysql    *devstack.MySQL   // the primary
	cluster  *devstack.Cluster // nil without replicas
	inbox    *inbox.Inbox
	server   *devstack.Temporal
	workers  []*exec.Cmd
	ended    chan error // gets what became of each worker when it ends
	temporal client.Client
	db       *db.DB
	sql      *sqlx.DB // for the contestants that have their own SQL
	calendar settlement.Calendar
}

// newRig starts the servers and the workers with their usual settings. What lies in the
// folder already stays. flags are further ones of the database.
func newRig(ctx context.Context, in installation, layout layout, flags ...string) (_ *rig, err error) {
	r := &rig{ended: make(chan error, layout.Workers)}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.stop())
		}
	}()
	if r.calendar, err = settlement.NewCalendar(settlement.DefaultTimeZone); err != nil {
		return nil, err
	}
	if err = r.startDatabase(ctx, in, layout.Replicas, flags); err != nil {
		return nil, err
	}
	if err = pin(ctx, r.mysql.PID(), layout.DatabaseCores); err != nil {
		return nil, err
	}
	for _, pid := range r.replicaPIDs() {
		if err = pin(ctx, pid, layout.ReplicaCores); err != nil {
			return nil, err
		}
	}
	if err = pin(ctx, os.Getpid(), layout.WorkerCores); err != nil { // what it starts inherits them
		return nil, err
	}
	if err = r.mysql.CreateDatabase(ctx, databaseName); err != nil {
		return nil, err
	}
	dsn := r.mysql.DSN(databaseName)
	if r.db, err = db.Open(ctx, dsn, 8); err != nil {
		return nil, err
	}
	if _, err = r.db.Migrate(ctx, r.calendar); err != nil {
		return nil, err
	}
	if r.sql, err = sqlx.ConnectContext(ctx, "mysql", dsn+sqlSettings); err != nil {
		return nil, err
	}
	if r.server, err = devstack.StartTemporal(ctx, in.Dir); err != nil {
		return nil, err
	}
	if r.inbox, err = inbox.Start(ctx, filepath.Join(in.Dir, mailFolder)); err != nil {
		return nil, err
	}
	if r.temporal, err = client.DialContext(ctx, client.Options{HostPort: r.server.Address, Logger: log.NewStructuredLogger(discard)}); err != nil {
		return nil, err
	}
	if err = workflows.EnsureSearchAttributes(ctx, r.temporal, client.DefaultNamespace); err != nil {
		return nil, err
	}
	settings := []string{"MYSQL_DSN=" + dsn}
	if layout.Scan {
		settings = append(settings, "MYSQL_REPLICA_DSNS="+r.replicaDSNs())
	}
	for number := range layout.Workers {
		if err = r.startWorker(filepath.Join(in.Dir, fmt.Sprintf("worker-%d.log", number+1)), in.Worker, settings); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// startDatabase starts one server, or a primary with replicas.
func (r *rig) startDatabase(ctx context.Context, in installation, replicas int, flags []string) (err error) {
	flags = append([]string{
		"--loose-innodb-buffer-pool-size=" + in.Memory,
		"--loose-innodb-redo-log-capacity=" + in.RedoLog, "--loose-innodb-log-file-size=" + in.RedoLog,
		// For the SQL script, whose intermediate results are big.
		"--loose-tmp-table-size=1G", "--loose-max-heap-table-size=1G",
	}, flags...)
	if replicas == 0 {
		r.mysql, err = devstack.StartMySQL(ctx, in.Dir, flags...)
		return err
	}
	if r.cluster, err = devstack.StartReplicated(ctx, in.Dir, replicas, flags...); err != nil {
		return err
	}
	r.mysql = r.cluster.Primary
	return nil
}

// replicaDSNs are those of all replicas, as programs take them.
func (r *rig) replicaDSNs() string {
	var all []string
	for _, replica := range r.cluster.Replicas {
		all = append(all, replica.DSN(databaseName))
	}
	return strings.Join(all, " ")
}

// replicaPIDs are their processes, nil if there are none.
func (r *rig) replicaPIDs() (all []int) {
	if r.cluster != nil {
		for _, replica := range r.cluster.Replicas {
			all = append(all, replica.PID())
		}
	}
	return all
}

// errWorkerEnded ends a measurement: without its worker a run would wait for ever.
var errWorkerEnded = errors.New("a worker ended; its log says why")

func (r *rig) startWorker(logFile, program string, settings []string) error {
	output, err := os.Create(logFile)
	if err != nil {
		return err
	}
	defer func() { _ = output.Close() }() // the worker has its own copy
	worker := exec.Command(program)       //nolint:noctx // stop ends it
	worker.Stdout, worker.Stderr = output, output
	worker.Env = append(append(os.Environ(), settings...), "TEMPORAL_ADDRESS="+r.server.Address, "TEMPORAL_NAMESPACE="+client.DefaultNamespace,
		"SMTP_ADDR="+r.inbox.SMTPAddr, "SMTP_FROM=payments@creatorpay.example", "MAIL_RATE=0")
	if err := worker.Start(); err != nil {
		return fmt.Errorf("start worker (make build): %w", err)
	}
	r.workers = append(r.workers, worker)
	go func() { r.ended <- worker.Wait() }()
	return nil
}

// whileWorking is ctx until a worker ends.
func (r *rig) whileWorking(ctx context.Context) context.Context {
	ctx, end := context.WithCancelCause(ctx)
	go func() {
		err := <-r.ended
		r.ended <- err // for stop
		end(errWorkerEnded)
	}()
	return ctx
}

func (r *rig) stop() (err error) {
	for _, worker := range r.workers {
		err = errors.Join(err, worker.Process.Signal(syscall.SIGTERM))
	}
	for range r.workers {
		err = errors.Join(err, <-r.ended)
	}
	if r.temporal != nil {
		r.temporal.Close()
	}
	if r.sql != nil {
		err = errors.Join(err, r.sql.Close())
	}
	if r.db != nil {
		err = errors.Join(err, r.db.Close())
	}
	if r.server != nil {
		err = errors.Join(err, r.server.Stop())
	}
	if r.inbox != nil {
		err = errors.Join(err, r.inbox.Stop())
	}
	switch {
	case r.cluster != nil:
		err = errors.Join(err, r.cluster.Stop())
	case r.mysql != nil:
		err = errors.Join(err, r.mysql.Stop())
	}
	return err
}
