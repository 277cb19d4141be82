package audit

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/server"
	"creatorpay/internal/dbtest"
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

// unknownSetting are the numbers of a server that does not know a setting or a
// value of it. The last four are TiDB's, for a value that an expression gives, for
// transactions that only read, for what is fixed, and for SERIALIZABLE.
var unknownSetting = []uint16{1193, 1231, 1105, 1235, 1238, 8048}

// requireAllWorks takes an empty database from its schema to closed books of
// every kind, in which each invariant and a name beyond ASCII hold.
func requireAllWorks(t *testing.T, dsn string) {
	t.Helper()
	b := books{dbtest.OpenAt(t, dsn)}
	b.closeAllKinds()
	title := `김 "O'Neil" \n 🎬`
	b.AddVideo(1, db.Video{ID: 9, Title: title})

	// Others see what is committed, and in the form in which it came.
	other, err := db.Open(t.Context(), dsn, 8)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	require.NoError(t, other.CheckSchema(t.Context()))
	results, err := Run(t.Context(), other, monday, sunday, true)
	require.NoError(t, err)
	for _, result := range results {
		require.Empty(t, result.Findings, result.Name)
	}
	unsent, err := other.Unsent(t.Context(), monday.Week(), settlement.AllCreators)
	require.NoError(t, err)
	require.NotEmpty(t, unsent)
	pool, err := server.Open(t.Context(), dsn, 1)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	var stored, sha256 string
	var bytes int
	require.NoError(t, pool.QueryRowContext(t.Context(), `
		SELECT title, LENGTH(title), (SELECT MAX(payout_sha256) FROM statements)
		FROM videos
		WHERE video_id = 9`).Scan(&stored, &bytes, &sha256))
	require.Equal(t, title, stored)
	require.Equal(t, len(title), bytes)
	require.Empty(t, sha256)
}

func TestTheServersDefaultsChangeNothing(t *testing.T) {
	mysqld := devtest.NewMySQL(t)
	require.NoError(t, mysqld.CreateDatabase(t.Context(), "odd"))
	admin, err := sql.Open("mysql", mysqld.DSN("odd")) // not as the programs open it
	require.NoError(t, err)
	defer admin.Close()
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
		if !slices.Contains(unknownSetting, server.ErrorNumber(err)) {
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
