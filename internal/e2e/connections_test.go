package e2e

import (
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
)

// nowhere is an address at which nothing listens.
const nowhere = "127.0.0.1:1"

// requireProgramsRefused means that both programs end at once and say why in
// one line.
func (s *system) requireProgramsRefused(setting string, why ...string) {
	s.t.Helper()
	environment := append(s.environment[:len(s.environment):len(s.environment)], setting)
	start(s.t, environment, "worker").wait().requireRefusal(why...)
	start(s.t, environment, "starter", "run", "daily", "--date", today).wait().requireRefusal(why...)
	require.Empty(s.t, s.stateOf(today))
}

func TestUnreachableServersAreNamed(t *testing.T) {
	t.Parallel()
	s := newSystem(t, plainPlatform())

	s.requireProgramsRefused(s.dsn(func(c *mysql.Config) { c.Addr = nowhere }), "MySQL at 127.0.0.1:1 cannot be reached")
	s.requireProgramsRefused("TEMPORAL_ADDRESS="+nowhere, "Temporal at 127.0.0.1:1 cannot be reached")
	s.requireProgramsRefused("TEMPORAL_NAMESPACE=no-such", "no-such")
}

func TestWrongLoginIsNamed(t *testing.T) {
	t.Parallel()
	s := newSystem(t, plainPlatform())

	s.requireProgramsRefused(s.dsn(func(c *mysql.Config) { c.User = "nobody" }), "refuses user", "nobody")
	s.requireProgramsRefused(s.dsn(func(c *mysql.Config) { c.Passwd = "wrong" }), "refuses user", "root", "check user and password in MYSQL_DSN")
}

func TestUnknownDatabaseIsNamed(t *testing.T) {
	t.Parallel()
	s := newSystem(t, plainPlatform())

	s.requireProgramsRefused(s.dsn(func(c *mysql.Config) { c.DBName = "no_such" }), `has no database "no_such": create it`)
	s.requireProgramsRefused(s.dsn(func(c *mysql.Config) { c.DBName = "" }), "MYSQL_DSN names no database")
	s.requireProgramsRefused("MYSQL_DSN=127.0.0.1", "MYSQL_DSN cannot be read")
}

func TestSchemaThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	p := plainPlatform()
	s := newSystem(t, p)
	version := s.number(`SELECT MAX(version_id) FROM goose_db_version`)

	s.exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, TRUE)`, version+1)
	s.requireProgramsRefused("", "newer than this program's")
	s.exec(`DELETE FROM goose_db_version WHERE version_id = ?`, version+1)

	s.startWorker()
	s.runDay(today).requireSuccess()
	s.requireSettled(p.Settle(today, today)[0])
}

func TestDatabaseWithoutSchemaIsRefused(t *testing.T) {
	t.Parallel()
	s := newSystemOn(t, devtest.Database(t), devtest.Temporal(t))

	for _, command := range [][]string{
		{"run", "daily", "--date", today}, {"export", "top5", "--period", "daily", "--date", today}, {"verify", "--date", today}, {"status"},
	} {
		s.starter(command...).requireRefusal("schema is at version 0", "run `starter migrate`")
	}
	s.startWorker().wait().requireRefusal("schema is at version 0", "run `starter migrate`")
	require.Zero(t, s.number(`SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()`))
}
