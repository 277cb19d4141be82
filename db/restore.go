package db

import (
	"context"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// RestoreRows makes the rows of a closed day those that were counted and posted,
// from a backup beside this database, as [daylog.Log.Restore] does. The day must
// be closed and still have its partition.
func (db *DB) RestoreRows(ctx context.Context, day settlement.Day, backup string, rehearsal bool) (restored daylog.Restored, err error) {
	run, err := db.ClosedRun(ctx, settlement.DailyPeriod(day))
	if err != nil {
		return restored, err
	}
	if there, err := db.Log.Has(ctx, day); err != nil || !there {
		if err == nil {
			err = settlement.Errorf(settlement.ErrDropped, run.Period(), "the rows of %s were dropped: there is no partition to put them back into", day)
		}
		return restored, err
	}
	return db.Log.Restore(ctx, run.OnTime(), run.Statistics.Rows(), backup, rehearsal)
}
