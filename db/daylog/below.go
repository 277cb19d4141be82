package daylog

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// daysBelow bounds how many days are named of which rows lie below a log's
// first one.
const daysBelow = 100

// DayRows is how many rows a day has.
type DayRows struct {
	Day  settlement.Day
	Rows int64
}

// RowsBelow are the days of which rows lie below the first day of the log. An
// import's rows of days that were dropped are refused, but a statement of the
// platform's own is not: the floor takes all that is older. One that waited while
// its day was dropped ends there, too. Nobody counts such rows any more.
func (l *Log) RowsBelow(ctx context.Context) (found []DayRows, err error) {
	if err := server.EachRow(ctx, l.pool, func(row *sqlx.Rows) error {
		var one DayRows
		err := row.Scan(&one.Day, &one.Rows)
		found = append(found, one)
		return err
	}, `
		SELECT
			`+l.day+`,
			COUNT(*) AS row_count
		FROM `+l.table+` PARTITION (`+floorPartition+`)
		GROUP BY `+l.day+`
		ORDER BY `+l.day+`
		LIMIT ?`, daysBelow); err != nil {
		return nil, fmt.Errorf("look for rows below the first day of the %s: %w", l.name, err)
	}
	return found, nil
}

// TakeRowsBelow removes the rows that lie below the first day of the log and
// returns how many there were. Before, keep is given a function that reads all of
// them, by day; an error of keep leaves the rows where they are, and so does a row
// that comes meanwhile, with a [settlement.ErrNeeded].
func (r *rows[Row, Fact, Late]) TakeRowsBelow(ctx context.Context, keep func(read func(each func(Row) error) error) error) (number int64, err error) {
	err = r.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		number = 0
		if err := keep(func(each func(Row) error) error {
			return r.eachBelow(ctx, tx, func(row Row) error {
				number++
				return each(row)
			})
		}); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `
			DELETE FROM `+r.table+` PARTITION (`+floorPartition+`)`)
		if err != nil {
			return err
		}
		if removed, err := result.RowsAffected(); err != nil || removed == number {
			return err
		}
		return settlement.Errorf(settlement.ErrNeeded, settlement.Period{}, "a row came meanwhile: all are left where they are; take them again")
	})
	if err != nil {
		return 0, fmt.Errorf("take rows below the first day of the %s: %w", r.name, err)
	}
	return number, nil
}

// eachBelow locks the rows below the first day and hands them over.
func (r *rows[Row, Fact, Late]) eachBelow(ctx context.Context, tx *sqlx.Tx, each func(Row) error) error {
	return server.EachRow(ctx, tx, func(found *sqlx.Rows) error {
		var row Row
		if err := found.Scan(r.columnsOf(&row)...); err != nil {
			return err
		}
		return each(row)
	}, `
		SELECT
			`+r.columns().Joined("%s", ",\n\t\t\t")+`
		FROM `+r.table+` PARTITION (`+floorPartition+`)
		ORDER BY `+r.key.List()+`
		FOR UPDATE`)
}
