package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/server"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// openGalera is a pool on an empty database of a server that takes itself for a node of
// Galera, as MariaDB does without any other node, with a program beside it that has not looked
// at the server yet. MySQL and TiDB have no nodes.
func openGalera(t *testing.T) (db, program *DB, galera bool) {
	t.Helper()
	node := devtest.NewMySQL(t, "--loose-wsrep-on=ON")
	require.NoError(t, node.CreateDatabase(t.Context(), "cluster"))
	open := func() *DB {
		db, err := Open(t.Context(), node.DSN("cluster"), 4)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		return db
	}
	db = open()
	_, err := db.Migrate(t.Context(), seoul)
	require.NoError(t, err)
	dialect, err := db.pool.Dialect(t.Context())
	require.NoError(t, err)
	require.Equal(t, dialect == server.MariaDB, db.pool.Galera())
	return db, open(), db.pool.Galera()
}

func TestProgramsKeepToTheNodeThatTheFirstMigrationFixed(t *testing.T) {
	db, program, galera := openGalera(t)
	require.NoError(t, program.CheckServer(t.Context()))
	if !galera {
		require.Zero(t, read[int](t, db, `SELECT COUNT(*) FROM settings WHERE name = 'writing_node'`), "nothing is asked of other servers")
		_, err := db.MoveToNode(t.Context())
		require.ErrorIs(t, err, errNotGalera)
		return
	}
	exec(t, db, `UPDATE settings SET value = 'another (there:3306)' WHERE name = 'writing_node'`)
	require.ErrorContains(t, program.CheckServer(t.Context()), "while the programs write through another (there:3306)")
	require.ErrorContains(t, program.Ping(t.Context()), "row locks hold on one node only", "no connection is opened any more")
	_, err := db.Migrate(t.Context(), seoul)
	require.ErrorContains(t, err, "while the programs write through another (there:3306)", "to migrate moves nothing by itself")

	node, err := program.MoveToNode(t.Context())
	require.Error(t, err, "it is held to the other node")
	require.Empty(t, node)
}

func TestAProgramThatWasNotStoppedWritesNoMoreOnceTheOthersMoved(t *testing.T) {
	db, program, galera := openGalera(t)
	if !galera {
		return
	}
	require.NoError(t, program.CheckServer(t.Context()))
	require.NoError(t, program.PutCreators(t.Context(), []Creator{{ID: 1, Name: "One", Email: "one@example.com", Locale: "en"}}))
	videos := []Video{{ID: 1, CreatorID: 1, Title: "One"}}
	refused, err := program.PutVideos(t.Context(), videos)
	require.NoError(t, err)
	require.Empty(t, refused)
	program.pool.SetMaxOpenConns(1)
	connection := read[int64](t, program, `SELECT CONNECTION_ID()`)
	exec(t, db, `UPDATE settings SET value = 'another (there:3306)' WHERE name = 'writing_node'`)
	node := read[string](t, db, `SELECT CONCAT(@@wsrep_node_name, ' (', @@hostname, ':', @@port, ')')`)
	_, err = program.PutVideos(t.Context(), videos)
	require.ErrorContains(t, err, "while the programs write through another (there:3306)")
	exec(t, db, `UPDATE settings SET value = ? WHERE name = 'writing_node'`, node)
	require.NotEqual(t, connection, read[int64](t, program, `SELECT CONNECTION_ID()`), "the address may lead to the right node by now")
	_, err = program.PutVideos(t.Context(), videos)
	require.NoError(t, err)
}

func TestAnOperatorMovesAllProgramsToAnotherNode(t *testing.T) {
	db, operator, galera := openGalera(t)
	if !galera {
		return
	}
	exec(t, db, `UPDATE settings SET value = 'another (there:3306)' WHERE name = 'writing_node'`)
	node, err := operator.MoveToNode(t.Context())
	require.NoError(t, err)
	require.Equal(t, node, read[string](t, operator, `SELECT value FROM settings WHERE name = 'writing_node'`))
	require.NoError(t, operator.CheckServer(t.Context()))
}

func TestADatabaseThatCameToAClusterWithoutANodeIsNotMigrated(t *testing.T) {
	db, program, galera := openGalera(t)
	exec(t, db, `DELETE FROM settings WHERE name = 'writing_node'`)
	if err := program.CheckServer(t.Context()); galera {
		require.ErrorIs(t, err, settlement.ErrNotMigrated)
	} else {
		require.NoError(t, err)
	}
}
