package db

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

// daysBelow bounds how many days are named of which rows lie below the log's
// first one.
const daysBelow = 100

// rowsBelow are the days of which rows lie below the first day of the watch log.
// [DB.AppendViews] refuses views of days that were dropped, but a statement of the
// platform's own is not refused: the floor takes all that is older. One that waited
// while its day was dropped ends there, too. Nobody counts such rows any more.
func (db *DB) rowsBelow(ctx context.Context) (found []Mismatch, err error) {
	var rows []struct {
		Day  settlement.Day `db:"watched_on"`
		Rows int64          `db:"row_count"`
	}
	if err := db.pool.SelectContext(ctx, &rows, `
		SELECT
			watched_on,
			COUNT(*) AS row_count
		FROM watch_log PARTITION (`+floorPartition+`)
		GROUP BY watched_on
		ORDER BY watched_on
		LIMIT ?`, daysBelow); err != nil {
		return nil, fmt.Errorf("look for rows below the first day of the watch log: %w", err)
	}
	for _, row := range rows {
		found = append(found, Mismatch{Day: row.Day, Found: row.Rows, Dropped: true})
	}
	return found, nil
}
