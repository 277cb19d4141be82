package replication

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"

	"creatorpay/db/server"
)

// State is how a replica is doing.
type State struct {
	Replica string // its address, host:port

	Down error // why it does not answer; then nothing below is known

	ReadOnly bool // it takes no writes; MariaDB takes those of users who administer it all the same

	Incomparable   error // why the next two are not known
	Missing, Stray int64 // transactions that the primary has and it has not, and the other way round

	Hidden    error  // why nothing below is known: a right that is missing
	Source    string // which server it follows, host:port; "" for none
	Receiving bool   // what the source commits
	Applying  bool   // what it has received
	LastError string // of receiving or applying; "" for none
	// Seconds since what it applies now was committed, as the server tells it: nil
	// where it does not, as when it does not apply.
	Seconds *int64
}

// Follows tells whether the replica answers, receives and applies, as far as it may be known.
func (s State) Follows() bool {
	return s.Down == nil && (s.Hidden != nil || s.Receiving && s.Applying)
}

// readThreads asks what the server tells of its replication to those with the
// right to know.
func (s *State) readThreads(ctx context.Context, replica *server.Pool, its position) error {
	rows, err := replica.QueryxContext(ctx, `SHOW REPLICA STATUS`)
	if server.ErrorNumber(err) == server.PrivilegeMissing {
		s.Hidden = fmt.Errorf("its user may not see more: GRANT %s ON *.* TO the user", its.monitorRight())
		return nil
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return rows.Err() // it follows no server
	}
	columns := map[string]any{}
	if err := rows.MapScan(columns); err != nil {
		return err
	}
	// The first name is MySQL's, the second one MariaDB's.
	text := func(names ...string) string {
		for _, name := range names {
			switch value := columns[name].(type) {
			case nil:
			case []byte:
				return string(value)
			default:
				return fmt.Sprint(value)
			}
		}
		return ""
	}
	s.Source = net.JoinHostPort(text("Source_Host", "Master_Host"), text("Source_Port", "Master_Port"))
	s.Receiving = text("Replica_IO_Running", "Slave_IO_Running") == "Yes"
	s.Applying = text("Replica_SQL_Running", "Slave_SQL_Running") == "Yes"
	s.LastError = text("Last_SQL_Error")
	if s.LastError == "" {
		s.LastError = text("Last_IO_Error")
	}
	if seconds, err := strconv.ParseInt(text("Seconds_Behind_Source", "Seconds_Behind_Master"), 10, 64); err == nil {
		s.Seconds = &seconds
	}
	return rows.Err()
}

// position is which transactions a server has; everybody may ask for it.
type position struct {
	MariaDB  bool
	ReadOnly bool   `db:"read_only"`
	GTIDs    string `db:"gtids"`
	Origins  string `db:"origins"` // of MariaDB: the last GTID of each server that has ever written a transaction that this one has
}

// errOneStore is why a server has no position.
var errOneStore = errors.New("a server of TiDB follows no other: all of a cluster have one store")

func readPosition(ctx context.Context, from *server.Pool) (p position, err error) {
	dialect, err := from.Dialect(ctx)
	if err != nil {
		return p, err
	}
	if dialect == server.TiDB {
		return p, errOneStore
	}
	p.MariaDB = dialect == server.MariaDB
	err = from.GetContext(ctx, &p, `
		SELECT
			/*!80000 @@GLOBAL.super_read_only */ /*M! @@GLOBAL.read_only */ AS read_only,
			/*!80000 @@GLOBAL.gtid_executed */ /*M! @@GLOBAL.gtid_current_pos */ AS gtids,
			/*!80000 '' */ /*M! CONCAT_WS(',', NULLIF(@@GLOBAL.gtid_binlog_state, ''), NULLIF(@@GLOBAL.gtid_slave_pos, '')) */ AS origins`)
	return p, err
}

func (p position) monitorRight() string {
	if p.MariaDB {
		return "REPLICA MONITOR"
	}
	return "REPLICATION CLIENT"
}

// compare counts the transactions that the primary has and the replica has not,
// and the other way round.
func compare(ctx context.Context, on *server.Pool, primary, replica position) (missing, stray int64, err error) {
	if primary.GTIDs == "" {
		return 0, 0, errors.New("the primary has no GTIDs")
	}
	if primary.MariaDB != replica.MariaDB {
		return 0, 0, errors.New("GTIDs of MySQL and MariaDB cannot be compared")
	}
	if primary.MariaDB {
		return compareMariaDB(primary, replica)
	}
	var onlyPrimary, onlyReplica sql.NullString
	if err := on.QueryRowContext(ctx, `SELECT GTID_SUBTRACT(?, ?), GTID_SUBTRACT(?, ?)`,
		primary.GTIDs, replica.GTIDs, replica.GTIDs, primary.GTIDs).Scan(&onlyPrimary, &onlyReplica); err != nil {
		return 0, 0, err
	}
	if missing, err = countMySQL(onlyPrimary.String); err != nil {
		return 0, 0, err
	}
	stray, err = countMySQL(onlyReplica.String)
	return missing, stray, err
}
