package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// requireFound means that the day collects and posts so many late rows.
func requireFound(t *testing.T, db *DB, day settlement.Day, want int64) {
	t.Helper()
	late, mismatches := collectLate(t, db, day)
	require.Equal(t, want, late)
	require.Empty(t, mismatches)
}

// settleRest takes a day that has collected late views through the other steps.
func settleRest(t *testing.T, db *DB, day settlement.Day) {
	t.Helper()
	chunk := plan(t, db, day)[0]
	storeJudged(t, db, day, chunk)
	settle(t, db, day, chunk)
	_, err := db.CloseDay(t.Context(), day, me)
	require.NoError(t, err)
}

func TestLook_ALateRowIsFoundHoweverItCame(t *testing.T) {
	late := platformView(monday, 9)
	for name, come := range map[string]func(t *testing.T, db *DB){
		"right after a look": func(t *testing.T, db *DB) {
			requireFound(t, db, monday+1, 0)
			exec(t, db, platformInsert, late...)
			settleRest(t, db, monday+1)
		},
		"in a transaction that was open during a look": func(t *testing.T, db *DB) {
			platform, err := db.pool.BeginTxx(t.Context(), nil)
			require.NoError(t, err)
			_, err = platform.ExecContext(t.Context(), platformInsert, late...)
			require.NoError(t, err)
			requireFound(t, db, monday+1, 0)
			require.NoError(t, platform.Commit())
			settleRest(t, db, monday+1)
		},
		"after the close of another day": func(t *testing.T, db *DB) {
			requireFound(t, db, monday+1, 0)
			settleRest(t, db, monday+1)
			exec(t, db, platformInsert, late...)
		},
		"after a look and a change of the partitions": func(t *testing.T, db *DB) {
			requireFound(t, db, monday+1, 0)
			settleRest(t, db, monday+1)
			addPartitions(t, db, monday-2, monday+9)
			exec(t, db, platformInsert, late...)
		},
		"before the server died, after a look": func(t *testing.T, db *DB) {
			requireFound(t, db, monday+1, 0)
			settleRest(t, db, monday+1)
			exec(t, db, platformInsert, late...)
			restart(t)
		},
		"after the server died, after a look": func(t *testing.T, db *DB) {
			requireFound(t, db, monday+1, 0)
			settleRest(t, db, monday+1)
			restart(t)
			exec(t, db, platformInsert, late...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			db := openClosed(t)
			addPartitions(t, db, monday, monday+5)
			come(t, db)
			next, err := db.NextToCollectLate(t.Context())
			require.NoError(t, err)

			requireFound(t, db, next, 1)
			settleRest(t, db, next)

			requireFound(t, db, next+1, 0)
		})
	}
}

// restart lets the server forget all that it does not store.
func restart(t *testing.T) {
	t.Helper()
	server := devtest.MySQL(t)
	require.NoError(t, server.Kill())
	require.NoError(t, server.Restart(t.Context()))
}

func TestLook_ReadsNoRowThatWasOnTime(t *testing.T) {
	const rows = 500
	db := openMigrated(t)
	putVideos(t, db, 1)
	watch(t, db, views(monday, 1, rows)...)
	addPartitions(t, db, monday, monday+1)
	closed(t, db, monday)
	logs := []lateLog{{Log: db.Log.Log}}
	past, _, err := db.pastDays(t.Context(), monday+1, logs)
	require.NoError(t, err)
	require.Len(t, past, 1)
	log := &logs[0]
	// The server does so by itself when a partition fills; it takes the index for
	// no gain where it knows of no rows.
	exec(t, db, `ANALYZE TABLE watch_log`)
	db.pool.SetMaxOpenConns(1) // whose reads are counted
	before := devtest.RowsRead(t, db.pool)

	came, _, mismatch, err := log.look(t.Context(), past[0].in(log))

	require.NoError(t, err)
	require.Nil(t, mismatch)
	require.False(t, came)
	require.Less(t, devtest.RowsRead(t, db.pool)-before, int64(rows/10))
}

func TestLook_APostedLateRowThatWentIsSeenAmongNewOnes(t *testing.T) {
	db := openClosed(t)
	watch(t, db, view(monday, 2, time.Hour))
	runPosting(t, db, monday+1)
	exec(t, db, `DELETE FROM watch_log WHERE watched_on = ? AND video_id = 2`, monday)
	watch(t, db, view(monday, 2, 2*time.Hour))

	late, mismatches := collectLate(t, db, monday+2)

	require.Zero(t, late)
	require.Equal(t, []settlement.Mismatch{{Day: monday, Expected: 3, Found: 2}}, mismatches)

	watch(t, db, view(monday, 2, time.Hour))
	exec(t, db, `UPDATE runs SET late_collected_at = NULL WHERE starts_on = ?`, monday+2)
	requireFound(t, db, monday+2, 1)
}

func TestLook_LateRowsThatWereSeenAreOnlyCounted(t *testing.T) {
	const late = 50
	db := openClosed(t)
	addPartitions(t, db, monday, monday+4)
	for i := range late {
		watch(t, db, view(monday, 2, time.Duration(1+i)*time.Minute))
	}
	for _, day := range daysFrom(monday+1, monday+3) {
		runPosting(t, db, day)
	}
	logs := []lateLog{{Log: db.Log.Log}}
	past, _, err := db.pastDays(t.Context(), monday+4, logs)
	require.NoError(t, err)
	look := func() (came bool, rows int64) {
		log := logs[0]
		log.seenBefore = past[2].LateFrom
		came, rows, mismatch, err := log.look(t.Context(), past[0].in(&log))
		require.NoError(t, err)
		require.Nil(t, mismatch)
		return came, rows
	}
	db.pool.SetMaxOpenConns(1) // whose reads are counted
	before := devtest.RowsRead(t, db.pool)

	came, _ := look()

	require.False(t, came)
	require.Less(t, devtest.RowsRead(t, db.pool)-before, int64(2*late), "none of those that are posted")
	watch(t, db, view(monday, 2, 2*time.Hour))
	came, rows := look()
	require.True(t, came)
	require.EqualValues(t, 1, rows)
}

func TestLook_ALogWithoutItsEpochsIsNotPosted(t *testing.T) {
	for name, epoch := range map[string]int64{"all rows are late": 9, "posted rows are on time": 1} {
		t.Run(name, func(t *testing.T) {
			db := openClosed(t)
			watch(t, db, view(monday, 2, time.Hour))
			runPosting(t, db, monday+1)

			exec(t, db, `UPDATE watch_log SET epoch = ? WHERE watched_on = ?`, epoch, monday)

			late, mismatches := collectLate(t, db, monday+2)
			require.Zero(t, late)
			require.Len(t, mismatches, 1)
			require.Equal(t, monday, mismatches[0].Day)
		})
	}
}
