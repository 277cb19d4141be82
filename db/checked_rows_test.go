package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// checkedLog is one of the logs as a check and the close of a day see it.
type checkedLog struct {
	open    func(*testing.T) (*DB, Chunk) // with a day of which the log's one row is counted
	of      func(*DB) *daylog.Log
	checked func(Run) checkedRows
	found   string // what the close says of a second row
	come    string // stores one, as the platform does
	unseen  string // stores one with an epoch from before the check, which only who counts notices
	args    []any  // of both
}

const paymentInsert = `
	INSERT INTO payments (paid_on, video_id, payment_id, paid_at, status, payer_id, amount, method)
	VALUES (?, 1, 7, ?, 'completed', ?, 900, 'card')`

var checkedLogs = map[string]checkedLog{
	"views": {
		open: func(t *testing.T) (*DB, Chunk) {
			db := openWatched(t)
			return db, counted(t, db, monday, line(monday, 1, 1))
		},
		of: func(db *DB) *daylog.Log { return db.Log.Log }, checked: Run.checked,
		found: "2024-05-06 has 2 rows, 1 counted",
		come:  platformInsert,
		unseen: `
	INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch)
	VALUES (?, 1, ?, ?, ?, 60, 1, 1)`,
		args: platformView(monday, 7),
	},
	"payments": {
		open: func(t *testing.T) (*DB, Chunk) {
			db := openPaid(t, 1)
			chunk := plan(t, db, monday)[0]
			require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, settledRows(monday, 1), 1))
			return db, chunk
		},
		of: func(db *DB) *daylog.Log { return db.Payments.Log }, checked: Run.paymentsChecked,
		found: "2024-05-06 has 2 payment rows, 1 counted",
		come:  paymentInsert,
		unseen: `
	INSERT INTO payments (paid_on, video_id, payment_id, paid_at, status, payer_id, amount, epoch)
	VALUES (?, 1, 7, ?, 'completed', ?, 900, 1)`,
		args: []any{monday, seoul.Start(monday), viewer},
	},
}

// eachChecked runs the test for each log.
func eachChecked(t *testing.T, test func(*testing.T, *DB, Chunk, checkedLog)) {
	t.Helper()
	for name, log := range checkedLogs {
		t.Run(name, func(t *testing.T) {
			db, chunk := log.open(t)
			test(t, db, chunk, log)
		})
	}
}

// runOf is the day's run as the book has it.
func runOf(t *testing.T, db *DB, day settlement.Day) Run {
	t.Helper()
	run, err := db.OpenRun(t.Context(), settlement.DailyPeriod(day))
	require.NoError(t, err)
	return run
}

// requireCounts means that the close of the day finds a second row of the log.
func (l checkedLog) requireCounts(t *testing.T, db *DB) {
	t.Helper()
	_, err := db.CloseDay(t.Context(), monday, me)
	require.ErrorIs(t, err, settlement.ErrRowsArrived)
	require.ErrorContains(t, err, l.found)
}

func TestR10_ARowThatComesBetweenCheckAndCloseIsFound(t *testing.T) {
	eachChecked(t, func(t *testing.T, db *DB, chunk Chunk, log checkedLog) {
		require.Empty(t, recount(t, db, monday))
		settle(t, db, monday, chunk)
		exec(t, db, log.come, log.args...)

		log.requireCounts(t, db)

		require.Equal(t, []int{1}, recount(t, db, monday))
	})
}

func TestR10_ARowThatWasNotCommittedAtTheCheckIsCountedAtTheClose(t *testing.T) {
	eachChecked(t, func(t *testing.T, db *DB, chunk Chunk, log checkedLog) {
		platform, err := db.pool.BeginTxx(t.Context(), nil)
		require.NoError(t, err)
		_, err = platform.ExecContext(t.Context(), log.come, log.args...)
		require.NoError(t, err)
		require.Empty(t, recount(t, db, monday), "nobody sees it yet")
		require.Zero(t, log.checked(runOf(t, db, monday)).from)
		settle(t, db, monday, chunk)
		require.NoError(t, platform.Commit())

		log.requireCounts(t, db)
	})
}

func TestCloseDay_CountsNothingAgainWhereNothingCameAfterTheCheck(t *testing.T) {
	eachChecked(t, func(t *testing.T, db *DB, chunk Chunk, log checkedLog) {
		require.Empty(t, recount(t, db, monday))
		checked := log.checked(runOf(t, db, monday))
		require.Positive(t, checked.from)
		require.EqualValues(t, 1, checked.rows)
		settle(t, db, monday, chunk)
		exec(t, db, log.unseen, log.args...)

		_, err := db.CloseDay(t.Context(), monday, me)

		require.NoError(t, err)
	})
}

func TestCloseDay_CountsWhereNoCheckRaisedAnEpoch(t *testing.T) {
	eachChecked(t, func(t *testing.T, db *DB, chunk Chunk, log checkedLog) {
		require.Empty(t, recount(t, db, monday))
		exec(t, db, `UPDATE runs SET checked_from = 0, payments_checked_from = 0`) // as an older program leaves them
		settle(t, db, monday, chunk)
		exec(t, db, log.unseen, log.args...)

		log.requireCounts(t, db)
	})
}

func TestRecount_ABusyLogLeavesNothingOfAnEarlierCheck(t *testing.T) {
	eachChecked(t, func(t *testing.T, db *DB, _ Chunk, log checkedLog) {
		require.Empty(t, recount(t, db, monday))
		platform, err := db.pool.BeginTxx(t.Context(), nil)
		require.NoError(t, err)
		defer func() { _ = platform.Rollback() }()
		_, err = platform.ExecContext(t.Context(), log.come, log.args...)
		require.NoError(t, err)

		require.Empty(t, recount(t, db, monday))

		require.Zero(t, log.checked(runOf(t, db, monday)).from)
	})
}

func TestCloseDay_ChunksThatWereCountedAfterTheCheckAreHeldAgainstIt(t *testing.T) {
	db := openWatched(t)
	chunk := counted(t, db, monday, line(monday, 1, 1))
	require.Empty(t, recount(t, db, monday))
	require.NoError(t, db.replan(t.Context(), settlement.DailyPeriod(monday), me, []int{1}, nil))
	store(t, db, monday, chunk, line(monday, 1, 2))
	settle(t, db, monday, chunk)

	_, err := db.CloseDay(t.Context(), monday, me)

	require.ErrorIs(t, err, settlement.ErrRowsArrived)
	require.ErrorContains(t, err, "2024-05-06 has 1 row, 2 counted")
}

func TestR10_RowsThatNoChunkHasAreFoundByTheCheck(t *testing.T) {
	db := openWatched(t)
	chunks := plan(t, db, monday, 10, 20)
	watch(t, db, view(monday, 15, 0))
	for _, chunk := range chunks {
		store(t, db, monday, chunk)
	}
	exec(t, db, `DELETE FROM run_chunks WHERE chunk = 2`)

	recount(t, db, monday)

	require.EqualValues(t, 2, runOf(t, db, monday).CheckedRows)
}

func TestCloseDay_PaymentsThatAllWentAfterTheCheckAreMissed(t *testing.T) {
	log := checkedLogs["payments"]
	db, chunk := log.open(t)
	require.Empty(t, recount(t, db, monday))
	settle(t, db, monday, chunk)
	exec(t, db, `DELETE FROM payments`)

	_, err := db.CloseDay(t.Context(), monday, me)

	require.ErrorContains(t, err, "2024-05-06 has 0 payment rows, 1 counted", "without rows the close raises no epoch")
}

func TestR10_ARowThatIsCommittedWhileTheCheckWaitsIsCountedByIt(t *testing.T) {
	eachChecked(t, func(t *testing.T, db *DB, _ Chunk, log checkedLog) {
		platform, err := db.pool.BeginTxx(t.Context(), nil)
		require.NoError(t, err)
		_, err = platform.ExecContext(t.Context(), log.come, log.args...)
		require.NoError(t, err)
		ended := make(chan error, 1)
		var again []int
		go func() {
			var err error
			again, err = db.Recount(t.Context(), monday, me)
			ended <- err
		}()
		awaitBlocked(t, db, 1)

		require.NoError(t, platform.Commit())

		require.NoError(t, <-ended)
		// It is busy if the commit took long, and counts before or after it.
		if checked := log.checked(runOf(t, db, monday)); checked.from > 0 {
			require.EqualValues(t, 2, checked.rows)
			require.Equal(t, []int{1}, again)
		}
	})
}

func TestRecount_PaymentsThatWentWithTheirPartitionAreCountedAgain(t *testing.T) {
	db, _ := checkedLogs["payments"].open(t)
	exec(t, db, `ALTER TABLE payments DROP PARTITION p20240506`)

	require.Equal(t, []int{1}, recount(t, db, monday))
}
