package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// checkPayments makes sure that each row of payments of the day, its own or a late
// one, was judged once and is in its lines (R15, R16), and that the check has seen them as they are counted (R13): the
// chunks have been counted so often, all together.
func (db *DB) checkPayments(ctx context.Context, tx *sqlx.Tx, run raised, totals settlement.Totals, counts int64) error {
	period, day := run.Period(), run.StartsOn
	rows, err := db.paymentRows(ctx, tx, run)
	if err != nil {
		return err
	}
	if counted := totals.OwnPayments(); rows != counted {
		return settlement.Errorf(settlement.ErrRowsArrived, period, "%s has %s, %d counted", day, settlement.Count(rows, "payment row"), counted)
	}
	if rows > 0 && run.PaymentsLateFrom == withoutPayments {
		return settlement.Errorf(settlement.ErrRowsArrived, period, "%s has %s, and had none when the close began", day, settlement.Count(rows, "payment row"))
	}
	posted, err := db.Payments.SumPosted(ctx, tx, day)
	if err != nil {
		return err
	}
	var late int64
	for _, number := range posted {
		late += number
	}
	var stored struct {
		Adjusted int64 `db:"adjusted"` // rows
		Refunds  int64 `db:"refunds"`
	}
	if err := tx.GetContext(ctx, &stored, `
		SELECT
			(
				SELECT COALESCE(SUM(`+PaymentRowsOfLine+`), 0)
				FROM payment_adjustments
				WHERE posted_on = ?
			) AS adjusted,
			(
				SELECT COUNT(*)
				FROM payment_refunds
				WHERE settled_on = ?
			) AS refunds`, day, day); err != nil {
		return err
	}
	if late != totals.LatePayments || stored.Adjusted != late || posted[""] > 0 || stored.Refunds != totals.Refunds {
		return settlement.Errorf(settlement.ErrLateRows, period,
			"%s posts %s, %d of them not judged, its chunks judged %d, its adjustments stand for %d; it settled %s, %d are stored: one was changed by hand; put it back",
			day, settlement.Count(late, "late payment row"), posted[""], totals.LatePayments, stored.Adjusted, settlement.Count(totals.Refunds, "refund"), stored.Refunds)
	}
	if err := checkCreators(ctx, tx, `
			SELECT creator_id, video_amount AS won FROM daily_settlements WHERE starts_on = ?
			UNION ALL
			SELECT creator_id, ad_amount FROM daily_settlements WHERE starts_on = ?
			UNION ALL
			SELECT creator_id, net FROM daily_payments WHERE starts_on = ?`, day, day, day); err != nil {
		return err
	}
	// Which payments several videos have, only the check finds: a server that took over may lack it, with all that
	// came of it.
	if counts != run.CheckedCounts && totals.PaymentFigures.Rows() > 0 {
		return settlement.Errorf(settlement.ErrRowsArrived, period, "%s was counted again after its payments were checked, or the check was lost", day)
	}
	return nil
}

// paymentRows is how many rows the payments log has for the day that closes. It may
// have no partition for it.
func (db *DB) paymentRows(ctx context.Context, tx *sqlx.Tx, run raised) (rows int64, err error) {
	found, err := db.Payments.HasPartition(ctx, tx, run.StartsOn)
	if err != nil || !found {
		return 0, err
	}
	return run.paymentsChecked().now(ctx, tx, db.Payments.Log, run.StartsOn)
}

// checkCreators makes sure that what each creator earns fits, which the amounts are
// part by part: what payments come to may be negative for some, so that the total
// of all can fit where that of one does not.
func checkCreators(ctx context.Context, tx *sqlx.Tx, amounts string, args ...any) error {
	var creator int64
	err := tx.GetContext(ctx, &creator, `
		SELECT creator_id
		FROM (`+amounts+`
		) a
		GROUP BY creator_id
		HAVING SUM(won) NOT BETWEEN ? AND ?
		LIMIT 1`, append(args, int64(math.MinInt64), int64(math.MaxInt64))...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("what creator %d earns: %w", creator, settlement.ErrOutOfRange)
	}
	return err
}
