package db

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestClosePeriod_SealsTheWeekWithItsSums(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100), line(monday+1, 1, 50))
	stated(t, db, week)
	now := time.Date(2024, time.May, 13, 1, 2, 3, 0, time.UTC)
	db.now = func() time.Time { return now }

	totals, err := db.ClosePeriod(t.Context(), week, me)

	require.NoError(t, err)
	run, err := db.ClosedRun(t.Context(), week)
	require.NoError(t, err)
	require.Equal(t, totals, run.Totals)
	require.EqualValues(t, 150, totals.Views)
	require.Equal(t, &now, run.EndedAt)
}

func TestR8_WhatIsNotTheSumOfItsDaysDoesNotClose(t *testing.T) {
	for _, test := range []struct {
		rule, of, tamper string
	}{
		{"a video's views", "videos", `UPDATE period_videos SET views = views + 1`},
		{"a video's amount", "videos", `UPDATE period_videos SET video_amount = video_amount - 1`},
		{"a video's ads", "videos", `UPDATE period_videos SET ad_amount = ad_amount + 1`},
		{"a video's repeat views", "videos", `UPDATE period_videos SET repeat_views = repeat_views + 1`},
		{"a video is missing", "videos", `DELETE FROM period_videos WHERE video_id = 1`},
		{"a chunk's play time", "videos", `UPDATE run_chunks SET played_seconds = played_seconds + 1 WHERE kind = 'weekly'`},
		{"a day's ad views", "videos", `UPDATE runs SET ad_views = ad_views + 1 WHERE kind = 'daily' AND starts_on = '2024-05-06'`},
		{"a statement's amount", "statements", `UPDATE statements SET ad_amount = ad_amount + 1`},
		{"a statement's views", "statements", `UPDATE statements SET views = views - 1`},
		{"a statement is missing", "statements", `DELETE FROM statements WHERE creator_id = 2`},
	} {
		t.Run(test.rule, func(t *testing.T) {
			db := openWithWeek(t, line(monday, 1, 100), of(2, line(monday+1, 2, 50)))
			stated(t, db, week)
			exec(t, db, test.tamper)
			before := results(t, db)

			_, err := db.ClosePeriod(t.Context(), week, me)

			var notTheSum *settlement.Error
			require.ErrorIs(t, err, settlement.ErrNotTheSum)
			require.ErrorAs(t, err, &notTheSum)
			require.ErrorContains(t, err, "its "+test.of+" come to")
			require.Equal(t, week, notTheSum.Period)
			require.Equal(t, before, results(t, db))
		})
	}
}

func TestClosePeriod_AChunkThatIsNotRolledUpKeepsTheWeekOpen(t *testing.T) {
	db := openWithWeek(t)
	planPeriod(t, db, week, 10)
	rollUpChunk(t, db, week, 1)
	_, err := db.ClosePeriod(t.Context(), week, me)
	require.ErrorContains(t, err, "close 2024-W19: chunk 2 is planned, not done")
}

func TestClosePeriod_AWeekWithoutAPlanStaysOpen(t *testing.T) {
	db := openWithWeek(t)
	beginPeriod(t, db, week)
	_, err := db.ClosePeriod(t.Context(), week, me)
	require.ErrorIs(t, err, settlement.ErrLostRun)
}

func TestClosePeriod_AWeekOfWhichTheServerLostTheStatementsStaysOpen(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	stated(t, db, week)
	exec(t, db, `DELETE FROM statements`)
	_, err := db.ClosePeriod(t.Context(), week, me)
	require.ErrorIs(t, err, settlement.ErrUnsettled)
}

func TestClosePeriod_AWeekInWhichNobodyWatchedCloses(t *testing.T) {
	db := openWithWeek(t)
	require.Zero(t, closedPeriod(t, db, week))
	require.Empty(t, statementsOf(t, db, week))
}

func TestR12_ClosingAWeekAgainGivesTheSameSums(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	first := closedPeriod(t, db, week)
	before := results(t, db)

	again, err := db.ClosePeriod(t.Context(), week, me)

	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, before, results(t, db))
}

func TestR11_AClosedWeekIsNotBegunAgain(t *testing.T) {
	db := openWithWeek(t)
	closedPeriod(t, db, week)

	var closed *settlement.Error
	require.ErrorAs(t, periodRefusal(t, db, week), &closed)
	require.Equal(t, settlement.ErrClosed, closed.Kind)
	require.Equal(t, week, closed.Period)
}

// periodWrites are the ways in which the run of a week changes its rows.
var periodWrites = []write{
	{
		"begin period", beginWeek,
		func(ctx context.Context, db *DB, holder Holder) error { return db.BeginPeriod(ctx, week, holder) },
	},
	{
		"store plan", beginWeek,
		func(ctx context.Context, db *DB, holder Holder) error {
			return db.StorePlan(ctx, week, holder, settlement.Split(nil))
		},
	},
	{
		"roll up chunk", func(t *testing.T, db *DB) { planPeriod(t, db, week) },
		func(ctx context.Context, db *DB, holder Holder) error {
			_, err := db.RollUpChunk(ctx, week, holder, 1)
			return err
		},
	},
	{
		"rank", func(t *testing.T, db *DB) { rolledUp(t, db, week) },
		func(ctx context.Context, db *DB, holder Holder) error { return db.Rank(ctx, week, holder) },
	},
	{
		"write statements", func(t *testing.T, db *DB) { rolledUp(t, db, week) },
		func(ctx context.Context, db *DB, holder Holder) error { return db.WriteStatements(ctx, week, holder) },
	},
	{
		"close period", func(t *testing.T, db *DB) { stated(t, db, week) },
		func(ctx context.Context, db *DB, holder Holder) error {
			_, err := db.ClosePeriod(ctx, week, holder)
			return err
		},
	},
}

func beginWeek(t *testing.T, db *DB) { beginPeriod(t, db, week) }

func requireWeekRefuses(t *testing.T, db *DB, write write, holder Holder) {
	t.Helper()
	before := results(t, db)
	var stale *settlement.Error
	require.ErrorAs(t, write.do(t.Context(), db, holder), &stale)
	require.Equal(t, settlement.ErrStale, stale.Kind)
	require.Equal(t, week, stale.Period)
	require.Equal(t, before, results(t, db), "nothing has changed")
}

func TestR12_OnlyTheHolderOfAWeekWrites(t *testing.T) {
	for _, write := range periodWrites {
		t.Run(write.name, func(t *testing.T) {
			db := openWithWeek(t, line(monday, 1, 100))
			write.prepare(t, db)
			requireWeekRefuses(t, db, write, stranger)

			require.NoError(t, db.TakeOver(t.Context(), week, stranger))

			requireWeekRefuses(t, db, write, me)
			require.NoError(t, write.do(t.Context(), db, stranger))
		})
	}
}

func TestR11_NobodyWritesAClosedWeek(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	closedPeriod(t, db, week)
	for _, write := range periodWrites {
		for _, holder := range []Holder{me, stranger} {
			if write.name == "begin period" || write.name == "close period" && holder == me {
				continue // refused as closed, and done already
			}
			t.Run(write.name+" as "+holder.RunID, func(t *testing.T) {
				requireWeekRefuses(t, db, write, holder)
			})
		}
	}
}
