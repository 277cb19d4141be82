package verify

import (
	"context"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// log is one of the logs, whatever its rows are.
type log struct {
	*daylog.Log
	payments bool
	onTime   func(db.Run) daylog.OnTime
	sum      func(context.Context, daylog.OnTime, settlement.Range) (rows int64, checksum uint64, err error)
}

func logOf(database *db.DB, payments bool) log {
	if payments {
		return log{database.Payments.Log, true, db.Run.PaymentsOnTime, database.Payments.Sum}
	}
	return log{database.Log.Log, false, db.Run.OnTime, database.Log.Sum}
}

// logsOf are the logs that have the closed day, the watch log first. It fails with
// a [settlement.ErrMissing] where one of which the day has counted rows does not
// have it any more.
func logsOf(ctx context.Context, database *db.DB, day db.Run) (logs []log, err error) {
	for _, payments := range []bool{false, true} {
		one := logOf(database, payments)
		kept, err := one.Has(ctx, day.StartsOn)
		switch {
		case err != nil:
			return nil, err
		case kept:
			logs = append(logs, one)
		case !payments || day.OwnPayments() > 0:
			return nil, settlement.Errorf(settlement.ErrMissing, day.Period(),
				"%s cannot be verified: the %s has no partition for it any more, its rows were dropped", day.StartsOn, one.Name())
		}
	}
	return logs, nil
}
