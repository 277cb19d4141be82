package audit

import (
	"context"
	"database/sql"

	"creatorpay/settlement"
)

var chainInvariant = Invariant{
	Name:    "chain",
	Meaning: "the closed days follow each other without a gap, and weeks and months have closed days only",
	Remedy:  "the book of runs was changed by hand, since no day closes out of order: put it back from a backup",
	check: func(ctx context.Context, a *audit) error {
		for day := max(a.first, a.firstEver); day <= a.last; day++ {
			gap := day
			for ; a.days[day].State != settlement.Closed; day++ { // the last one is
			}
			if gap < day {
				first, last := settlement.DailyPeriod(gap), settlement.DailyPeriod(day-1)
				a.add(Finding{Period: first, Where: settlement.Span(first, last), Problem: "not closed, but later days are"})
			}
		}
		checkDaysOfPeriods(a)
		return checkBeforeFirst(ctx, a)
	},
}

// checkDaysOfPeriods looks for days that are missing in weeks and months that
// reach out of the range.
func checkDaysOfPeriods(a *audit) {
	for _, run := range a.periods() {
		period := run.Period()
		closed := 0
		for _, day := range a.allDays {
			if period.Start <= day.StartsOn && day.StartsOn < period.End() {
				closed++
			}
		}
		if days := int(period.End() - max(period.Start, a.firstEver)); closed != days {
			a.found(period, "", "is closed, but only %d of its %d days are", closed, days)
		}
	}
}

// checkBeforeFirst looks for days that were settled but are not in the book.
func checkBeforeFirst(ctx context.Context, a *audit) error {
	var before sql.Null[settlement.Day]
	if err := a.tx.GetContext(ctx, &before, `
		SELECT MAX(starts_on)
		FROM daily_settlements
		WHERE starts_on >= ? AND starts_on < ?`, a.first, a.firstEver); err != nil {
		return err
	}
	if before.Valid {
		a.found(settlement.DailyPeriod(before.V), "", "is settled but not closed, and lies before %s, the first closed day", a.firstEver)
	}
	return nil
}
