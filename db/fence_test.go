package db

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// write is one of the ways in which a run changes its rows.
type write struct {
	name    string
	prepare func(t *testing.T, db *DB) // as far as the write can be done
	do      func(ctx context.Context, db *DB, holder Holder) error
}

var writes = []write{
	{
		"store plan",
		func(t *testing.T, db *DB) { begin(t, db, monday) },
		func(ctx context.Context, db *DB, holder Holder) error {
			return db.StorePlan(ctx, settlement.DailyPeriod(monday), holder, settlement.Split(nil))
		},
	},
	{
		"store count",
		func(t *testing.T, db *DB) { plan(t, db, monday) },
		func(ctx context.Context, db *DB, holder Holder) error {
			return db.StoreCount(ctx, monday, holder, Chunk{Number: 1}, Count{Lines: []StatisticsLine{line(monday, 1, 1)}}, 1)
		},
	},
	{
		"recount",
		func(t *testing.T, db *DB) { counted(t, db, monday) },
		func(ctx context.Context, db *DB, holder Holder) error {
			_, err := db.Recount(ctx, monday, holder)
			return err
		},
	},
	{
		"settle chunk",
		func(t *testing.T, db *DB) { counted(t, db, monday, line(monday, 1, 1)) },
		func(ctx context.Context, db *DB, holder Holder) error {
			rule, err := db.Prices.Version(ctx, 1)
			if err != nil {
				return err
			}
			_, err = db.SettleChunk(ctx, monday, holder, 1, rule)
			return err
		},
	},
	{
		"rank day",
		func(t *testing.T, db *DB) { counted(t, db, monday, line(monday, 1, 1)) },
		func(ctx context.Context, db *DB, holder Holder) error {
			return db.Rank(ctx, settlement.DailyPeriod(monday), holder)
		},
	},
	{
		"close day",
		func(t *testing.T, db *DB) { settle(t, db, monday, counted(t, db, monday, line(monday, 1, 1))) },
		func(ctx context.Context, db *DB, holder Holder) error {
			_, err := db.CloseDay(ctx, monday, holder)
			return err
		},
	},
	{
		"begin day",
		func(t *testing.T, db *DB) { begin(t, db, monday) },
		func(ctx context.Context, db *DB, holder Holder) error {
			_, err := db.BeginDay(ctx, monday, holder, window)
			return err
		},
	},
}

// openWatched has one play of one video on Monday.
func openWatched(t *testing.T) *DB {
	t.Helper()
	db := openMigrated(t)
	putVideos(t, db, 1)
	watch(t, db, view(monday, 1, 0))
	return db
}

// results are all rows of runs.
func results(t *testing.T, db *DB) []string {
	t.Helper()
	return devtest.Contents(t, db.pool, "runs", "run_chunks", "daily_statistics", "daily_settlements", "period_videos", "top_videos", "statements", "deliveries")
}

func requireRefused(t *testing.T, db *DB, write write, holder Holder) {
	t.Helper()
	before := results(t, db)
	var stale *settlement.Error
	require.ErrorAs(t, write.do(t.Context(), db, holder), &stale)
	require.Equal(t, settlement.ErrStale, stale.Kind)
	require.Equal(t, settlement.DailyPeriod(monday), stale.Period)
	require.Equal(t, before, results(t, db), "nothing has changed")
}

func TestR12_OnlyTheHolderWrites(t *testing.T) {
	for _, write := range writes {
		t.Run(write.name, func(t *testing.T) {
			db := openWatched(t)
			write.prepare(t, db)

			requireRefused(t, db, write, stranger)

			require.NoError(t, write.do(t.Context(), db, me))
		})
	}
}

func TestR12_ARunThatTheBookLostDoesNotWrite(t *testing.T) {
	for _, write := range writes {
		if write.name == "begin day" {
			continue // it enters the run
		}
		t.Run(write.name, func(t *testing.T) {
			db := openWatched(t)
			write.prepare(t, db)
			exec(t, db, "DELETE FROM runs")
			before := results(t, db)

			var lost *settlement.Error
			require.ErrorAs(t, write.do(t.Context(), db, me), &lost)
			require.Equal(t, settlement.ErrLostRun, lost.Kind)

			require.Equal(t, settlement.DailyPeriod(monday), lost.Period)
			require.Equal(t, before, results(t, db), "nothing has changed")
		})
	}
}

func TestR12_WhoTookOverWritesAndTheFormerHolderDoesNot(t *testing.T) {
	for _, write := range writes {
		t.Run(write.name, func(t *testing.T) {
			db := openWatched(t)
			write.prepare(t, db)

			require.NoError(t, db.TakeOver(t.Context(), settlement.DailyPeriod(monday), stranger))

			requireRefused(t, db, write, me)
			require.NoError(t, write.do(t.Context(), db, stranger))
		})
	}
}

func TestR11_NobodyWritesAClosedDay(t *testing.T) {
	for _, write := range writes {
		for _, holder := range []Holder{me, stranger} {
			if write.name == "begin day" || write.name == "close day" && holder == me {
				continue // refused as closed, and done already
			}
			t.Run(write.name+" as "+holder.RunID, func(t *testing.T) {
				db := openWatched(t)
				closed(t, db, monday)
				// As if a row had slipped in, which makes a recount write.
				exec(t, db, insertRow, rowOf(view(monday, 2, 0))...)

				requireRefused(t, db, write, holder)
			})
		}
	}
}

func TestTakeOver_GivesTheRunANewFence(t *testing.T) {
	db := openWatched(t)
	begin(t, db, monday)
	fail(t, db, monday)

	require.NoError(t, db.TakeOver(t.Context(), settlement.DailyPeriod(monday), stranger))

	run, err := db.OpenRun(t.Context(), settlement.DailyPeriod(monday))
	require.NoError(t, err)
	require.EqualValues(t, 2, run.Fence)
	require.Equal(t, settlement.Running, run.State)
	require.Equal(t, stranger.WorkflowID, run.WorkflowID)
	require.Equal(t, stranger.RunID, run.Holder)
	require.Empty(t, run.Failure)
	require.Nil(t, run.EndedAt)
}

func TestTakeOver_ByTheHolderChangesNothing(t *testing.T) {
	db := openWatched(t)
	begin(t, db, monday)
	before := results(t, db)

	require.NoError(t, db.TakeOver(t.Context(), settlement.DailyPeriod(monday), me))

	require.Equal(t, before, results(t, db))
}

func TestR11_AClosedDayIsNotTakenOver(t *testing.T) {
	db := openWatched(t)
	closed(t, db, monday)
	before := results(t, db)

	require.NoError(t, db.TakeOver(t.Context(), settlement.DailyPeriod(monday), stranger))

	require.Equal(t, before, results(t, db))
}

func TestFail_RecordsTheHoldersFailure(t *testing.T) {
	db := openWatched(t)
	begin(t, db, monday)

	fail(t, db, monday)

	run, err := db.OpenRun(t.Context(), settlement.DailyPeriod(monday))
	require.NoError(t, err)
	require.Equal(t, settlement.Failed, run.State)
	require.Equal(t, "the cause", run.Failure)
	require.NotNil(t, run.EndedAt)
}

func TestFail_LeavesARunOfOthersAndAClosedOneAlone(t *testing.T) {
	db := openWatched(t)
	begin(t, db, monday)
	before := results(t, db)
	require.ErrorIs(t, db.Fail(t.Context(), settlement.DailyPeriod(monday), stranger, "the cause"), settlement.ErrStale)
	require.Equal(t, before, results(t, db))

	closed(t, db, monday)
	before = results(t, db)
	require.ErrorIs(t, db.Fail(t.Context(), settlement.DailyPeriod(monday), me, "the cause"), settlement.ErrStale)
	require.Equal(t, before, results(t, db))

	require.ErrorIs(t, db.Fail(t.Context(), settlement.DailyPeriod(monday+1), me, "the cause"), settlement.ErrLostRun)
}

func TestFail_KeepsALongFailureWhole(t *testing.T) {
	db := openWatched(t)
	begin(t, db, monday)
	long := strings.Repeat("chunk 100 (videos 1000000 to 1000099): 한 줄이 잘못되었다; ", 2000)

	require.NoError(t, db.Fail(t.Context(), settlement.DailyPeriod(monday), me, long))

	run, err := db.OpenRun(t.Context(), settlement.DailyPeriod(monday))
	require.NoError(t, err)
	require.Equal(t, long, run.Failure)
}
