package daylog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// DaysAfter are the days of the log after the given one.
func (l *Log) DaysAfter(ctx context.Context, after settlement.Day) (days []settlement.Day, err error) {
	return l.daysAfter(ctx, l.pool, after)
}

func (l *Log) daysAfter(ctx context.Context, from sqlx.QueryerContext, after settlement.Day) (days []settlement.Day, err error) {
	present, err := l.partitions(ctx, from)
	for _, partition := range present {
		if partition.Day > after {
			days = append(days, partition.Day)
		}
	}
	return days, err
}

// CheckEmpty fails with a [settlement.ErrHasRows] that names the days with rows.
func (l *Log) CheckEmpty(ctx context.Context, days []settlement.Day) error {
	var used []settlement.Day
	for _, day := range days {
		found, err := l.HasRows(ctx, day)
		if err != nil {
			return err
		}
		if found {
			used = append(used, day)
		}
	}
	if len(used) > 0 {
		return l.haveRows(used)
	}
	return nil
}

// RemoveEmptyDays takes the room of the days after the given one: of all of them
// or, with a [settlement.ErrHasRows], of none. It refuses to on TiDB.
func (l *Log) RemoveEmptyDays(ctx context.Context, after settlement.Day) error {
	days, err := l.DaysAfter(ctx, after)
	if err != nil || len(days) == 0 {
		return err
	}
	if err := l.CheckEmpty(ctx, days); err != nil {
		return err
	}
	dialect, err := l.pool.Dialect(ctx)
	if err != nil {
		return err
	}
	if !dialect.LocksTables() {
		return fmt.Errorf("%s cannot keep rows from coming while room for them is removed, and would lose them: the days stay, and are settled without rows when their time comes", dialect)
	}
	if err := l.withShortWait(ctx, func(ctx context.Context, conn *sqlx.Conn) error {
		// Days and rows that came since somebody looked are seen.
		if err := l.lockAll(ctx, conn); err != nil {
			return err
		}
		days, err := l.daysAfter(ctx, conn, after)
		if err != nil || len(days) == 0 {
			return err
		}
		names := make([]string, len(days))
		for i, day := range days {
			names[i] = partitionName(day)
		}
		list := strings.Join(names, ", ")
		var came settlement.Day
		switch err := conn.GetContext(ctx, &came, `
			SELECT `+l.day+`
			FROM `+l.table+` PARTITION (`+list+`)
			LIMIT 1`); {
		case err == nil:
			return l.haveRows([]settlement.Day{came})
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		return l.alterOn(ctx, conn, `DROP PARTITION `+list)
	}); err != nil {
		return fmt.Errorf("remove the days after %s: %w", after, err)
	}
	return nil
}

// daysNamed is how many days an error names.
const daysNamed = 20

func (l *Log) haveRows(days []settlement.Day) error {
	var named []string
	for _, day := range days[:min(len(days), daysNamed)] {
		named = append(named, day.String())
	}
	if more := len(days) - len(named); more > 0 {
		named = append(named, fmt.Sprintf("and %d more", more))
	}
	return settlement.Errorf(settlement.ErrHasRows, settlement.Period{}, "no day is removed, because %s are stored for %s", l.rows, strings.Join(named, ", "))
}
