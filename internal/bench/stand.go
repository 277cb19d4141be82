package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/jmoiron/sqlx"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"creatorpay/db"
	"creatorpay/internal/devstack"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

const databaseName = "bench"

// stand is what all contestants run on.
type stand struct {
	mysql    *devstack.MySQL
	server   *devstack.Temporal
	worker   *exec.Cmd
	ended    chan error // gets what became of the worker when it ends
	temporal client.Client
	db       *db.DB
	sql      *sqlx.DB // for the contestants that have their own SQL
	calendar settlement.Calendar
}

// newStand starts the servers and a worker with its usual settings.
func newStand(ctx context.Context, dir, memory, worker string) (_ *stand, err error) {
	s := &stand{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop())
		}
	}()
	if s.calendar, err = settlement.NewCalendar(settlement.DefaultTimeZone); err != nil {
		return nil, err
	}
	if s.mysql, err = devstack.StartMySQL(ctx, dir,
		"--innodb-buffer-pool-size="+memory,
		// Room for the filling; the log of a run is far smaller.
		"--loose-innodb-redo-log-capacity=4G", "--loose-innodb-log-file-size=4G",
		// For the SQL script, whose intermediate results are big.
		"--tmp-table-size=1G", "--max-heap-table-size=1G"); err != nil {
		return nil, err
	}
	if err = s.mysql.CreateDatabase(ctx, databaseName); err != nil {
		return nil, err
	}
	dsn := s.mysql.DSN(databaseName)
	if s.db, err = db.Open(ctx, dsn, 8); err != nil {
		return nil, err
	}
	if _, err = s.db.Migrate(ctx, s.calendar); err != nil {
		return nil, err
	}
	if s.sql, err = sqlx.ConnectContext(ctx, "mysql", dsn+"?parseTime=true&interpolateParams=true&time_zone=%27%2B00%3A00%27"); err != nil {
		return nil, err
	}
	if s.server, err = devstack.StartTemporal(ctx, dir); err != nil {
		return nil, err
	}
	if s.temporal, err = client.DialContext(ctx, client.Options{HostPort: s.server.Address, Logger: log.NewStructuredLogger(discard)}); err != nil {
		return nil, err
	}
	if err = workflows.EnsureSearchAttributes(ctx, s.temporal, client.DefaultNamespace); err != nil {
		return nil, err
	}
	return s, s.startWorker(dir, dsn, worker)
}

// errWorkerEnded ends a measurement: without its worker a run would wait for ever.
var errWorkerEnded = errors.New("the worker ended; its log says why")

func (s *stand) startWorker(dir, dsn, program string) error {
	output, err := os.Create(filepath.Join(dir, "worker.log"))
	if err != nil {
		return err
	}
	defer func() { _ = output.Close() }() // the worker has its own copy
	s.worker = exec.Command(program)      //nolint:noctx // stop ends it
	s.worker.Stdout, s.worker.Stderr = output, output
	s.worker.Env = append(os.Environ(), "MYSQL_DSN="+dsn, "TEMPORAL_ADDRESS="+s.server.Address, "TEMPORAL_NAMESPACE="+client.DefaultNamespace)
	if err := s.worker.Start(); err != nil {
		return fmt.Errorf("start worker (make build): %w", err)
	}
	s.ended = make(chan error, 1)
	go func() { s.ended <- s.worker.Wait() }()
	return nil
}

// whileWorking is ctx until the worker ends.
func (s *stand) whileWorking(ctx context.Context) context.Context {
	ctx, end := context.WithCancelCause(ctx)
	go func() {
		err := <-s.ended
		s.ended <- err // for stop
		end(errWorkerEnded)
	}()
	return ctx
}

func (s *stand) stop() (err error) {
	if s.worker != nil && s.worker.Process != nil {
		err = s.worker.Process.Signal(syscall.SIGTERM)
		err = errors.Join(err, <-s.ended)
	}
	if s.temporal != nil {
		s.temporal.Close()
	}
	if s.sql != nil {
		err = errors.Join(err, s.sql.Close())
	}
	if s.db != nil {
		err = errors.Join(err, s.db.Close())
	}
	if s.server != nil {
		err = errors.Join(err, s.server.Stop())
	}
	if s.mysql != nil {
		err = errors.Join(err, s.mysql.Stop())
	}
	return err
}
