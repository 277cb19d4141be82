package db

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

const window = settlement.DefaultRepeatWindow

// begin enters the day in the book as mine.
func begin(t *testing.T, db *DB, day settlement.Day) Run {
	t.Helper()
	run, err := db.BeginDay(t.Context(), day, me, window)
	require.NoError(t, err)
	return run
}

// plan begins the day and stores its plan, cut at the borders.
func plan(t *testing.T, db *DB, day settlement.Day, borders ...int64) []Chunk {
	t.Helper()
	begin(t, db, day)
	_, _, err := db.CollectLate(t.Context(), day, me)
	require.NoError(t, err)
	require.NoError(t, db.StorePlan(t.Context(), settlement.DailyPeriod(day), me, settlement.Split(borders)))
	return chunksOf(t, db, day)
}

func chunksOf(t *testing.T, db *DB, day settlement.Day) []Chunk {
	t.Helper()
	chunks, err := db.Chunks(t.Context(), settlement.DailyPeriod(day))
	require.NoError(t, err)
	return chunks
}

// line is a video's line with so many counted views of a minute and two ad
// views each.
func line(day settlement.Day, video, views int64) StatisticsLine {
	return StatisticsLine{
		Day: day, VideoID: video, CreatorID: creator,
		Statistics: settlement.Statistics{Views: views, PlayedSeconds: 60 * views, AdViews: 2 * views},
	}
}

// store stores lines as the count of the chunk, as often as it was counted by now.
func store(t *testing.T, db *DB, day settlement.Day, chunk Chunk, lines ...StatisticsLine) {
	t.Helper()
	chunk, err := db.Chunk(t.Context(), settlement.DailyPeriod(day), chunk.Number)
	require.NoError(t, err)
	require.NoError(t, db.StoreCount(t.Context(), day, me, chunk, Count{Lines: lines}, 1))
}

// counted plans the day as one chunk and stores lines as its count.
func counted(t *testing.T, db *DB, day settlement.Day, lines ...StatisticsLine) Chunk {
	t.Helper()
	chunk := plan(t, db, day)[0]
	store(t, db, day, chunk, lines...)
	return chunksOf(t, db, day)[0]
}

func settle(t *testing.T, db *DB, day settlement.Day, chunk Chunk) Chunk {
	t.Helper()
	rule, err := db.Prices.Version(t.Context(), 1)
	require.NoError(t, err)
	settled, err := db.SettleChunk(t.Context(), day, me, chunk.Number, rule)
	require.NoError(t, err)
	return settled
}

// closed takes a day through all steps by the rows of its partition.
func closed(t *testing.T, db *DB, day settlement.Day) settlement.Totals {
	t.Helper()
	totals, err := runDay(t.Context(), db, day)
	require.NoError(t, err)
	return totals
}

// runDay takes a day through all steps; every row is a view. It counts again
// for as long as rows arrive.
func runDay(ctx context.Context, db *DB, day settlement.Day) (totals settlement.Totals, err error) {
	period := settlement.DailyPeriod(day)
	run, err := db.BeginDay(ctx, day, me, window)
	if err != nil {
		return totals, err
	}
	if _, _, err := db.CollectLate(ctx, day, me); err != nil {
		return totals, err
	}
	if err := db.StorePlan(ctx, period, me, settlement.Split(nil)); err != nil {
		return totals, err
	}
	rule, err := db.Prices.Version(ctx, run.PriceRule)
	if err != nil {
		return totals, err
	}
	for {
		if err := countRows(ctx, db, day); err != nil {
			return totals, err
		}
		if again, err := db.Recount(ctx, day, me); err != nil {
			return totals, err
		} else if len(again) > 0 {
			continue
		}
		if _, err := db.SettleChunk(ctx, day, me, 1, rule); err != nil {
			return totals, err
		}
		var arrived *settlement.Error
		if totals, err = db.CloseDay(ctx, day, me); !errors.As(err, &arrived) {
			return totals, err
		}
	}
}

func countRows(ctx context.Context, db *DB, day settlement.Day) error {
	chunk, err := db.Chunk(ctx, settlement.DailyPeriod(day), 1)
	if err != nil {
		return err
	}
	var count Count
	rows, err := db.OnTime(ctx, day)
	if err != nil {
		return err
	}
	err = db.Log.Scan(ctx, rows, chunk.Range, func() func(settlement.Play) error {
		return func(play settlement.Play) error {
			if last := len(count.Lines) - 1; last < 0 || count.Lines[last].VideoID != play.VideoID {
				count.Lines = append(count.Lines, StatisticsLine{Day: day, VideoID: play.VideoID, CreatorID: creator})
			}
			count.Lines[len(count.Lines)-1].Count(play, settlement.Counts)
			return nil
		}
	})
	if err != nil {
		return err
	}
	return db.StoreCount(ctx, day, me, chunk, count, 1)
}

// block runs a statement in a transaction that stays open until release: others
// wait for the rows that it locks.
func block(t *testing.T, db *DB, statement string, args ...any) (release func()) {
	t.Helper()
	tx, err := db.pool.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	_, err = tx.ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
	return func() { require.NoError(t, tx.Rollback()) }
}

// awaitBlocked waits until so many transactions wait for a lock.
func awaitBlocked(t *testing.T, db *DB, transactions int) {
	t.Helper()
	awaitBlockedOr(t, db, transactions, nil)
}

// awaitBlockedOr waits until so many transactions wait for a lock, or until
// done is closed.
func awaitBlockedOr(t *testing.T, db *DB, transactions int, done <-chan struct{}) {
	t.Helper()
	query := blockedOnMySQL
	if devtest.MySQL(t).IsTiDB() {
		query = blockedOnTiDB
	}
	require.Eventually(t, func() bool {
		select {
		case <-done:
			return true
		default:
		}
		var waiting int
		err := sqlx.GetContext(t.Context(), db.pool, &waiting, query)
		return err == nil && waiting >= transactions
	}, time.Minute, 150*time.Millisecond) // the server only looks again when it was not asked for 100 ms
}

// What waits for rows, and what waits for tables.
const (
	blockedOnMySQL = `
		SELECT (
			SELECT COUNT(*)
			FROM information_schema.INNODB_TRX
			WHERE trx_state = 'LOCK WAIT'
		) + (
			SELECT COUNT(*)
			FROM information_schema.PROCESSLIST
			WHERE state = 'Waiting for table metadata lock'
		)`
	blockedOnTiDB = `
		SELECT (
			SELECT COUNT(*)
			FROM information_schema.TIDB_TRX
			WHERE state = 'LockWaiting'
		) + (
			SELECT COUNT(*)
			FROM mysql.tidb_mdl_info
		)`
)
