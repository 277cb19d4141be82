package daylog

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Droppable is a day whose rows nobody needs any more.
type Droppable struct {
	Day  settlement.Day
	Rows int64
	// Seen is what was seen in the day and in the next one: while it stays as it
	// is, nobody needs the day.
	Seen []Seen
}

// onTime are the day's own rows.
func (d Droppable) onTime() OnTime {
	for _, seen := range d.Seen {
		if seen.Day == d.Day {
			return OnTime{Day: d.Day, LateFrom: seen.Epoch}
		}
	}
	return OnTime{Day: d.Day}
}

// Seen is how many rows a day had from an epoch on.
type Seen struct {
	Day   settlement.Day
	Epoch int64
	Rows  int64
}

// Drop removes the day, the first of the log, and its rows. What must be known of
// them is stored before, all of it again if a drop breaks off. It fails with a
// [settlement.ErrNeeded] when other rows are there than were seen, and with a
// [settlement.ErrBusy] while somebody uses the log; then nothing of the day
// is lost. Those who write to the log wait for an instant: only late rows are
// counted, by their index.
func (l *Log) Drop(ctx context.Context, day Droppable) error {
	err := l.drop(ctx, day)
	if server.ErrorNumber(err) == server.UnknownPartition { // another one may have dropped it meanwhile
		if there, lookErr := l.Has(ctx, day.Day); lookErr == nil && !there {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("drop %s: %w", day.Day, err)
	}
	return nil
}

func (l *Log) drop(ctx context.Context, day Droppable) error {
	if l.keep != nil {
		if err := l.pool.InTx(ctx, func(tx *sqlx.Tx) error { return l.keep(ctx, tx, day.onTime()) }); err != nil {
			return err
		}
	}
	dialect, err := l.pool.Dialect(ctx)
	if err != nil {
		return err
	}
	if dialect.LocksTables() {
		return l.dropLocked(ctx, day)
	}
	return l.dropUnlocked(ctx, day)
}

// dropLocked drops the day while nobody else can write.
func (l *Log) dropLocked(ctx context.Context, day Droppable) error {
	return l.withShortWait(ctx, func(ctx context.Context, conn *sqlx.Conn) error {
		// No row is lost that came after the day was looked at, and none is posted.
		if err := l.lockAll(ctx, conn); err != nil {
			return err
		}
		if err := l.checkSeen(ctx, conn, day); err != nil {
			return err
		}
		name := partitionName(day.Day)
		if err := l.alterOn(ctx, conn, `TRUNCATE PARTITION `+name); err != nil {
			return err
		}
		// Dropping it would stretch the next day's partition down over the dropped
		// day; the floor takes its place instead.
		return l.alterOn(ctx, conn, floorUpTo(day.Day+1, name))
	})
}

// checkSeen fails with a [settlement.ErrNeeded] when other rows are there than were
// seen.
func (l *Log) checkSeen(ctx context.Context, from sqlx.QueryerContext, day Droppable) error {
	for _, seen := range day.Seen {
		var rows int64
		if err := sqlx.GetContext(ctx, from, &rows, `
			SELECT COUNT(*)
			FROM `+l.partition(seen.Day)+` `+l.byEpoch()+`
			WHERE epoch >= ?`, seen.Epoch); err != nil {
			return err
		}
		if rows != seen.Rows {
			return settlement.Errorf(settlement.ErrNeeded, settlement.DailyPeriod(day.Day),
				"%s is not dropped: rows came while it was looked at; look again", day.Day)
		}
	}
	return nil
}
