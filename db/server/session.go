package server

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strconv"
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
			default_storage_engine = InnoDB
			/*!80000 , max_execution_time = %d */
			/*M! , max_statement_time = %g, check_constraint_checks = 1 */
			/*T! , tidb_txn_mode = 'pessimistic', tidb_enable_shared_lock_promotion = ON, tidb_enable_noop_functions = OFF */`, s.limit.Milliseconds(), s.limit.Seconds()),
		`SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED` + s.access,
	}
}

// connectTimeout is for a connection and its session.
const connectTimeout = 5 * time.Second

// sessionConnector opens connections and makes their sessions what the programs
// need.
type sessionConnector struct {
	driver.Connector
	statements []string
}

// Connect is called by the pool for each new connection, also in a goroutine of the
// pool's own that sets no limit: a server that takes the connection and then says
// nothing would hold it for ever.
func (c sessionConnector) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := c.Connector.Connect(ctx)
	if ErrorNumber(err) == parseError {
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
	return conn, nil
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

// checkSettings refuses a server with settings under which runs would fail later
// and which a session cannot set for itself.
func (p *Pool) checkSettings(ctx context.Context, config *mysql.Config) error {
	settings, err := p.settings(ctx, "log_bin", "binlog_format", "max_allowed_packet")
	if err != nil {
		return err
	}
	refuse := func(name, why, instead string) error {
		return fmt.Errorf("MySQL at %s has %s = %s, %s: set %s = %s under [mysqld] in its my.cnf and restart it",
			config.Addr, name, settings[name], why, name, instead)
	}
	if settings["log_bin"] == "ON" && settings["binlog_format"] == "STATEMENT" {
		return refuse("binlog_format", "and refuses to log what READ COMMITTED transactions write", "ROW")
	}
	if packet, err := strconv.Atoi(settings["max_allowed_packet"]); err == nil && packet < minPacket {
		return refuse("max_allowed_packet", "which long statements exceed", "16M")
	}
	return nil
}

// CheckCommitOrder refuses a replica on which the close of a period may be seen
// before all rows of it. MariaDB always shows transactions in the order in which
// the primary committed them.
func (p *Pool) CheckCommitOrder(ctx context.Context) error {
	const order, workers = "replica_preserve_commit_order", "replica_parallel_workers"
	settings, err := p.settings(ctx, order, workers)
	if err != nil {
		return err
	}
	if settings[order] == "OFF" && settings[workers] != "0" && settings[workers] != "1" {
		return fmt.Errorf("the server has %s = OFF with %s = %s, and may show the close of a period before its rows: set %s = ON under [mysqld] in its my.cnf and restart it",
			order, workers, settings[workers], order)
	}
	return nil
}
