package db

import (
	"context"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// RestoreRows makes the rows of a closed day those that were counted and posted,
// its views and its payments, from a backup beside this database, as
// [daylog.Log.Restore] does. Both logs of the backup are checked before a row is
// changed. The day must be closed and still have its partition.
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
	logs := []restoring{{db.Log.Log, run.OnTime(), run.Statistics.Rows()}}
	there, err := db.Payments.Has(ctx, day)
	if err != nil {
		return restored, err
	}
	if there {
		logs = append(logs, restoring{db.Payments.Log, run.PaymentsOnTime(), run.OwnPayments()})
	}
	for _, log := range logs {
		if err := log.CheckBackup(ctx, log.day, log.counted, backup); err != nil {
			return restored, err
		}
	}
	chunks, err := db.Chunks(ctx, run.Period())
	if err != nil {
		return restored, err
	}
	for _, log := range logs {
		of, err := log.Restore(ctx, log.day, backup, RangesOf(chunks), rehearsal)
		if err != nil {
			return restored, err
		}
		restored.Add(of)
	}
	return restored, nil
}

// restoring is a log with the day to put right, of which so many rows were counted.
type restoring struct {
	*daylog.Log
	day     daylog.OnTime
	counted int64
}
