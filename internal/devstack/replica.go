package devstack

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
)

// catchUpTimeout bounds how long a replica is waited for.
const catchUpTimeout = time.Minute

// replicaBufferPool is enough for a replica that tests and single readers ask.
const replicaBufferPool = "--innodb-buffer-pool-size=128M"

// Replica is a server that follows a primary. Killed or stopped and started again, it goes on where it was.
type Replica struct {
	*MySQL
	source *MySQL
}

func newReplica(ctx context.Context, dir string, id int, flags []string) (*Replica, error) {
	m, err := newMySQL(ctx, dir, nil)
	if err != nil {
		return nil, err
	}
	m.replicate(id, append([]string{replicaBufferPool, "--read-only=ON", "--loose-super-read-only=ON"}, flags...))
	return &Replica{MySQL: m}, nil
}

// replicate makes a server that has not been started yet part of a replication, with an id of its own among the servers. flags win.
func (m *MySQL) replicate(id int, flags []string) {
	m.command = append(m.command, m.replication().flags...)
	m.command = append(m.command, "--server-id="+strconv.Itoa(id))
	m.command = append(m.command, flags...)
}

// join makes the replica, which has a copy of the primary's data, follow the primary from there.
func (r *Replica) join(ctx context.Context, primary *MySQL) error {
	if err := r.exec(ctx, r.replication().begin...); err != nil {
		return fmt.Errorf("replicate: %w", err)
	}
	return r.Follow(ctx, primary)
}

// Follow makes the replica follow another server, which must have all that the replica has: after a [Replica.Promote].
func (r *Replica) Follow(ctx context.Context, primary *MySQL) error {
	statements := r.replication()
	if r.source != nil {
		if err := r.StopReplication(ctx); err != nil {
			return err
		}
	}
	if err := r.exec(ctx, fmt.Sprintf(statements.follow, primary.port), statements.start); err != nil {
		return fmt.Errorf("follow the server on port %d: %w", primary.port, err)
	}
	r.source = primary
	return nil
}

// StopReplication keeps the replica as it is, further and further behind, until StartReplication.
func (r *Replica) StopReplication(ctx context.Context) error {
	return r.exec(ctx, r.replication().stop)
}

// StartReplication lets the replica go on after StopReplication.
func (r *Replica) StartReplication(ctx context.Context) error {
	return r.exec(ctx, r.replication().start)
}

// Change changes the replica's own data behind the back of its replication, which neither logs it nor stops: only who
// looks at the rows finds out.
func (r *Replica) Change(ctx context.Context, database, statement string) error {
	if err := r.exec(ctx, "SET GLOBAL read_only = OFF", "USE "+quoteName(database), "SET sql_log_bin = 0", statement, setReadOnly); err != nil {
		return fmt.Errorf("change the replica: %w", err)
	}
	return nil
}

// setReadOnly keeps even root from writing where the server can.
const setReadOnly = "SET GLOBAL /*!80000 super_read_only = ON, GLOBAL */ read_only = ON"

// CatchUp waits until the replica has applied what its primary has committed by now, for a minute at most.
func (r *Replica) CatchUp(ctx context.Context) error {
	var position string
	if err := r.source.get(ctx, &position, r.replication().position); err != nil {
		return fmt.Errorf("catch up: ask the primary: %w", err)
	}
	return r.await(ctx, position)
}

// await waits until the replica has applied the position. Replication that has stopped with an error is not waited for.
func (r *Replica) await(ctx context.Context, position string) error {
	ctx, cancel := context.WithTimeout(ctx, catchUpTimeout)
	defer cancel()
	for {
		var outcome int
		if err := r.get(ctx, &outcome, r.replication().wait, position); err != nil {
			return fmt.Errorf("catch up with %s: %w", position, err)
		}
		if outcome == 0 {
			return nil
		}
		status, err := r.status(ctx)
		if err != nil {
			return fmt.Errorf("catch up with %s: %w", position, err)
		}
		if status["Last_SQL_Error"] != "" {
			return fmt.Errorf("catch up with %s: %s", position, status["Last_SQL_Error"])
		}
		// One that still receives, or connects anew, may get over it.
		if status["Last_IO_Error"] != "" && (status["Slave_IO_Running"] == "No" || status["Replica_IO_Running"] == "No") {
			return fmt.Errorf("catch up with %s: %s", position, status["Last_IO_Error"])
		}
	}
}

// ApplyReceived stops receiving and waits until all that was received has been applied: what the replica has then
// tells how far it is.
func (r *Replica) ApplyReceived(ctx context.Context) error {
	if err := r.StopReceiving(ctx); err != nil {
		return err
	}
	status, err := r.status(ctx)
	if err != nil {
		return fmt.Errorf("apply what was received: %w", err)
	}
	return r.await(ctx, status[r.replication().received])
}

// StopReceiving lets the replica apply what it has received, and receive no more. After a [Replica.StopReplication]
// a MariaDB that follows by GTID throws away what it had not applied, and would have to receive it again.
func (r *Replica) StopReceiving(ctx context.Context) error {
	if err := r.exec(ctx, r.replication().stopReceiving...); err != nil {
		return fmt.Errorf("stop receiving: %w", err)
	}
	return nil
}

// Promote makes the replica a primary, with all that it has received from the old one: it follows nobody any more and takes
// writes, also after a restart.
func (r *Replica) Promote(ctx context.Context) error {
	if err := r.ApplyReceived(ctx); err != nil {
		return fmt.Errorf("promote: %w", err)
	}
	if err := r.exec(ctx, r.replication().promote...); err != nil {
		return fmt.Errorf("promote: %w", err)
	}
	r.source = nil
	r.command = append(r.command, "--read-only=OFF", "--loose-super-read-only=OFF")
	return nil
}

// status is what the server tells of its replication, column by column.
func (r *Replica) status(ctx context.Context) (map[string]string, error) {
	db, err := r.open()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := sqlx.NewDb(db, "mysql").QueryxContext(ctx, r.replication().status)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, errors.Join(errors.New("the server replicates nobody"), rows.Err())
	}
	columns := map[string]any{}
	if err := rows.MapScan(columns); err != nil {
		return nil, err
	}
	status := make(map[string]string, len(columns))
	for name, value := range columns {
		if text, ok := value.([]byte); ok {
			status[name] = string(text)
		}
	}
	return status, rows.Err()
}

// get reads the one value that a query yields.
func (m *MySQL) get(ctx context.Context, value any, query string, args ...any) error {
	db, err := m.open()
	if err != nil {
		return err
	}
	defer db.Close()
	return db.QueryRowContext(ctx, query, args...).Scan(value)
}
