package daylog

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Restored is what putting the rows of a closed day back comes to.
type Restored struct {
	Counted int64 // rows that were counted and are missing or have other figures
	Posted  int64 // the same of late rows that were posted
	Late    int64 // late rows that no day has posted, and that have an epoch from before the close
	Removed int64 // rows with an epoch from before the close that the backup does not have
}

// Add takes in what was put back in another log.
func (r *Restored) Add(other Restored) {
	r.Counted += other.Counted
	r.Posted += other.Posted
	r.Late += other.Late
	r.Removed += other.Removed
}

// None tells whether there is nothing to put back.
func (r Restored) None() bool { return r == Restored{} }

// onTimeEpoch lies before every close.
const onTimeEpoch = 0

// databaseName is what the name of a database may be made of here: it stands in
// statements.
var databaseName = regexp.MustCompile(`^[0-9A-Za-z_$-]{1,64}$`)

// Restore makes the rows of a closed day those of a backup that
// [Log.CheckBackup] has nothing against. Rows that are right stay as they
// are, so that it can be repeated. Late rows that were posted come from the copy
// that was posted; those that nobody has posted stay as they are, but for an epoch from before the close. Each of the ranges, which
// together have every video once, is one transaction; a rehearsal only counts.
func (l *Log) Restore(ctx context.Context, day OnTime, backup string, ranges []settlement.Range, rehearsal bool) (restored Restored, err error) {
	from := l.in(backup)
	for _, videos := range ranges {
		var of Restored
		if err := l.pool.InTx(ctx, func(tx *sqlx.Tx) (err error) {
			of, err = l.restore(ctx, tx, day, from, videos, rehearsal)
			return err
		}); err != nil {
			return restored, fmt.Errorf("restore %s, %s: %w", day.Day, videos, err)
		}
		restored.Add(of)
	}
	return restored, nil
}

func wrongBackup(day OnTime, problem string, args ...any) error {
	return settlement.Errorf(settlement.ErrBackup, settlement.DailyPeriod(day.Day), problem, args...)
}

// in is the log of another database of the server.
func (l *Log) in(database string) string { return "`" + database + "`." + l.table }

// CheckBackup makes sure that the backup, a database on the same server, has a log
// of its own that was copied after the day had closed: counted is how many rows
// were counted then. It fails with a [settlement.ErrBackup].
func (l *Log) CheckBackup(ctx context.Context, day OnTime, counted int64, backup string) error {
	if !databaseName.MatchString(backup) {
		return wrongBackup(day, "%q is not the name of a database", backup)
	}
	var rows int64
	err := l.pool.GetContext(ctx, &rows, `
		SELECT COUNT(*)
		FROM `+l.in(backup)+`
		WHERE `+l.day+` = ? AND epoch < ?`, day.Day, day.LateFrom)
	switch number := server.ErrorNumber(err); {
	case number == server.NoSuchTable || number == server.UnknownTable || number == server.UnknownColumn || number == server.UnknownDatabase:
		return wrongBackup(day, "the database of the backup has no %s like this one (%s)", l.name, err)
	case err != nil:
		return fmt.Errorf("look into the %s of %s: %w", l.name, backup, err)
	case rows != counted:
		return wrongBackup(day, "of the day's rows in the %s that were on time the backup has %s, but %d were counted: take one that was made after the day had closed",
			l.name, settlement.Number(rows), counted)
	}
	return nil
}

func (l *Log) restore(ctx context.Context, tx *sqlx.Tx, day OnTime, from string, videos settlement.Range, rehearsal bool) (restored Restored, err error) {
	columns, figures := l.columns(), slices.Concat(l.figures, l.optional)
	same := l.same("l", "b")
	differs := "(l." + l.id + " IS NULL OR " + l.other("l", "b") + ")"
	// A row that was inserted again without its epoch, and that a later day has
	// posted, stays a late one: it cannot be both.
	notPosted := " AND NOT EXISTS (SELECT 1 FROM " + l.late + " p WHERE " + l.same("p", "b") + ")"
	inBackup, ofVideos := server.Between("b.video_id", videos)
	onTime := from + " b LEFT JOIN " + l.table + " l ON " + same + " WHERE b." + l.day + " = ? AND b.epoch < ? AND (" + differs + " OR l.epoch >= ?)" + notPosted + " AND " + inBackup
	unposted := from + " b JOIN " + l.table + " l ON " + same + " WHERE b." + l.day + " = ? AND b.epoch >= ? AND l.epoch < ?" + notPosted + " AND " + inBackup
	posted := l.late + " b LEFT JOIN " + l.table + " l ON " + same + " WHERE b." + l.day + " = ? AND (" + differs + " OR l.epoch < ?) AND " + inBackup
	for _, step := range []struct {
		rows   *int64
		source string
		args   []any
		epoch  string
	}{
		{&restored.Counted, onTime, slices.Concat([]any{day.Day, day.LateFrom, day.LateFrom}, ofVideos), fmt.Sprint(onTimeEpoch)},
		{&restored.Posted, posted, slices.Concat([]any{day.Day, day.LateFrom}, ofVideos), fmt.Sprint(day.LateFrom)},
		{&restored.Late, unposted, slices.Concat([]any{day.Day, day.LateFrom, day.LateFrom}, ofVideos), fmt.Sprint(day.LateFrom)},
	} {
		if err := tx.GetContext(ctx, step.rows, `SELECT COUNT(*) FROM `+step.source, step.args...); err != nil {
			return restored, fmt.Errorf("compare with %s: %w", from, err)
		}
		if *step.rows == 0 || rehearsal {
			continue
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO `+l.table+` (`+columns.List()+`, epoch)
			SELECT `+columns.Each("b.%s")+`, `+step.epoch+`
			FROM `+step.source+`
			ON DUPLICATE KEY UPDATE
				`+figures.Joined("%s = VALUES(%s)", ",\n\t\t\t\t")+`,
				epoch = VALUES(epoch)`, step.args...); err != nil {
			return restored, fmt.Errorf("put rows of %s back: %w", from, err)
		}
	}
	// Posted rows with a wrong epoch are put right, whoever has them.
	here, _ := server.Between("l.video_id", videos)
	toRemove := `
		FROM ` + l.table + ` l
		LEFT JOIN ` + from + ` b ON ` + same + `
		WHERE l.` + l.day + ` = ? AND l.epoch < ? AND b.` + l.id + ` IS NULL AND NOT EXISTS (SELECT 1 FROM ` + l.late + ` p WHERE ` + l.same("p", "l") + `) AND ` + here
	args := slices.Concat([]any{day.Day, day.LateFrom}, ofVideos)
	if err := tx.GetContext(ctx, &restored.Removed, `SELECT COUNT(*)`+toRemove, args...); err != nil {
		return restored, fmt.Errorf("compare with %s: %w", from, err)
	}
	if restored.Removed == 0 || rehearsal {
		return restored, nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE l`+toRemove, args...); err != nil {
		return restored, fmt.Errorf("remove rows that %s does not have: %w", from, err)
	}
	return restored, nil
}
