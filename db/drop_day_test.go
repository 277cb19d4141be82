package db

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// firstDroppable is the first day that may be dropped.
func firstDroppable(t *testing.T, db *DB, before settlement.Day) (first Droppable) {
	t.Helper()
	_, err := db.EachDroppable(t.Context(), before, false, func(day Droppable) error {
		if first.Day == 0 {
			first = day
		}
		return nil
	})
	require.NoError(t, err)
	require.NotZero(t, first.Day)
	return first
}

// openOld has a first day with two rows that may be dropped.
func openOld(t *testing.T) (*DB, Droppable) {
	t.Helper()
	db := openClosed(t)
	closed(t, db, monday+1)
	return db, firstDroppable(t, db, monday+1)
}

// requireNotDropped means that the drop failed and that the first day has all its
// rows.
func requireNotDropped(t *testing.T, db *DB, err error, rows int64) {
	t.Helper()
	require.ErrorIs(t, err, settlement.ErrNeeded)
	requireDays(t, db, monday, monday+3)
	require.Equal(t, []int64{rows}, rowsOf(t, db, monday, monday))
}

func TestDropDay_RemovesTheDayAndItsRows(t *testing.T) {
	db, old := openOld(t)
	require.Equal(t, monday, old.Day)
	require.EqualValues(t, 2, old.Rows)

	require.NoError(t, db.Drop(t.Context(), old))

	requireDays(t, db, monday+1, monday+3)
	require.Zero(t, read[int64](t, db, `SELECT COUNT(*) FROM watch_log`))
}

func TestDropDay_ARowThatComesBetweenTheLookAndTheDropIsNotLost(t *testing.T) {
	db, old := openOld(t)
	watch(t, db, view(monday, 2, time.Hour))

	err := db.Drop(t.Context(), old)

	requireNotDropped(t, db, err, 3)
}

func TestDropDay_ALateRowOfTheNextDayThatComesAfterTheLookKeepsTheDay(t *testing.T) {
	db, old := openOld(t)
	watch(t, db, view(monday+1, 2, time.Second))

	err := db.Drop(t.Context(), old)

	requireNotDropped(t, db, err, 2)
}

func TestDropDay_ARowThatComesWhileTheDropWaitsIsNotLost(t *testing.T) {
	db, old := openOld(t)
	platform, err := db.pool.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	_, err = platform.ExecContext(t.Context(), platformInsert, platformView(monday, 2)...)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- db.Drop(context.WithoutCancel(t.Context()), old) }()
	awaitBlocked(t, db, 1)

	require.NoError(t, platform.Commit())

	if err = <-ended; errors.Is(err, settlement.ErrBusy) { // the commit took long
		err = db.Drop(t.Context(), old)
	}
	requireNotDropped(t, db, err, 3)
}

func TestDropDay_ARowOfADayThatNeverSettlesIsNotLostBehindWhatWasMeant(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, view(monday, 1, 0))
	addPartitions(t, db, monday, monday+3)
	enterClosed(t, db, monday+1, monday+2)
	_, err := db.EachDroppable(t.Context(), monday+2, true, func(day Droppable) error {
		require.EqualValues(t, 1, day.Rows)
		watch(t, db, view(monday, 1, time.Minute))
		return db.Drop(t.Context(), day)
	})

	requireNotDropped(t, db, err, 2)
}

func TestDropDay_RowsOfADroppedDayDoNotLandInItsNeighbour(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+1)
	require.NoError(t, db.Drop(t.Context(), Droppable{Droppable: daylog.Droppable{Day: monday}}))

	_, _, err := db.AppendViews(t.Context(), []daylog.View{view(monday, 1, 0)})
	require.NoError(t, err)

	require.Equal(t, []int64{0}, rowsOf(t, db, monday+1, monday+1))
}

// Missing plays would make repeats count.
func TestR3_PlaysOfAClosedDayWhosePartitionIsGoneAreNotTakenForNone(t *testing.T) {
	db, old := openOld(t)
	require.NoError(t, db.Drop(t.Context(), old))
	pairs := []daylog.Pair{{VideoID: 1, ViewerID: viewer}}

	_, known := db.Log.KnownDay(t.Context(), onTime(t, db, monday), monday+2, pairs)
	_, last := db.Log.LastPlays(t.Context(), onTime(t, db, monday), pairs)

	for _, err := range []error{known, last} {
		require.ErrorIs(t, err, settlement.ErrMissing)
		require.ErrorContains(t, err, "the plays of 2024-05-06 are needed")
	}
	_, err := db.Log.LastPlays(t.Context(), onTime(t, db, monday-1), pairs)
	require.NoError(t, err, "a day that was never settled has no plays where it has no partition")
}

func TestDropDay_WhatAnotherOneHasDroppedIsDropped(t *testing.T) {
	db, old := openOld(t)
	require.NoError(t, db.Drop(t.Context(), old))

	require.NoError(t, db.Drop(t.Context(), old))

	requireDays(t, db, monday+1, monday+3)
}

// openPaymentsAlone has a first day in the payments log that the watch log has dropped: it came while that was going on.
func openPaymentsAlone(t *testing.T) *DB {
	t.Helper()
	db := openMigrated(t)
	require.NoError(t, db.AddPaymentPartitions(t.Context(), monday, monday+3))
	enterClosed(t, db, daysFrom(monday, monday+3)...)
	require.NoError(t, db.Log.Drop(t.Context(), daylog.Droppable{Day: monday}))
	return db
}

func TestDropDay_ADayOfPaymentsThatTheWatchLogHasDroppedGoesFirst(t *testing.T) {
	db := openPaymentsAlone(t)

	kept, err := db.EachDroppable(t.Context(), monday+2, false, func(day Droppable) error { return db.Drop(t.Context(), day) })

	require.NoError(t, err)
	require.Nil(t, kept)
	requireDays(t, db, monday+2, monday+3)
	first, _, _, err := db.Payments.Span(t.Context())
	require.NoError(t, err)
	require.Equal(t, monday+2, first)
}

func TestDropDay_PaymentsThatCameForSuchADayKeepItUntilTheyArePosted(t *testing.T) {
	db := openPaymentsAlone(t)
	exec(t, db, `
		INSERT INTO payments (paid_on, video_id, payment_id, paid_at, status, payer_id, amount)
		VALUES (?, 1, 1, ?, 'completed', 1, 10000)`, monday, seoul.Start(monday))

	days, kept := droppable(t, db, monday+2)

	require.Empty(t, days)
	require.Equal(t, &Kept{Day: monday, Rows: 1, Reason: KeptUnposted, Posting: monday + 4}, kept)
}
