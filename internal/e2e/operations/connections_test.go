package operations

import (
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/rig"
)

// nowhere is an address at which nothing listens.
const nowhere = "127.0.0.1:1"

// requireProgramsRefused means that both programs end at once and say why in
// one line.
func requireProgramsRefused(s *rig.System, setting string, why ...string) {
	s.T.Helper()
	settings := []string{setting}
	s.Start("worker", settings).Wait().RequireRefusal(why...)
	s.Start("starter", settings, "run", "daily", "--date", rig.Today).Wait().RequireRefusal(why...)
	require.Empty(s.T, s.StateOf(rig.Today))
}

func TestUnreachableServersAreNamed(t *testing.T) {
	t.Parallel()
	s := rig.New(t, rig.PlainPlatform())

	requireProgramsRefused(s, s.DSN(func(c *mysql.Config) { c.Addr = nowhere }), "MySQL at 127.0.0.1:1 cannot be reached")
	requireProgramsRefused(s, "TEMPORAL_ADDRESS="+nowhere, "Temporal at 127.0.0.1:1 cannot be reached")
	requireProgramsRefused(s, "TEMPORAL_NAMESPACE=no-such", "no-such")
}

func TestWrongLoginIsNamed(t *testing.T) {
	t.Parallel()
	s := rig.New(t, rig.PlainPlatform())

	requireProgramsRefused(s, s.DSN(func(c *mysql.Config) { c.User = "nobody" }), "refuses user", "nobody")
	requireProgramsRefused(s, s.DSN(func(c *mysql.Config) { c.Passwd = "wrong" }), "refuses user", "root", "check user and password in MYSQL_DSN")
}

func TestUnknownDatabaseIsNamed(t *testing.T) {
	t.Parallel()
	s := rig.New(t, rig.PlainPlatform())

	requireProgramsRefused(s, s.DSN(func(c *mysql.Config) { c.DBName = "no_such" }), `has no database "no_such": create it`)
	requireProgramsRefused(s, s.DSN(func(c *mysql.Config) { c.DBName = "" }), "MYSQL_DSN names no database")
	requireProgramsRefused(s, "MYSQL_DSN=127.0.0.1", "MYSQL_DSN cannot be read")
}

func TestSchemaThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	s := rig.New(t, p)
	version := s.Number(`SELECT MAX(version_id) FROM goose_db_version`)

	s.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, TRUE)`, version+1)
	requireProgramsRefused(s, "", "newer than this program's")
	s.Exec(`DELETE FROM goose_db_version WHERE version_id = ?`, version+1)

	s.StartWorker()
	s.RunDay(rig.Today).RequireSuccess()
	s.RequireSettled(p.Settle(rig.Today, rig.Today)[0])
}

func TestDatabaseWithoutSchemaIsRefused(t *testing.T) {
	t.Parallel()
	s := rig.NewOn(t, devtest.Database(t), devtest.Temporal(t))

	for _, command := range [][]string{
		{"run", "daily", "--date", rig.Today}, {"export", "top5", "--period", "daily", "--date", rig.Today}, {"verify", "--date", rig.Today}, {"status"},
	} {
		s.Starter(command...).RequireRefusal("schema is at version 0", "run `starter migrate`")
	}
	s.StartWorker().Wait().RequireRefusal("schema is at version 0", "run `starter migrate`")
	require.Zero(t, s.Number(`SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()`))
}

func TestLaterMigrationsKeepTheTimeZone(t *testing.T) {
	t.Parallel()
	s := rig.NewOn(t, devtest.Database(t), devtest.Temporal(t))

	s.Starter("migrate", "--time-zone", "UTC").RequireSuccess()

	require.Contains(t, s.Starter("migrate").RequireSuccess().Stdout, "the schema is up to date")
	s.Starter("migrate", "--time-zone", "Asia/Seoul").RequireRefusal("business time zone is UTC and cannot become Asia/Seoul")
}
