package db

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"creatorpay/db/server"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// platformInsert is a row as the platform writes it: it names the columns that
// it knows.
const platformInsert = `
	INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
	VALUES (?, 1, ?, ?, ?, 60, 1)`

// erWrongValueCount is the server's number for an INSERT with fewer values than columns.
const erWrongValueCount = 1136

func platformView(day settlement.Day, id int64) []any {
	return []any{day, viewer + id, seoul.Start(day), id}
}

// requireCountedOrLate means that the closed day counted so many rows, and that
// all others are told apart as late.
func requireCountedOrLate(t *testing.T, db *DB, day settlement.Day, counted, late int64) {
	t.Helper()
	run, err := db.ClosedRun(t.Context(), settlement.DailyPeriod(day))
	require.NoError(t, err)
	require.Equal(t, counted, run.Statistics.Rows())
	require.Equal(t, counted, read[int64](t, db, `SELECT COUNT(*) FROM watch_log WHERE watched_on = ? AND epoch < ?`, day, run.LateFrom))
	require.Equal(t, late, read[int64](t, db, `SELECT COUNT(*) FROM watch_log WHERE watched_on = ? AND epoch >= ?`, day, run.LateFrom))
}

func TestEpoch_RowsAfterAFurtherCloseCarryAFurtherNumber(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	var raised, written []int64
	for id := range int64(3) {
		epoch, err := db.Log.RaiseEpoch(t.Context())
		require.NoError(t, err)
		raised = append(raised, epoch)
		exec(t, db, platformInsert, platformView(monday, id)...)
		written = append(written, read[int64](t, db, `SELECT epoch FROM watch_log WHERE view_id = ?`, id))
	}
	require.Equal(t, []int64{2, 3, 4}, raised)
	require.Equal(t, raised, written)
}

func TestEpoch_AStatementThatWasPreparedBeforeCarriesTheNewNumber(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	platform, err := db.pool.Connx(t.Context())
	require.NoError(t, err)
	defer platform.Close()
	prepared, err := platform.PreparexContext(t.Context(), platformInsert)
	require.NoError(t, err)
	defer prepared.Close()
	for id := range int64(4) {
		epoch := int64(1)
		if id >= 2 {
			epoch, err = db.Log.RaiseEpoch(t.Context())
			require.NoError(t, err)
		}
		_, err = prepared.ExecContext(t.Context(), platformView(monday, id)...)
		require.NoError(t, err)
		require.Equal(t, epoch, read[int64](t, db, `SELECT epoch FROM watch_log WHERE view_id = ?`, id))
	}
}

func TestEpoch_ATransactionThatBeganBeforeAndWritesAfterwardsCarriesTheNewNumber(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	platform, err := db.pool.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = platform.Rollback() }()
	var zone string
	require.NoError(t, platform.GetContext(t.Context(), &zone, `SELECT value FROM settings WHERE name = 'time_zone' FOR UPDATE`))

	epoch, err := db.Log.RaiseEpoch(t.Context())

	require.NoError(t, err)
	_, err = platform.ExecContext(t.Context(), platformInsert, platformView(monday, 1)...)
	require.NoError(t, err)
	require.NoError(t, platform.Commit())
	require.Equal(t, epoch, read[int64](t, db, `SELECT epoch FROM watch_log`))
}

func TestEpoch_WhoWritesToTheLogDoesNotSeeIt(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	_, err := db.Log.RaiseEpoch(t.Context())
	require.NoError(t, err)

	const insert = `INSERT INTO watch_log VALUES (?, 1, ?, ?, ?, 60, 1)`
	if devtest.MySQL(t).IsTiDB() { // it cannot hide columns
		_, err := db.pool.ExecContext(t.Context(), insert, platformView(monday, 1)...)
		require.Equal(t, uint16(erWrongValueCount), server.ErrorNumber(err), err)
		return
	}
	exec(t, db, insert, platformView(monday, 1)...)

	rows, err := db.pool.QueryContext(t.Context(), `SELECT * FROM watch_log`)
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	require.NotContains(t, columns, "epoch")
	require.NoError(t, rows.Err())
}

func TestEpoch_AnOlderCloseDoesNotLowerIt(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	locked := block(t, db, `SELECT value FROM settings WHERE name = 'epoch' FOR UPDATE`)
	var group errgroup.Group
	var raised [4]int64
	for i := range raised {
		group.Go(func() (err error) {
			raised[i], err = db.Log.RaiseEpoch(t.Context())
			if err != nil {
				raised[i] = 0
			}
			return nil
		})
	}
	awaitBlocked(t, db, len(raised))
	locked()
	require.NoError(t, group.Wait())

	exec(t, db, platformInsert, platformView(monday, 1)...)
	written := read[int64](t, db, `SELECT epoch FROM watch_log`)
	require.Contains(t, raised[:], written, "it is that of a close that succeeded")
	for _, one := range raised {
		require.LessOrEqual(t, one, written)
	}
}

func TestEpoch_AForgottenSettingDoesNotRepeatANumber(t *testing.T) {
	for name, change := range map[string]string{
		"lost":          `DELETE FROM settings WHERE name = 'epoch'`,
		"fallen behind": `UPDATE settings SET value = '1' WHERE name = 'epoch'`,
	} {
		t.Run(name, func(t *testing.T) {
			db := openMigrated(t)
			addPartitions(t, db, monday, monday)
			for range 2 {
				_, err := db.Log.RaiseEpoch(t.Context())
				require.NoError(t, err)
			}
			exec(t, db, change)

			raised, err := db.Log.RaiseEpoch(t.Context())

			require.NoError(t, err)
			require.EqualValues(t, 4, raised, "rows have been written with 3")
			exec(t, db, platformInsert, platformView(monday, 1)...)
			require.EqualValues(t, 4, read[int64](t, db, `SELECT epoch FROM watch_log`))
		})
	}
}

func TestCloseDay_ATransactionThatIsOpenKeepsTheDayOpen(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 1)
	addPartitions(t, db, monday, monday)
	settle(t, db, monday, counted(t, db, monday))
	platform, err := db.pool.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	_, err = platform.ExecContext(t.Context(), platformInsert, platformView(monday, 1)...)
	require.NoError(t, err)

	_, err = db.CloseDay(t.Context(), monday, me)

	require.ErrorIs(t, err, settlement.ErrBusy)
	require.NoError(t, platform.Commit())
	require.EqualValues(t, 1, closed(t, db, monday).Statistics.Rows(), "it is counted")
	requireCountedOrLate(t, db, monday, 1, 0)
}

func TestCloseDay_ATransactionThatEndsMeanwhileIsCounted(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 1)
	addPartitions(t, db, monday, monday)
	settle(t, db, monday, counted(t, db, monday))
	platform, err := db.pool.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	_, err = platform.ExecContext(t.Context(), platformInsert, platformView(monday, 1)...)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() {
		_, err := db.CloseDay(t.Context(), monday, me)
		ended <- err
	}()
	awaitBlocked(t, db, 1)

	require.NoError(t, platform.Commit())

	err = <-ended
	// It is busy if the commit took long.
	require.Contains(t, []settlement.ErrorKind{settlement.ErrRowsArrived, settlement.ErrBusy}, settlement.KindOf(err), "%v", err)
	require.EqualValues(t, 1, closed(t, db, monday).Statistics.Rows())
}

func TestCloseDay_ARowAfterTheCloseIsLate(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 1)
	addPartitions(t, db, monday, monday)
	exec(t, db, platformInsert, platformView(monday, 1)...)
	closed(t, db, monday)

	exec(t, db, platformInsert, platformView(monday, 2)...)

	requireCountedOrLate(t, db, monday, 1, 1)
}

func TestCloseDay_WhatWasCountedAfterTheEpochWasRaisedDoesNotClose(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 1)
	addPartitions(t, db, monday, monday)
	chunk := settle(t, db, monday, counted(t, db, monday))
	// An attempt of the close that was taken for lost holds on while another one
	// finds rows and has them counted.
	locked := block(t, db, `SELECT fence FROM runs FOR UPDATE`)
	ended := make(chan error, 1)
	go func() {
		_, err := db.CloseDay(t.Context(), monday, me)
		ended <- err
	}()
	awaitBlocked(t, db, 1)
	exec(t, db, `UPDATE run_chunks SET counts = counts + 1 WHERE chunk = ?`, chunk.Number)

	locked()

	require.ErrorContains(t, <-ended, "it was counted again meanwhile")
}

func TestCloseDay_RowsThatThePlatformWritesMeanwhileAreCountedOrLate(t *testing.T) {
	const days, writers, each = 8, 3, 20
	db := openMigrated(t)
	putVideos(t, db, 1)
	addPartitions(t, db, monday, monday+days-1)
	for _, day := range daysFrom(monday, monday+days-1) {
		settle(t, db, day, counted(t, db, day))
		var group errgroup.Group
		for writer := range int64(writers) {
			group.Go(func() error {
				for n := range int64(each) {
					if _, err := db.pool.ExecContext(t.Context(), platformInsert, platformView(day, writer*each+n)...); err != nil {
						return err
					}
				}
				return nil
			})
		}
		totals := closed(t, db, day)
		require.NoError(t, group.Wait())
		requireCountedOrLate(t, db, day, totals.Statistics.Rows(), writers*each-totals.Statistics.Rows())
	}
}
