package watchlog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// View is one line of the watch log.
type View struct {
	Day           settlement.Day // business day in which the play started
	VideoID       int64
	ViewerID      int64 // 0 is anonymous
	WatchedAt     int64 // start in milliseconds since 1970-01-01 UTC
	ViewID        int64
	PlayedSeconds uint32
	AdViews       uint32
}

// Insert adds the views that the indexes name, in the caller's transaction; their
// partitions must exist. Those that are there already are left alone; those that
// are there with other figures are returned as conflicts, by index. Views that
// are sorted as the log is (by video, viewer, start and id) are stored fastest.
func Insert(ctx context.Context, tx *sqlx.Tx, views []View, indexes []int) (added int64, conflicts []int, err error) {
	for part := range slices.Chunk(indexes, viewsPerStatement) {
		result, err := tx.ExecContext(ctx, insertViews(views, part))
		if err != nil {
			return 0, nil, err
		}
		fresh, err := result.RowsAffected()
		if err != nil {
			return 0, nil, err
		}
		added += fresh
		if fresh == int64(len(part)) {
			continue
		}
		more, err := findConflicts(ctx, tx, views, part)
		if err != nil {
			return 0, nil, err
		}
		conflicts = append(conflicts, more...)
	}
	return added, conflicts, nil
}

// viewsPerStatement bounds the length of one statement. What the server makes of
// 500 views still fits into its processor's cache: longer statements cost it more
// per view, as do shorter ones.
const viewsPerStatement = 500

// Dates and times as numbers cost the server a fifth less per view than as text.
const (
	dateLayout     = "20060102"
	datetimeLayout = "20060102150405.000"
	secondsPerDay  = 24 * 60 * 60
)

// insertViews writes one statement for all views that the indexes name. It
// holds nothing but numbers, so it needs no escaping; one assignment that
// changes nothing makes the server pass over rows that are there already
// without, as INSERT IGNORE would, hiding other errors.
func insertViews(views []View, indexes []int) string {
	statement := []byte(`
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES `)
	for n, i := range indexes {
		view := &views[i]
		if n > 0 {
			statement = append(statement, ',')
		}
		statement = append(statement, '(')
		statement = time.Unix(int64(view.Day)*secondsPerDay, 0).UTC().AppendFormat(statement, dateLayout)
		statement = append(statement, ',')
		statement = strconv.AppendInt(statement, view.VideoID, 10)
		statement = append(statement, ',')
		statement = strconv.AppendInt(statement, view.ViewerID, 10)
		statement = append(statement, ',')
		statement = time.UnixMilli(view.WatchedAt).UTC().AppendFormat(statement, datetimeLayout)
		statement = append(statement, ',')
		statement = strconv.AppendInt(statement, view.ViewID, 10)
		statement = append(statement, ',')
		statement = strconv.AppendUint(statement, uint64(view.PlayedSeconds), 10)
		statement = append(statement, ',')
		statement = strconv.AppendUint(statement, uint64(view.AdViews), 10)
		statement = append(statement, ')')
	}
	return string(append(statement, `
		ON DUPLICATE KEY UPDATE view_id = VALUES(view_id)`...))
}

// findConflicts names those of the views that are stored with other figures.
func findConflicts(ctx context.Context, tx *sqlx.Tx, views []View, indexes []int) (conflicts []int, err error) {
	type key struct {
		day                       settlement.Day
		video, viewer, at, viewID int64
	}
	wanted := make(map[key]int, len(indexes))
	query := `
		SELECT
			watched_on,
			video_id,
			viewer_id,
			watched_at,
			view_id,
			played_seconds,
			ad_views
		FROM watch_log
		WHERE (watched_on, video_id, viewer_id, watched_at, view_id) IN (`
	args := make([]any, 0, 5*len(indexes))
	for n, i := range indexes {
		view := views[i]
		k := key{view.Day, view.VideoID, view.ViewerID, view.WatchedAt, view.ViewID}
		if first, twice := wanted[k]; twice {
			if views[first].PlayedSeconds != view.PlayedSeconds || views[first].AdViews != view.AdViews {
				conflicts = append(conflicts, i)
			}
			continue
		}
		wanted[k] = i
		if n > 0 {
			query += ", "
		}
		query += "(?, ?, ?, ?, ?)"
		args = append(args, view.Day, view.VideoID, view.ViewerID, time.UnixMilli(view.WatchedAt).UTC(), view.ViewID)
	}
	rows, err := tx.QueryContext(ctx, query+")", args...)
	if err != nil {
		return nil, fmt.Errorf("compare with stored views: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var stored View
		var at time.Time
		if err := rows.Scan(&stored.Day, &stored.VideoID, &stored.ViewerID, &at, &stored.ViewID, &stored.PlayedSeconds, &stored.AdViews); err != nil {
			return nil, err
		}
		i := wanted[key{stored.Day, stored.VideoID, stored.ViewerID, at.UnixMilli(), stored.ViewID}]
		if views[i].PlayedSeconds != stored.PlayedSeconds || views[i].AdViews != stored.AdViews {
			conflicts = append(conflicts, i)
		}
	}
	return conflicts, rows.Err()
}
