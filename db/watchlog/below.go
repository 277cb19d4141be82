package watchlog

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

// daysBelow bounds how many days are named of which rows lie below the log's
// first one.
const daysBelow = 100

// DayRows is how many rows a day has.
type DayRows struct {
	Day  settlement.Day `db:"watched_on"`
	Rows int64          `db:"row_count"`
}

// RowsBelow are the days of which rows lie below the first day of the watch log.
// An import's views of days that were dropped are refused, but a statement of the
// platform's own is not: the floor takes all that is older. One that waited while
// its day was dropped ends there, too. Nobody counts such rows any more.
func (l *Log) RowsBelow(ctx context.Context) (found []DayRows, err error) {
	if err := l.pool.SelectContext(ctx, &found, `
		SELECT
			watched_on,
			COUNT(*) AS row_count
		FROM watch_log PARTITION (`+floorPartition+`)
		GROUP BY watched_on
		ORDER BY watched_on
		LIMIT ?`, daysBelow); err != nil {
		return nil, fmt.Errorf("look for rows below the first day of the watch log: %w", err)
	}
	return found, nil
}
