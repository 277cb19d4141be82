package watchlog

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Restored is what putting the rows of a closed day back comes to.
type Restored struct {
	Counted int64 // rows that were counted and are missing or have other figures
	Posted  int64 // the same of late rows that were posted
	Removed int64 // rows with an epoch from before the close that the backup does not have
}

// None tells whether there is nothing to put back.
func (r Restored) None() bool { return r == Restored{} }

// onTimeEpoch lies before every close.
const onTimeEpoch = 0

// errRehearsed takes back what a rehearsal has done.
var errRehearsed = errors.New("rehearsed")

// databaseName is what the name of a database may be made of here: it stands in
// statements.
var databaseName = regexp.MustCompile(`^[0-9A-Za-z_$-]{1,64}$`)

// Restore makes the rows of a closed day those of a backup, a database on the same
// server with a watch log of its own that was copied after the day had closed:
// counted is how many rows were counted then. Rows that are right stay as they
// are, so that it can be repeated. Late rows that were posted come from the copy
// that was posted; those that nobody has posted stay as they are. All of it is one
// transaction; a rehearsal takes it back. It fails with a [settlement.ErrBackup]
// for a backup that is not the one that is needed.
func (l *Log) Restore(ctx context.Context, day OnTime, counted int64, backup string, rehearsal bool) (restored Restored, err error) {
	if !databaseName.MatchString(backup) {
		return restored, wrongBackup(day, "%q is not the name of a database", backup)
	}
	from := "`" + backup + "`.watch_log"
	if err := l.checkBackup(ctx, day, counted, from); err != nil {
		return restored, fmt.Errorf("restore %s: %w", day.Day, err)
	}
	err = l.pool.InTx(ctx, func(tx *sqlx.Tx) (err error) {
		if restored, err = restore(ctx, tx, day, from); err == nil && rehearsal {
			err = errRehearsed
		}
		return err
	})
	if err != nil && !errors.Is(err, errRehearsed) {
		return restored, fmt.Errorf("restore %s: %w", day.Day, err)
	}
	return restored, nil
}

func wrongBackup(day OnTime, problem string, args ...any) error {
	return settlement.Errorf(settlement.ErrBackup, settlement.DailyPeriod(day.Day), problem, args...)
}

func (l *Log) checkBackup(ctx context.Context, day OnTime, counted int64, from string) error {
	var rows int64
	err := l.pool.GetContext(ctx, &rows, `
		SELECT COUNT(*)
		FROM `+from+`
		WHERE watched_on = ? AND epoch < ?`, day.Day, day.LateFrom)
	switch number := server.ErrorNumber(err); {
	case number == server.NoSuchTable || number == server.UnknownTable || number == server.UnknownColumn || number == server.UnknownDatabase:
		return wrongBackup(day, "the database of the backup has no watch log like this one (%s)", err)
	case err != nil:
		return err
	case rows != counted:
		return wrongBackup(day, "of the day's rows that were on time the backup has %s, but %d were counted: take one that was made after the day had closed",
			settlement.Number(rows), counted)
	}
	return nil
}

// differs is that the row l of the log is missing, or has other figures than b.
const differs = "(l.view_id IS NULL OR l.played_seconds <> b.played_seconds OR l.ad_views <> b.ad_views)"

const sameKey = "l.watched_on = b.watched_on AND l.video_id = b.video_id AND l.viewer_id = b.viewer_id AND l.watched_at = b.watched_at AND l.view_id = b.view_id"

func restore(ctx context.Context, tx *sqlx.Tx, day OnTime, from string) (restored Restored, err error) {
	// A row that was inserted again without its epoch, and that a later day has
	// posted, stays a late one: it cannot be both.
	const notPosted = " AND NOT EXISTS (SELECT 1 FROM late_views p WHERE p.watched_on = b.watched_on AND p.video_id = b.video_id AND p.viewer_id = b.viewer_id AND p.watched_at = b.watched_at AND p.view_id = b.view_id)"
	onTime := from + " b LEFT JOIN watch_log l ON " + sameKey + " WHERE b.watched_on = ? AND b.epoch < ? AND (" + differs + " OR l.epoch >= ?)" + notPosted
	posted := "late_views b LEFT JOIN watch_log l ON " + sameKey + " WHERE b.watched_on = ? AND (" + differs + " OR l.epoch < ?)"
	for _, step := range []struct {
		rows   *int64
		source string
		args   []any
		epoch  string
	}{
		{&restored.Counted, onTime, []any{day.Day, day.LateFrom, day.LateFrom}, fmt.Sprint(onTimeEpoch)},
		{&restored.Posted, posted, []any{day.Day, day.LateFrom}, fmt.Sprint(day.LateFrom)},
	} {
		if err := tx.GetContext(ctx, step.rows, `SELECT COUNT(*) FROM `+step.source, step.args...); err != nil {
			return restored, fmt.Errorf("compare with %s: %w", from, err)
		}
		if *step.rows == 0 {
			continue
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, epoch)
			SELECT b.watched_on, b.video_id, b.viewer_id, b.watched_at, b.view_id, b.played_seconds, b.ad_views, `+step.epoch+`
			FROM `+step.source+`
			ON DUPLICATE KEY UPDATE
				played_seconds = VALUES(played_seconds),
				ad_views = VALUES(ad_views),
				epoch = VALUES(epoch)`, step.args...); err != nil {
			return restored, fmt.Errorf("put rows of %s back: %w", from, err)
		}
	}
	result, err := tx.ExecContext(ctx, `
		DELETE l
		FROM watch_log l
		LEFT JOIN `+from+` b ON `+sameKey+`
		WHERE l.watched_on = ? AND l.epoch < ? AND b.view_id IS NULL`, day.Day, day.LateFrom)
	if err != nil {
		return restored, fmt.Errorf("remove rows that %s does not have: %w", from, err)
	}
	restored.Removed, err = result.RowsAffected()
	return restored, err
}
