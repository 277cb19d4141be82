package db

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"creatorpay/settlement"
)

func beginError(t *testing.T, db *DB, day settlement.Day) error {
	t.Helper()
	_, err := db.BeginDay(t.Context(), day, me, window)
	require.Error(t, err)
	require.Equal(t, err.Error(), "begin: "+db.CheckDay(t.Context(), day, time.Now()).Error(), "both refuse alike")
	return err
}

// openWithRoom has room for a week from monday on.
func openWithRoom(t *testing.T) *DB {
	t.Helper()
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+6)
	return db
}

func fail(t *testing.T, db *DB, day settlement.Day) {
	t.Helper()
	require.NoError(t, db.Fail(t.Context(), settlement.DailyPeriod(day), me, "the cause"))
}

func TestBeginDay_EntersTheRunInTheBook(t *testing.T) {
	db := openWithRoom(t)
	now := time.Date(2024, time.May, 8, 1, 2, 3, 0, time.UTC)
	db.now = func() time.Time { return now }

	run, err := db.BeginDay(t.Context(), monday, me, 5*time.Second)

	require.NoError(t, err)
	require.Equal(t, Run{
		Kind: settlement.Daily, StartsOn: monday, State: settlement.Running, Fence: 1, WorkflowID: me.WorkflowID, Holder: me.RunID,
		PriceRule: 1, FeeRule: 1, WindowMS: 5000, BeganAt: now, PaymentsLateFrom: withoutPayments,
	}, run)
	stored, err := db.OpenRun(t.Context(), settlement.DailyPeriod(monday))
	require.NoError(t, err)
	require.Equal(t, run, stored)
	require.Equal(t, 5*time.Second, run.RepeatWindow())
}

func TestBeginDay_AgainKeepsTheRun(t *testing.T) {
	db := openWithRoom(t)
	first := begin(t, db, monday)

	again, err := db.BeginDay(t.Context(), monday, me, 2*window)

	require.NoError(t, err)
	require.Equal(t, first, again, "the window is the one that the run began with")
}

func TestR8_TheFirstDayEverStartsTheChain(t *testing.T) {
	db := openWithRoom(t)
	require.NoError(t, db.CheckDay(t.Context(), monday+3, time.Now()))
	begin(t, db, monday+3)
}

func TestR8_ADayFollowsTheClosedDayBefore(t *testing.T) {
	db := openWithRoom(t)
	closed(t, db, monday)
	begin(t, db, monday+1)
}

func TestR8_ADayWaitsForTheDayBefore(t *testing.T) {
	tests := []struct {
		state   settlement.RunState
		prepare func(t *testing.T, db *DB)
		says    string
	}{
		{settlement.Running, func(t *testing.T, db *DB) { begin(t, db, monday+1) }, "its run is still going"},
		{settlement.Failed, func(t *testing.T, db *DB) { begin(t, db, monday+1); fail(t, db, monday+1) }, "its run failed"},
		{"", func(*testing.T, *DB) {}, "it was never run"},
	}
	for _, test := range tests {
		t.Run(test.says, func(t *testing.T) {
			db := openWithRoom(t)
			closed(t, db, monday)
			test.prepare(t, db)

			err := beginError(t, db, monday+2)

			var notClosed *settlement.Error
			require.ErrorIs(t, err, settlement.ErrNotClosed)
			require.ErrorAs(t, err, &notClosed)
			require.Equal(t, settlement.NotClosed(settlement.DailyPeriod(monday+1), test.state), notClosed)
			require.ErrorContains(t, err, test.says)
		})
	}
}

func TestR8_OnlyOneDayStartsTheChain(t *testing.T) {
	for _, state := range []settlement.RunState{settlement.Running, settlement.Failed} {
		t.Run(string(state), func(t *testing.T) {
			db := openWithRoom(t)
			begin(t, db, monday+2)
			if state == settlement.Failed {
				fail(t, db, monday+2)
			}
			for _, day := range []settlement.Day{monday, monday + 3, monday + 5} {
				var notClosed *settlement.Error
				require.ErrorAs(t, beginError(t, db, day), &notClosed)
				require.Equal(t, settlement.ErrNotClosed, notClosed.Kind)
				require.Equal(t, settlement.NotClosed(settlement.DailyPeriod(monday+2), state), notClosed)
			}
		})
	}
}

func TestR8_OfFirstDaysBegunAtOnceOneStartsTheChain(t *testing.T) {
	db := openWithRoom(t)
	var group errgroup.Group
	var errs [7]error
	for i := range errs {
		group.Go(func() error {
			_, errs[i] = db.BeginDay(t.Context(), monday+settlement.Day(i), me, window)
			return nil
		})
	}
	require.NoError(t, group.Wait())

	begun := 0
	for _, err := range errs {
		if err == nil {
			begun++
			continue
		}
		require.ErrorIs(t, err, settlement.ErrNotClosed)
	}
	require.Equal(t, 1, begun)
	runs, err := db.Runs(t.Context(), settlement.Daily)
	require.NoError(t, err)
	require.Len(t, runs, 1)
}

func TestR8_NoDayBeforeTheFirstOneIsSettled(t *testing.T) {
	db := openWithRoom(t)
	closed(t, db, monday+3)
	for _, day := range []settlement.Day{monday, monday + 2} {
		var before *settlement.Error
		require.ErrorAs(t, beginError(t, db, day), &before)
		require.Equal(t, settlement.ErrBeforeFirst, before.Kind)
		require.Equal(t, beforeFirst(day, monday+3), before)
	}
}

func TestR11_AClosedDayIsNotBegunAgain(t *testing.T) {
	db := openWithRoom(t)
	closed(t, db, monday)

	require.Equal(t, closedError(settlement.DailyPeriod(monday)), errors.Unwrap(beginError(t, db, monday)))
}

func TestBeginDay_ADayThatIsNotOverIsRefused(t *testing.T) {
	db := openWithRoom(t)
	end := seoul.End(monday)
	db.now = func() time.Time { return end.Add(-time.Millisecond) }

	_, err := db.BeginDay(t.Context(), monday, me, window)

	var notOver *settlement.Error
	require.ErrorIs(t, err, settlement.ErrNotOver)
	require.ErrorAs(t, err, &notOver)
	require.Equal(t, "2024-05-06 is not over yet in Asia/Seoul: run it when it is", notOver.Text)
	require.NoError(t, db.CheckDay(t.Context(), monday, end), "it is over at midnight")
}

func TestBeginDay_ADayWithoutAPartitionIsRefused(t *testing.T) {
	db := openWithRoom(t)

	err := beginError(t, db, monday+7)
	require.ErrorIs(t, err, settlement.ErrNoPartition)
	require.ErrorContains(t, err, "no partition for 2024-05-13")

	err = beginError(t, db, monday-1)
	require.ErrorIs(t, err, settlement.ErrNoFirstDay, "the log begins on Monday")
	require.ErrorContains(t, err, "no partition for 2024-05-05")
}

func TestBeginDay_ARefusedDayIsNotInTheBook(t *testing.T) {
	db := openWithRoom(t)
	require.Error(t, beginError(t, db, monday+7))

	_, err := db.OpenRun(t.Context(), settlement.DailyPeriod(monday+7))
	require.ErrorContains(t, err, "has no run of")
}

func TestClosedRun_IsRefusedUntilThePeriodIsClosed(t *testing.T) {
	db := openWithRoom(t)
	refused := func(state settlement.RunState) {
		_, err := db.ClosedRun(t.Context(), settlement.DailyPeriod(monday))
		require.Equal(t, settlement.NotClosed(settlement.DailyPeriod(monday), state), err)
	}
	refused("")
	begin(t, db, monday)
	refused(settlement.Running)
	fail(t, db, monday)
	refused(settlement.Failed)
}

func TestLastClosedDay(t *testing.T) {
	db := openWithRoom(t)
	_, found, err := db.LastClosedDay(t.Context())
	require.NoError(t, err)
	require.False(t, found)

	closed(t, db, monday)
	closed(t, db, monday+1)
	begin(t, db, monday+2)
	last, found, err := db.LastClosedDay(t.Context())
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, monday+1, last)
}
