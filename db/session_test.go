package db

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/db/server"
	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// oddSettings are defaults that servers may have, each of them one under which
// statements do something else or fail. Those that a server does not know are
// left out.
var oddSettings = []string{
	`autocommit = 0`,
	`completion_type = 'RELEASE'`,
	`init_connect = 'SET NAMES latin1'`,
	`character_set_server = utf8mb3`,
	`sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,HIGH_NOT_PRECEDENCE,NO_UNSIGNED_SUBTRACTION,PAD_CHAR_TO_FULL_LENGTH,ONLY_FULL_GROUP_BY'`,
	`sql_mode = CONCAT(@@GLOBAL.sql_mode, ',TIME_TRUNCATE_FRACTIONAL')`, // MySQL
	`sql_mode = CONCAT(@@GLOBAL.sql_mode, ',TIME_ROUND_FRACTIONAL')`,    // MariaDB
	`time_zone = '+09:00'`,
	`transaction_isolation = SERIALIZABLE`,
	`tx_isolation = SERIALIZABLE`,
	`transaction_read_only = 1`,
	`tx_read_only = 1`,
	`foreign_key_checks = 0`,
	`unique_checks = 0`,
	`check_constraint_checks = 0`,
	`sql_safe_updates = 1`,
	`sql_select_limit = 1`,
	`max_join_size = 1`,
	`sql_big_selects = 0`,
	`max_execution_time = 1`,
	`max_statement_time = 0.001`,
	`default_storage_engine = MyISAM`,
	`sql_require_primary_key = 1`,
	`sql_auto_is_null = 1`,
	`explicit_defaults_for_timestamp = 0`,
	`div_precision_increment = 0`,
	`group_concat_max_len = 4`,
	`max_allowed_packet = 1048576`,
}

// What a server says that does not know a setting, or a value of it.
const (
	erUnknownVariable = 1193
	erWrongValue      = 1231
)

// requireAllWorks takes an empty database from its schema to closed books of
// every kind, in which each invariant and a name beyond ASCII hold.
func requireAllWorks(t *testing.T, dsn string) {
	t.Helper()
	db, err := Open(t.Context(), dsn, 8)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	migrate(t, db)
	closeAllKinds(t, db)
	title := `김 "O'Neil" \n 🎬`
	refused, err := db.PutVideos(t.Context(), []Video{{ID: 9, CreatorID: creator, Title: title}})
	require.NoError(t, err)
	require.Empty(t, refused)

	// Others see what is committed, and in the form in which it came.
	other, err := Open(t.Context(), dsn, 8)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	require.NoError(t, other.CheckSchema(t.Context()))
	require.Equal(t, title, read[string](t, other, `SELECT title FROM videos WHERE video_id = 9`))
	require.Equal(t, len(title), read[int](t, other, `SELECT LENGTH(title) FROM videos WHERE video_id = 9`))
	for _, result := range audited(t, other, auditedMonday, auditedMonday+6) {
		require.Empty(t, result.Findings, result.Name)
	}
	unsent, err := other.Unsent(t.Context(), auditedMonday.Week(), settlement.AllCreators)
	require.NoError(t, err)
	require.NotEmpty(t, unsent)
	require.Empty(t, read[string](t, other, `SELECT MAX(payout_sha256) FROM statements`))
}

func TestTheServersDefaultsChangeNothing(t *testing.T) {
	mysqld := startServer(t)
	require.NoError(t, mysqld.CreateDatabase(t.Context(), "odd"))
	admin := openRaw(t, mysqld.DSN("odd"))
	for _, statement := range []string{
		// init_connect is passed over for root.
		`CREATE USER app IDENTIFIED BY ''`,
		`GRANT ALL ON odd.* TO app`,
	} {
		_, err := admin.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	conn, err := admin.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	for _, setting := range oddSettings {
		_, err := conn.ExecContext(t.Context(), `SET GLOBAL `+setting)
		if number := server.ErrorNumber(err); number != erUnknownVariable && number != erWrongValue {
			require.NoError(t, err, setting)
		}
	}

	requireAllWorks(t, strings.Replace(mysqld.DSN("odd"), "root@", "app@", 1))
}

func TestParametersOfTheDSNChangeNothing(t *testing.T) {
	requireAllWorks(t, devtest.Database(t)+"?"+strings.Join([]string{
		"autocommit=0", "sql_mode=%27ANSI_QUOTES%27", "sql_select_limit=1", "foreign_key_checks=0", "time_zone=%27%2B09:00%27",
		"character_set_client=%27latin1%27", "character_set_results=latin1", "completion_type=%27RELEASE%27",
		"charset=latin1", "collation=gbk_chinese_ci", "columnsWithAlias=true", "clientFoundRows=true", "interpolateParams=false",
		"loc=Asia%2FSeoul", "parseTime=false", "timeTruncate=1h",
	}, "&"))
}

func TestSettingsThatASessionCannotMendAreRefused(t *testing.T) {
	mysqld := startServer(t, "--log-bin", "--loose-skip-log-bin=0", "--server-id=1")
	require.NoError(t, mysqld.CreateDatabase(t.Context(), "refused"))
	admin := openRaw(t, mysqld.DSN("refused"))
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
	db, err := Open(t.Context(), mysqld.DSN("refused"), 1)
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

// startServer is a server of this test's own.
func startServer(t *testing.T, flags ...string) *devstack.MySQL {
	t.Helper()
	dir := devtest.Dir(t)
	require.NoError(t, devstack.SeedMySQL(t.Context(), dir))
	server, err := devstack.StartMySQL(t.Context(), dir, append(flags,
		"--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=2",
		"--loose-innodb-redo-log-capacity=100M", "--loose-innodb-log-file-size=96M")...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Kill()) })
	return server
}

// openRaw is a pool whose sessions are as the server makes them.
func openRaw(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	connector, err := mysql.NewConnector(config)
	require.NoError(t, err)
	pool := sql.OpenDB(connector)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return pool
}

func TestMySQLRefusesColumnsThatAGroupDoesNotDecide(t *testing.T) {
	db := openEmpty(t)
	version := read[string](t, db, `SELECT VERSION()`)
	mode := read[string](t, db, `SELECT @@sql_mode`)
	require.Equal(t, !strings.Contains(version, "MariaDB"), strings.Contains(mode, "ONLY_FULL_GROUP_BY"))
}
