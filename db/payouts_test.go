package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

var nextWeek = (monday + 7).Week()

// openWithDebt has the days of two weeks closed: the creator earned 2,100 won in the
// first one, which gave back 9,600, and the same as that in the second one; another
// creator only earned.
func openWithDebt(t *testing.T) *DB {
	t.Helper()
	db := openWithWeek(t, line(monday, 1, 100), of(2, line(monday, 2, 7)))
	closeEmptyDays(t, db, nextWeek.Start, nextWeek.End()-1)
	putPayments(t, db, givenBack(monday, 1), sold(nextWeek.Start, 1))
	return db
}

func payouts(t *testing.T, db *DB, creators settlement.Creators) Payouts {
	t.Helper()
	payouts, err := db.Payouts(t.Context(), creators)
	require.NoError(t, err)
	return payouts
}

func TestR16_ANegativeWeekIsCarriedToTheOneThatClosesNext(t *testing.T) {
	db := openWithDebt(t)
	closedPeriod(t, db, week)
	negative := settlement.Payout{CarriedForward: -7_500}
	require.Equal(t, Payouts{creator: {week.Start: negative}}, payouts(t, db, settlement.AllCreators))

	stated(t, db, nextWeek)
	require.Equal(t, Payouts{creator: {week.Start: negative}}, payouts(t, db, settlement.AllCreators), "the week is not closed yet")

	closedPeriod(t, db, nextWeek)
	require.Equal(t, Payouts{creator: {
		week.Start: negative, nextWeek.Start: {BroughtForward: -7_500, Payable: 2_100},
	}}, payouts(t, db, settlement.AllCreators))
	require.Empty(t, payouts(t, db, settlement.Creators{First: 2, Last: 2}))
}

func TestR16_WhatWasSaidOfAClosedWeekStaysTrueWhenAnEarlierOneCloses(t *testing.T) {
	db := openWithDebt(t)
	closedPeriod(t, db, nextWeek)
	require.Empty(t, payouts(t, db, settlement.AllCreators))
	later := db.now()
	db.now = func() time.Time { return later.Add(-time.Hour) } // of another machine

	closedPeriod(t, db, week)

	require.Equal(t, Payouts{creator: {
		nextWeek.Start: {}, week.Start: {CarriedForward: -7_500},
	}}, payouts(t, db, settlement.AllCreators))
	last, err := db.ClosedRun(t.Context(), nextWeek)
	require.NoError(t, err)
	run, err := db.ClosedRun(t.Context(), week)
	require.NoError(t, err)
	require.Equal(t, last.EndedAt.Add(time.Millisecond), *run.EndedAt)
}

func TestR16_OfStatementsOnlyThoseThatAreNegativeAreMarkedSo(t *testing.T) {
	db := openWithDebt(t)
	closedPeriod(t, db, week)
	for _, test := range []struct {
		video, ad, net int64
		want           bool
	}{
		{0, 0, -1, true},
		{1, 1, -2, false},
		{1<<63 - 1, 1<<63 - 1, -1 << 63, false},
		{0, 0, -1 << 63, true},
	} {
		exec(t, db, `UPDATE statements SET video_amount = ?, ad_amount = ?, gross = ?, fee = 0, net = ? WHERE creator_id = 2`, test.video, test.ad, test.net, test.net)
		require.Equal(t, test.want, read[bool](t, db, `SELECT negative FROM statements WHERE creator_id = 2`), test)
	}
}
