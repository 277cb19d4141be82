package db

import (
	"errors"
	"testing"

	"creatorpay/db/daylog"
	"creatorpay/settlement"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// appendDuring stores a view and holds its transaction, still open, until the
// work waits for it or is done. It tells how many views were added.
func appendDuring(t *testing.T, db *DB, view daylog.View, work func()) (added int64) {
	t.Helper()
	// Somebody has stored the same row but not committed it.
	release := block(t, db, insertRow, rowOf(view)...)
	appended, worked := make(chan error, 1), make(chan struct{})
	go func() {
		all, _, err := db.AppendViews(t.Context(), []daylog.View{view})
		added = all.Rows
		appended <- err
	}()
	awaitBlocked(t, db, 1)
	go func() {
		defer close(worked)
		work()
	}()
	awaitBlockedOr(t, db, 2, worked)
	release()
	require.NoError(t, <-appended)
	<-worked
	return added
}

func TestR10_ADayBegunDuringAnAppendCountsIt(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 1)
	addPartitions(t, db, monday, monday)
	var totals settlement.Totals
	var err error

	added := appendDuring(t, db, view(monday, 1, 0), func() { totals, err = runDay(t.Context(), db, monday) })

	require.NoError(t, err)
	require.EqualValues(t, 1, added)
	require.EqualValues(t, 1, totals.Statistics.Rows())
	require.Equal(t, []int64{1}, rowsOf(t, db, monday, monday))
}

func TestR10_ADayClosedDuringAnAppendCountsItOrFindsItLate(t *testing.T) {
	db := openMigrated(t)
	putVideos(t, db, 1)
	addPartitions(t, db, monday, monday)
	settle(t, db, monday, counted(t, db, monday))
	var err error

	added := appendDuring(t, db, view(monday, 1, 0), func() { _, err = db.CloseDay(t.Context(), monday, me) })

	require.EqualValues(t, 1, added)
	if err == nil { // the append lost its locks to the close, and was tried again after it
		late, err := db.Log.Arrived(t.Context(), onTime(t, db, monday))
		require.NoError(t, err)
		require.EqualValues(t, 1, late.Unposted)
		return
	}
	// It is busy if the append took long.
	require.Contains(t, []settlement.ErrorKind{settlement.ErrRowsArrived, settlement.ErrBusy}, settlement.KindOf(err), "%v", err)
	require.EqualValues(t, 1, closed(t, db, monday).Statistics.Rows())
}

func TestR10_EveryViewIsCountedOrLate(t *testing.T) {
	const days, appenders = 20, 3
	db := openMigrated(t)
	putVideos(t, db, 1)
	addPartitions(t, db, monday, monday+days-1)
	for _, day := range daysFrom(monday, monday+days-1) {
		chunk := counted(t, db, day)
		if day%2 == 0 { // what comes is found without a count
			require.Empty(t, recount(t, db, day))
		}
		settle(t, db, day, chunk)
		var group errgroup.Group
		var added [appenders]Appended
		for i := range added {
			group.Go(func() (err error) {
				view := view(day, 1, 0)
				view.ViewID = int64(i + 1)
				added[i], _, err = db.AppendViews(t.Context(), []daylog.View{view})
				return err
			})
		}
		closeErr := closePatiently(t, db, day)
		require.NoError(t, group.Wait())

		stored, late := sumOf(added[:])
		require.Equal(t, []int64{stored}, rowsOf(t, db, day, day))
		if errors.Is(closeErr, settlement.ErrRowsArrived) {
			require.Zero(t, late)
			closed(t, db, day)
		} else {
			require.NoError(t, closeErr)
		}
		requireCountedOrLate(t, db, day, stored-late, late)
	}
}

// closePatiently closes the day as soon as nobody's transaction keeps it from being closed.
func closePatiently(t *testing.T, db *DB, day settlement.Day) (err error) {
	t.Helper()
	for {
		if _, err = db.CloseDay(t.Context(), day, me); !errors.Is(err, settlement.ErrBusy) {
			return err
		}
	}
}

// sumOf is how many rows were stored, and how many of them were told to be late.
func sumOf(added []Appended) (stored, late int64) {
	for _, one := range added {
		stored += one.Rows
		if len(one.Closed) > 0 {
			late += one.Rows
		}
	}
	return stored, late
}

// Without payments of its own a day closes without the epoch of their log; with some
// it raises it. Either way nothing is lost.
func TestR15_EveryPaymentIsCountedOrLate(t *testing.T) {
	const days, appenders = 20, 3
	db := openPaid(t, 1)
	require.NoError(t, db.AddPaymentPartitions(t.Context(), monday, monday+days-1))
	for _, day := range daysFrom(monday, monday+days-1) {
		if day > monday && day%2 == 0 {
			pay(t, db, paidRow(day, 1, int64(day)))
		}
		chunk := plan(t, db, day)[0]
		counted := read[int64](t, db, `SELECT COUNT(*) FROM payments WHERE paid_on = ?`, day)
		count := settledRows(day, 1)
		if counted == 0 {
			count = Count{Payments: &PaymentCount{}}
		}
		require.NoError(t, db.StoreCount(t.Context(), day, me, chunk, count, 1))
		require.Empty(t, recount(t, db, day))
		if day%4 > 1 { // as where somebody's transactions on the logs stayed open
			exec(t, db, `UPDATE runs SET checked_from = 0, payments_checked_from = 0 WHERE starts_on = ?`, day)
		}
		settle(t, db, day, chunk)
		var group errgroup.Group
		var added [appenders]Appended
		for i := range added {
			group.Go(func() (err error) {
				added[i], _, err = db.AppendPayments(t.Context(), []daylog.Payment{paidRow(day, 1, int64(100+i))})
				return err
			})
		}
		closeErr := closePatiently(t, db, day)
		require.NoError(t, group.Wait())

		stored, late := sumOf(added[:])
		require.EqualValues(t, appenders, stored)
		require.Equal(t, counted+stored, read[int64](t, db, `SELECT COUNT(*) FROM payments WHERE paid_on = ?`, day))
		if errors.Is(closeErr, settlement.ErrRowsArrived) { // they would have to be counted: without them the day closes
			require.Zero(t, late)
			exec(t, db, `DELETE FROM payments WHERE paid_on = ? AND payment_id BETWEEN 100 AND 102`, day)
			_, closeErr = db.CloseDay(t.Context(), day, me)
			require.NoError(t, closeErr)
			continue
		}
		require.NoError(t, closeErr)
		run, err := db.ClosedRun(t.Context(), settlement.DailyPeriod(day))
		require.NoError(t, err)
		arrived, err := db.Payments.Arrived(t.Context(), run.PaymentsOnTime())
		require.NoError(t, err)
		require.Equal(t, stored, late, "what was not counted came late")
		require.Equal(t, late, arrived.Unposted)
		onTime, err := db.Payments.CountOnTime(t.Context(), run.PaymentsOnTime())
		require.NoError(t, err)
		require.Equal(t, counted, onTime)
	}
}
