package server

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
)

func TestSettingsThatASessionCannotFixAreRefused(t *testing.T) {
	if devtest.MySQL(t).IsTiDB() {
		t.Skip("it has no binary log, and takes packets of any length")
	}
	mysqld := devtest.NewMySQL(t, "--log-bin", "--loose-skip-log-bin=0", "--server-id=1")
	require.NoError(t, mysqld.CreateDatabase(t.Context(), "refused"))
	admin, err := sql.Open("mysql", mysqld.DSN("refused")) // not as the programs open it
	require.NoError(t, err)
	defer admin.Close()
	for _, test := range []struct{ setting, says string }{
		{`binlog_format = STATEMENT`, "has binlog_format = STATEMENT, and refuses to log what READ COMMITTED transactions write: set binlog_format = ROW"},
		{`max_allowed_packet = 65536`, "has max_allowed_packet = 65536, which long statements exceed: set max_allowed_packet = 16M"},
	} {
		name, _, _ := strings.Cut(test.setting, " ")
		_, err := admin.ExecContext(t.Context(), `SET GLOBAL `+test.setting)
		require.NoError(t, err)

		_, err = Open(t.Context(), mysqld.DSN("refused"), 1)
		require.ErrorContains(t, err, test.says)

		_, err = admin.ExecContext(t.Context(), `SET GLOBAL `+name+` = DEFAULT`)
		require.NoError(t, err)
	}
	pool, err := Open(t.Context(), mysqld.DSN("refused"), 1)
	require.NoError(t, err)
	require.NoError(t, pool.Close())
}

func TestSettingsOfOtherServersAreRefused(t *testing.T) {
	for name, says := range map[string]string{
		"group_replication_single_primary_mode": "row locks hold on one of its writing servers only",
		"tidb_enable_metadata_lock":             "SET GLOBAL tidb_enable_metadata_lock = ON",
		"tidb_enable_foreign_key":               "SET GLOBAL tidb_enable_foreign_key = ON",
	} {
		require.ErrorContains(t, unfit(map[string]string{name: "OFF"}), says)
		require.NoError(t, unfit(map[string]string{name: "ON"}))
	}
	require.ErrorContains(t, unfit(map[string]string{"group_replication_consistency": "EVENTUAL"}), "SET PERSIST group_replication_consistency = 'BEFORE_ON_PRIMARY_FAILOVER'")
	for _, holds := range []string{"BEFORE_ON_PRIMARY_FAILOVER", "BEFORE", "AFTER", "BEFORE_AND_AFTER"} {
		require.NoError(t, unfit(map[string]string{"group_replication_consistency": holds}))
	}
	require.NoError(t, unfit(nil), "a server that has none of them")
}

// mute is a server that takes connections and says nothing.
type mute struct{ driver.Connector }

func (mute) Connect(ctx context.Context) (driver.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestAServerThatSaysNothingHoldsNobodyForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := (&sessionConnector{Connector: mute{}}).Connect(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, connectTimeout, time.Since(began))
	})
}

func TestMySQLRefusesColumnsThatAGroupDoesNotDecide(t *testing.T) {
	pool := open(t)
	var version, mode string
	require.NoError(t, pool.QueryRowContext(t.Context(), `SELECT VERSION(), @@sql_mode`).Scan(&version, &mode))
	require.Equal(t, !strings.Contains(version, "MariaDB"), strings.Contains(mode, "ONLY_FULL_GROUP_BY"))
}

// What a machine had locked that vanished or froze is let go soon, and no pooled
// connection ends before the pool itself ends it.
func TestASessionEndsSoonAfterItsLastStatement(t *testing.T) {
	pool := open(t)
	var seconds int
	require.NoError(t, pool.GetContext(t.Context(), &seconds, `SELECT @@SESSION.wait_timeout`))
	require.Equal(t, lostAfter, time.Duration(seconds)*time.Second)
	require.Greater(t, lostAfter, maxConnLifetime)
}
