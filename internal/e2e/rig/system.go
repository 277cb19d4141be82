package rig

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/settlement"
)

// System is an installation with a database and a Temporal namespace of its
// own, so that any number of them can settle the same days at the same time.
type System struct {
	T           testing.TB
	Programs    string // folder of those that it runs; empty for the usual ones
	Environment []string
	Temporal    *devstack.Temporal
	Namespace   string
	mysql       *mysql.Config
	DB          *db.DB
	SQL         *sql.DB // for what only a test does to a database
}

var namespaces atomic.Int64

// New is a system on the shared servers with the platform's zone,
// catalogue, prices and views.
func New(t testing.TB, p *oracle.Platform) *System {
	t.Helper()
	s := NewEmpty(t, p)
	s.Load(p)
	s.SplitRegions()
	return s
}

// NewEmpty is a system on the shared servers with the platform's zone.
func NewEmpty(t testing.TB, p *oracle.Platform) *System {
	t.Helper()
	s := NewOn(t, devtest.Database(t), devtest.Temporal(t))
	s.Migrate(p)
	return s
}

// NewOn is a system on the given database, with no table in it yet.
func NewOn(t testing.TB, dsn string, temporal *devstack.Temporal) *System {
	t.Helper()
	s := &System{T: t, Temporal: temporal, Namespace: fmt.Sprintf("e2e-%d", namespaces.Add(1))}
	s.open(dsn)
	s.registerNamespace()
	return s
}

// On is the same system, with another database in place of its own.
func (s *System) On(dsn string) *System {
	s.T.Helper()
	on := *s
	on.open(dsn)
	return &on
}

func (s *System) open(dsn string) {
	t, temporal := s.T, s.Temporal
	t.Helper()
	s.Environment = []string{
		"MYSQL_DSN=" + dsn,
		"TEMPORAL_ADDRESS=" + temporal.Address,
		"TEMPORAL_NAMESPACE=" + s.Namespace,
		"TEMPORAL_UI_URL=" + temporal.UIURL,
	}
	var err error
	s.mysql, err = mysql.ParseDSN(dsn)
	require.NoError(t, err)
	s.mysql.Logger = &mysql.NopLogger{} // that a killed server is gone is no news
	s.SQL = OpenPool(t, s.mysql)
	s.DB, err = db.Open(t.Context(), dsn, 4)
	require.NoError(t, err)
	database := s.DB
	t.Cleanup(func() { require.NoError(t, database.Close()) })
}

// OpenPool is a pool of the tests' own, whose sessions are what they need whatever
// settings the server has.
func OpenPool(t testing.TB, config *mysql.Config) *sql.DB {
	t.Helper()
	config = config.Clone()
	config.Logger = &mysql.NopLogger{} // that a killed server is gone is no news
	require.NoError(t, config.Apply(mysql.Charset("utf8mb4", "")))
	config.Params = map[string]string{
		"autocommit": "1", "time_zone": "'+00:00'", "sql_mode": "'STRICT_ALL_TABLES'", "foreign_key_checks": "1",
		"sql_select_limit": "18446744073709551615", "completion_type": "'NO_CHAIN'",
	}
	connector, err := mysql.NewConnector(config)
	require.NoError(t, err)
	pool := sql.OpenDB(connector)
	t.Cleanup(func() { _ = pool.Close() }) // of a server that was killed it may have a connection
	return pool
}

// DetectRaces makes the system run programs that report data races, if the tests
// do.
func (s *System) DetectRaces() {
	s.T.Helper()
	folder, err := RacePrograms()
	require.NoError(s.T, err)
	s.Programs = folder
}

// DSN is the setting for another way to the database.
func (s *System) DSN(change func(*mysql.Config)) string {
	other := s.mysql.Clone()
	change(other)
	return "MYSQL_DSN=" + other.FormatDSN()
}

// In is the same system, used by a subtest.
func (s *System) In(t testing.TB) *System {
	in := *s
	in.T = t
	return &in
}

// Exec does something to the database that only a test does.
func (s *System) Exec(query string, args ...any) {
	s.T.Helper()
	_, err := s.SQL.ExecContext(s.T.Context(), query, args...)
	require.NoError(s.T, err, query)
}

// isTiDB tells whether the database is on a TiDB.
func (s *System) isTiDB() bool {
	s.T.Helper()
	return s.Number(`SELECT VERSION() LIKE '%TiDB%'`) == 1
}

// Number is the one number that the query gives.
func (s *System) Number(query string, args ...any) (n int64) {
	s.T.Helper()
	require.NoError(s.T, s.SQL.QueryRowContext(s.T.Context(), query, args...).Scan(&n), query)
	return n
}

// Starter runs the starter to its end.
func (s *System) Starter(args ...string) Outcome {
	s.T.Helper()
	return s.BeginStarter(args...).Wait()
}

// BeginStarter starts the starter.
func (s *System) BeginStarter(args ...string) *Program {
	s.T.Helper()
	return s.Start("starter", nil, args...)
}

// Start starts one of the system's programs, with further settings.
func (s *System) Start(program string, settings []string, args ...string) *Program {
	s.T.Helper()
	return Start(s.T, slices.Concat(s.Environment, settings), filepath.Join(s.Programs, program), args...)
}

// BeginDay starts `starter run daily`, which goes on until the day is closed.
func (s *System) BeginDay(day string, flags ...string) *Program {
	s.T.Helper()
	return s.BeginStarter(append([]string{"run", "daily", "--date", day}, flags...)...)
}

// RunDay runs `starter run daily` to its end.
func (s *System) RunDay(day string, flags ...string) Outcome {
	s.T.Helper()
	return s.BeginDay(day, flags...).Wait()
}

// StartWorker starts a worker with further settings.
func (s *System) StartWorker(settings ...string) *Program {
	s.T.Helper()
	return s.Start("worker", settings)
}

// ToDay reads a date that a test has written down.
func ToDay(text string) settlement.Day {
	parsed, err := settlement.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return parsed
}
