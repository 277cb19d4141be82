package server

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
)

// session is what differs between the sessions of programs that write and of
// those that only read.
type session struct {
	access string        // of its transactions, also of those that are one statement: how it goes on behind their level
	limit  time.Duration // after which the server breaks off a SELECT; 0 is never
}

var readOnly = notToTiDB(", READ ONLY")

var writing = session{access: ", READ WRITE"}

// statements are the first words of every connection. Servers differ in their
// defaults, and so do the DSNs that people write; after these statements those
// of the programs mean the same on all of them. They come last, so neither
// my.cnf nor init_connect nor a parameter of the DSN can undo them. A user who
// may only SELECT may say them all.
//
// A comment that begins with ! is a statement to MySQL and TiDB, one that begins
// with M! to MariaDB, one with T! to TiDB alone. MariaDB does not see which columns
// follow from those of a GROUP BY, so ONLY_FULL_GROUP_BY would refuse statements
// there that are right. To TiDB, LOCK IN SHARE MODE is an error unless it is made
// FOR UPDATE, or nothing at all where functions that do nothing are allowed.
func (s session) statements() []string {
	return []string{
		fmt.Sprintf(`SET
			NAMES utf8mb4 COLLATE utf8mb4_bin,
			sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION' /*!80000 ',ONLY_FULL_GROUP_BY' */,
			time_zone = '+00:00',
			autocommit = 1,
			completion_type = NO_CHAIN,
			foreign_key_checks = 1,
			unique_checks = 1,
			sql_safe_updates = 0,
			sql_select_limit = 18446744073709551615,
			sql_big_selects = 1,
			default_storage_engine = InnoDB,
			wait_timeout = %d
			/*!80000 , max_execution_time = %d */
			/*M! , max_statement_time = %g, check_constraint_checks = 1 */
			/*T! , tidb_txn_mode = 'pessimistic', tidb_enable_shared_lock_promotion = ON, tidb_enable_noop_functions = OFF */`, int(lostAfter.Seconds()), s.limit.Milliseconds(), s.limit.Seconds()),
		`SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED` + s.access,
	}
}

// lostAfter is how long after its last statement a session ends, with its transaction
// and its locks. A machine that vanishes or freezes does not end it, and by default the
// server would keep it for eight hours. A pooled connection lives shorter.
const lostAfter = maxConnLifetime + time.Minute

// connectTimeout is for a connection and its session.
const connectTimeout = 5 * time.Second

// sessionConnector opens connections and makes their sessions what the programs
// need.
type sessionConnector struct {
	driver.Connector
	statements []string
	writes     bool         // what is read must be of the server that is written to
	begun      atomic.Int64 // connections
	last       atomic.Pointer[namedServer]
	node       atomic.Pointer[string] // asks for the node of a Galera cluster that is written through; nil where all are right
}

// Connect is called by the pool for each new connection, also in a goroutine of the
// pool's own that sets no limit: a server that takes the connection and then says
// nothing would hold it for ever.
func (c *sessionConnector) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	number := c.begun.Add(1)
	conn, err := c.Connector.Connect(ctx)
	if ErrorNumber(err) == ParseError {
		return nil, errParameter // the server's words would quote it
	}
	if err != nil {
		return nil, err
	}
	for _, statement := range c.statements {
		if _, err := conn.(driver.ExecerContext).ExecContext(ctx, statement, nil); err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("set up the session: %w", err)
		}
	}
	if query := c.node.Load(); query != nil {
		if err := checkNode(ctx, conn.(driver.QueryerContext), *query); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	if !c.writes {
		return conn, nil
	}
	same, err := c.asSameServer(ctx, conn.(mysqlConn), number)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return same, nil
}

// minPacket holds the longest statements and rows: a failure that names every
// chunk, and thousands of lines of a plan.
const minPacket = 1 << 20

// settings reads settings of the server by their names. Those that it does not
// know are missing.
func (p *Pool) settings(ctx context.Context, names ...string) (map[string]string, error) {
	query, args, err := sqlx.In(`SHOW VARIABLES WHERE Variable_name IN (?)`, names)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Name  string `db:"Variable_name"`
		Value string `db:"Value"`
	}
	if err := p.SelectContext(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("read settings of the server: %w", err)
	}
	settings := make(map[string]string, len(rows))
	for _, row := range rows {
		settings[row.Name] = row.Value
	}
	return settings, nil
}

// Settings that only some servers have, for all sessions at once.
const (
	galeraOn         = "wsrep_on"
	onePrimary       = "group_replication_single_primary_mode"
	groupConsistency = "group_replication_consistency"
	tidbMetadataLock = "tidb_enable_metadata_lock"
	tidbForeignKeys  = "tidb_enable_foreign_key"
)

// checkSettings refuses a server with settings under which runs would fail later,
// or money be wrong, and which a session cannot set for itself. It also notes whether the
// server is a node of a Galera cluster.
func (p *Pool) checkSettings(ctx context.Context, config *mysql.Config) error {
	settings, err := p.settings(ctx, "log_bin", "binlog_format", "max_allowed_packet", galeraOn, onePrimary, groupConsistency, tidbMetadataLock, tidbForeignKeys)
	if err != nil {
		return err
	}
	p.galera = settings[galeraOn] == "ON"
	if err := unfit(settings); err != nil {
		return fmt.Errorf("MySQL at %s has %w", config.Addr, err)
	}
	return nil
}

// unfit tells which setting is not to be worked with, why, and what to do.
func unfit(settings map[string]string) error {
	inFile := func(name, why, instead string) error {
		return fmt.Errorf("%s = %s, %s: set %s = %s under [mysqld] in its my.cnf and restart it", name, settings[name], why, name, instead)
	}
	if settings["log_bin"] == "ON" && settings["binlog_format"] == "STATEMENT" {
		return inFile("binlog_format", "and refuses to log what READ COMMITTED transactions write", "ROW")
	}
	if packet, err := strconv.Atoi(settings["max_allowed_packet"]); err == nil && packet < minPacket {
		return inFile("max_allowed_packet", "which long statements exceed", "16M")
	}
	for _, wrong := range []struct{ name, value, why, do string }{
		{onePrimary, "OFF", "and row locks hold on one of its writing servers only, so two runs could write at the same time and pay twice",
			"SELECT group_replication_switch_to_single_primary_mode()"},
		{groupConsistency, "EVENTUAL", "and a new primary would take writes before it has all that the former one stored, so a day could close without some of its rows",
			"SET PERSIST " + groupConsistency + " = 'BEFORE_ON_PRIMARY_FAILOVER' on all members"},
		{tidbMetadataLock, "OFF", "and a close would not wait for the transactions that still write to its day", "SET GLOBAL " + tidbMetadataLock + " = ON"},
		{tidbForeignKeys, "OFF", "and videos without a creator and prices without their rule would be stored", "SET GLOBAL " + tidbForeignKeys + " = ON"},
	} {
		if settings[wrong.name] == wrong.value {
			return fmt.Errorf("%s = %s, %s: %s", wrong.name, wrong.value, wrong.why, wrong.do)
		}
	}
	return nil
}

// ErrCommitOrder is a replica on which the close of a period may be seen before all
// rows of it.
var ErrCommitOrder = errors.New("it may show the close of a period before its rows")

// CheckCommitOrder fails with [ErrCommitOrder] on such a replica. MariaDB always shows transactions in the order in which
// the primary committed them.
func (p *Pool) CheckCommitOrder(ctx context.Context) error {
	const order, workers = "replica_preserve_commit_order", "replica_parallel_workers"
	settings, err := p.settings(ctx, order, workers)
	if err != nil {
		return err
	}
	if settings[order] == "OFF" && settings[workers] != "0" && settings[workers] != "1" {
		return fmt.Errorf("the server has %s = OFF with %s = %s, so %w: set %s = ON under [mysqld] in its my.cnf and restart it",
			order, workers, settings[workers], ErrCommitOrder, order)
	}
	return nil
}
