package devstack

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// MySQL is a private MySQL, MariaDB or TiDB server on the loopback interface, with the user root and
// no password. Commits are durable.
type MySQL struct {
	server
	port    int
	product product
}

// StartMySQL starts a server on a free port, with its data under dir: made on first use (this takes
// some seconds), kept between uses. The program is the environment's MYSQLD, else mysqld or mariadbd
// from the PATH or its usual places. flags are further flags of mysqld, which win over those used here;
// without them the server has a 1 GiB buffer pool and 512 MiB of redo log. Those that begin with --loose-
// are for the servers that know them; TiDB knows none.
//
// A directory that is already in use by a stack, or a server that does not answer within a minute,
// is an error. ctx bounds the start only.
func StartMySQL(ctx context.Context, dir string, flags ...string) (*MySQL, error) {
	m, err := newMySQL(ctx, dir, flags)
	if err != nil {
		return nil, fmt.Errorf("start mysql: %w", err)
	}
	if err := m.start(ctx); err != nil {
		return nil, err
	}
	return m, nil
}

// newMySQL is a server that has not been started yet.
func newMySQL(ctx context.Context, dir string, flags []string) (*MySQL, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	program, err := findMySQL(ctx)
	if err != nil {
		return nil, err
	}
	port, err := FreePort(ctx)
	if err != nil {
		return nil, err
	}
	return program.server(dir, port, flags), nil
}

// server is a server of the program, with its data under dir, that has not been started yet.
func (p mysqlProgram) server(dir string, port int, flags []string) *MySQL {
	data := mysqlDataDir(dir)
	m := &MySQL{port: port, product: p.product}
	m.server = server{
		name:    "mysql",
		dir:     dir,
		command: p.command(data, port, flags),
		prepare: func(ctx context.Context) error {
			return errors.Join(p.prepareFolder(data), p.initialise(ctx, data))
		},
		ready: m.ping,
	}
	return m
}

func mysqlDataDir(dir string) string { return filepath.Join(dir, "mysql") }

func mysqlTempDir(data string) string { return data + ".tmp" }

// IsTiDB tells whether it is a TiDB, of which tests cannot ask all that they ask of MySQL and MariaDB.
func (m *MySQL) IsTiDB() bool { return m.product == tiDB }

// DSN names a database of this server in go-sql-driver form. It creates nothing; an empty name gives
// a connection without a database.
func (m *MySQL) DSN(database string) string {
	return m.config(database).FormatDSN()
}

// CreateDatabase creates a database unless it is already there.
func (m *MySQL) CreateDatabase(ctx context.Context, name string) error {
	statement := "CREATE DATABASE IF NOT EXISTS " + quoteName(name) + " CHARACTER SET utf8mb4"
	if err := m.exec(ctx, statement); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// reader is the name of the user whom CreateReader creates.
const reader = "reader"

// CreateReader creates a user without a password who may read the database and see the state of replication, and write nothing.
func (m *MySQL) CreateReader(ctx context.Context, database string) error {
	const user = reader + "@'127.0.0.1'"
	err := m.exec(ctx,
		"CREATE USER IF NOT EXISTS "+user,
		"GRANT SELECT ON "+quoteName(database)+".* TO "+user,
		"GRANT "+m.replication().monitor+" ON *.* TO "+user)
	if err != nil {
		return fmt.Errorf("create a reader of %s: %w", database, err)
	}
	return nil
}

// ReaderDSN is [MySQL.DSN] for the user whom [MySQL.CreateReader] has created, here or on the primary of this replica.
func (m *MySQL) ReaderDSN(database string) string {
	config := m.config(database)
	config.User = reader
	return config.FormatDSN()
}

// quoteName quotes the name of a database for a statement.
func quoteName(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// exec executes statements one after the other in one session of root.
func (m *MySQL) exec(ctx context.Context, statements ...string) error {
	db, err := m.open()
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (m *MySQL) ping(ctx context.Context) error {
	db, err := m.open()
	if err != nil {
		return err
	}
	defer db.Close()
	return db.PingContext(ctx)
}

func (m *MySQL) open() (*sql.DB, error) {
	connector, err := mysql.NewConnector(m.config(""))
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func (m *MySQL) config(database string) *mysql.Config {
	config := mysql.NewConfig()
	config.User = "root"
	config.Net = "tcp"
	config.Addr = loopback(m.port)
	config.DBName = database
	config.Logger = &mysql.NopLogger{} // the server may not be up yet
	return config
}
