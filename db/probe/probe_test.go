package probe

import (
	"context"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"creatorpay/db/server"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// prepared is a database with the tables, and a pool on it.
func prepared(t *testing.T) (dsn string, pool *server.Pool) {
	t.Helper()
	dsn = devtest.Database(t)
	pool = open(t, dsn)
	require.NoError(t, Prepare(t.Context(), pool))
	return dsn, pool
}

func open(t *testing.T, dsn string) *server.Pool {
	t.Helper()
	pool, err := server.Open(t.Context(), dsn, 4)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return pool
}

func TestAServerThatKeepsItsWordIsNotRefused(t *testing.T) {
	_, pool := prepared(t)
	require.NoError(t, Prepare(t.Context(), pool), "again")
	require.NoError(t, Check(t.Context(), pool))
	require.NoError(t, CheckReads(t.Context(), pool))

	var left int
	require.NoError(t, pool.GetContext(t.Context(), &left, `
		SELECT (SELECT COUNT(*) FROM server_probe) + (SELECT COUNT(*) FROM server_probe_log WHERE owner <> 0)`))
	require.Zero(t, left, "a look leaves nothing behind")
}

func TestProgramsThatProbeAtOnceDoNotDisturbEachOther(t *testing.T) {
	dsn, _ := prepared(t)
	var group errgroup.Group
	for range 8 {
		pool := open(t, dsn)
		group.Go(func() error {
			for range 5 {
				if err := Check(t.Context(), pool); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
}

func TestAServerThatMisbehavesIsRefused(t *testing.T) {
	for _, test := range []struct {
		does string
		with bent
		says string
	}{
		{"is a vtgate", bent{replace: strings.NewReplacer("SHOW VITESS_SHARDS", "SELECT 'creatorpay/-80' UNION SELECT 'creatorpay/80-'")}, "it is Vitess, with 2 shards"},
		{"drops PARTITION", bent{replace: strings.NewReplacer("PARTITION (p20000102)", "")}, "gave rows of another partition"},
		{"scans in another order", bent{replace: strings.NewReplacer("WHERE owner = 0", "WHERE owner = 0 ORDER BY place DESC", "/*T! ORDER BY day, owner, place */", "")}, "did not follow the primary key"},
		{"ignores lock_wait_timeout", bent{replace: strings.NewReplacer("SET SESSION lock_wait_timeout = 2", "DO 0")}, "lock_wait_timeout does nothing"},
		{"enforces no CHECK", bent{replace: strings.NewReplacer("-1)", "1)")}, "a CHECK constraint forbids"},
		{"shows what is not committed", bent{replace: strings.NewReplacer("SELECT COUNT(*)", "SELECT 1 + COUNT(*)")}, "saw what another one had not committed"},
		{"commits what is rolled back", bent{commits: true}, "a rollback left rows behind"},
		{"forgets what is committed", bent{forgets: true}, "did not see at once what another one had committed"},
		{"takes no shared lock", bent{replace: strings.NewReplacer("LOCK IN SHARE MODE", "")}, "LOCK IN SHARE MODE did not keep"},
		{"takes no exclusive lock", bent{replace: strings.NewReplacer("FOR UPDATE NOWAIT", "FOR UPDATE NOWAIT", "FOR UPDATE", "")}, "FOR UPDATE did not keep"},
	} {
		t.Run(test.does, func(t *testing.T) {
			if devtest.MySQL(t).IsTiDB() && strings.Contains(test.does, "lock_wait_timeout") {
				t.Skip("it has none")
			}
			dsn, _ := prepared(t)
			if test.with.replace == nil {
				test.with.replace = strings.NewReplacer()
			}
			err := Check(t.Context(), openBent(t, dsn, test.with))
			var refusal *Refusal
			require.ErrorAs(t, err, &refusal)
			require.ErrorContains(t, err, test.says)
			require.ErrorContains(t, err, "bent:3306")
		})
	}
}

// What somebody may set on TiDB, and what it is there by default. The sessions of the
// programs undo the first by themselves: these do not.
func TestTiDBIsRefusedWhereSharedLocksOrChecksDoNothing(t *testing.T) {
	if !devtest.MySQL(t).IsTiDB() {
		t.Skip("the settings are TiDB's")
	}
	dsn, _ := prepared(t)
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	config.Params = map[string]string{"tidb_enable_shared_lock_promotion": "OFF", "tidb_enable_noop_functions": "ON"}
	lockless := openBent(t, config.FormatDSN(), bent{replace: strings.NewReplacer()})
	require.ErrorContains(t, Check(t.Context(), lockless), "LOCK IN SHARE MODE did not keep")

	admin := open(t, dsn)
	set := func(state string) {
		_, err := admin.ExecContext(context.WithoutCancel(t.Context()), `SET GLOBAL tidb_enable_check_constraint = `+state)
		require.NoError(t, err)
	}
	set("OFF")
	t.Cleanup(func() { set("ON") })
	_, unchecked := prepared(t)
	require.ErrorContains(t, Check(t.Context(), unchecked), "SET GLOBAL tidb_enable_check_constraint = ON")
}

// restricted is the pool of a user who has only these rights.
func restricted(t *testing.T, dsn, rights string) *server.Pool {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	admin := open(t, dsn)
	exec := func(statement string) {
		_, err := admin.ExecContext(context.WithoutCancel(t.Context()), statement)
		require.NoError(t, err)
	}
	exec(`CREATE USER restricted IDENTIFIED BY ''`)
	t.Cleanup(func() { exec(`DROP USER restricted`) })
	exec(`GRANT ` + rights + ` ON ` + config.DBName + `.* TO restricted`)
	config.User = "restricted"
	return open(t, config.FormatDSN())
}

func TestAProbeNeedsNoMoreRightsThanTheRunsHave(t *testing.T) {
	dsn, _ := prepared(t)
	require.NoError(t, Check(t.Context(), restricted(t, dsn, "SELECT, INSERT, UPDATE, DELETE")))
}

func TestAReaderMayOnlySelect(t *testing.T) {
	dsn, _ := prepared(t)
	reader := restricted(t, dsn, "SELECT")
	require.NoError(t, CheckReads(t.Context(), reader))
	requireNotAsked(t, Check(t.Context(), reader), "could not be probed")
}

// requireNotAsked says that nothing is known of the server.
func requireNotAsked(t *testing.T, err error, says string) {
	t.Helper()
	require.ErrorContains(t, err, says)
	var refusal *Refusal
	require.NotErrorAs(t, err, &refusal)
}

func TestAConnectionThatIsLostIsNoRefusal(t *testing.T) {
	_, pool := prepared(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	requireNotAsked(t, Check(ctx, pool), "could not be probed")
}

func TestADatabaseWithoutTheTablesIsNotMigrated(t *testing.T) {
	pool := open(t, devtest.Database(t))
	require.ErrorIs(t, Check(t.Context(), pool), settlement.ErrNotMigrated)

	require.NoError(t, Prepare(t.Context(), pool))
	_, err := pool.ExecContext(t.Context(), `DELETE FROM server_probe_log`)
	require.NoError(t, err)
	require.ErrorIs(t, CheckReads(t.Context(), pool), settlement.ErrNotMigrated)
}

func TestAServerThatTakesNoWritesCanOnlyBeAskedForItsReads(t *testing.T) {
	dsn, _ := prepared(t)
	pool := restricted(t, dsn, "SELECT, INSERT, UPDATE, DELETE")
	admin := open(t, dsn)
	setting := "read_only"
	if devtest.MySQL(t).IsTiDB() {
		setting = "tidb_super_read_only"
	}
	set := func(state string) {
		_, err := admin.ExecContext(context.WithoutCancel(t.Context()), `SET GLOBAL `+setting+` = `+state)
		require.NoError(t, err)
	}
	set("ON")
	t.Cleanup(func() { set("OFF") })

	err := Check(t.Context(), pool)

	require.ErrorContains(t, err, "MySQL at "+pool.Address+" takes no writes now")
	var refusal *Refusal
	require.NotErrorAs(t, err, &refusal)
	require.NoError(t, CheckReads(t.Context(), pool))
}
