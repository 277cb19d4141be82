package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"creatorpay/settlement"
)

var kinds = []settlement.Kind{settlement.Daily, settlement.Weekly, settlement.Monthly}

var chainInvariant = Invariant{
	Name:    "chain",
	Meaning: "the closed days follow each other without a gap, and weeks and months have closed days only",
	Remedy:  "the book of runs was changed by hand, since no day closes out of order: put it back from a backup",
	check: func(ctx context.Context, a *audit) error {
		var book struct {
			First settlement.Day `db:"first"`
			Last  settlement.Day `db:"last"`
		}
		if err := a.tx.GetContext(ctx, &book, `
			SELECT
				MIN(starts_on) AS first,
				MAX(starts_on) AS last
			FROM runs
			WHERE kind = ? AND version = ? AND state = ?`, settlement.Daily, runVersion, settlement.Closed); err != nil {
			return err
		}
		for day := max(a.first, book.First); day <= a.last; day++ {
			gap := day
			for ; a.days[day].State != settlement.Closed; day++ { // the last one is
			}
			if gap < day {
				a.found(settlement.Span(settlement.DailyPeriod(gap), settlement.DailyPeriod(day-1)), "not closed, but later days are")
			}
		}
		if err := checkDaysOfPeriods(ctx, a, book.First); err != nil {
			return err
		}
		return checkBeforeFirst(ctx, a, book.First)
	},
}

// checkDaysOfPeriods looks for days that are missing in weeks and months that
// reach out of the range.
func checkDaysOfPeriods(ctx context.Context, a *audit, firstEver settlement.Day) error {
	for _, run := range slices.Concat(a.runs[settlement.Weekly], a.runs[settlement.Monthly]) {
		period := run.Period()
		var closed int
		if err := a.tx.GetContext(ctx, &closed, `
			SELECT COUNT(*)
			FROM runs
			WHERE kind = ? AND version = ? AND state = ? AND starts_on >= ? AND starts_on < ?`,
			settlement.Daily, runVersion, settlement.Closed, period.Start, period.End()); err != nil {
			return err
		}
		if days := int(period.End() - max(period.Start, firstEver)); closed != days {
			a.found(period.String(), "is closed, but only %d of its %d days are", closed, days)
		}
	}
	return nil
}

// checkBeforeFirst looks for days that were settled but are not in the book.
func checkBeforeFirst(ctx context.Context, a *audit, firstEver settlement.Day) error {
	var before sql.Null[settlement.Day]
	if err := a.tx.GetContext(ctx, &before, `
		SELECT MAX(starts_on)
		FROM daily_settlements
		WHERE starts_on >= ? AND starts_on < ?`, a.first, firstEver); err != nil {
		return err
	}
	if before.Valid {
		a.found(before.V.String(), "is settled but not closed, and lies before %s, the first closed day", firstEver)
	}
	return nil
}

var chunksInvariant = Invariant{
	Name:    "chunks",
	Meaning: "the chunks of each period cover every video once, and all of them are settled",
	Remedy:  "the plan of a closed period was changed by hand: put its rows of run_chunks back from a backup",
	check: func(ctx context.Context, a *audit) error {
		for _, kind := range kinds {
			chunks, err := a.chunks(ctx, kind)
			if err != nil {
				return err
			}
			for _, run := range a.runs[kind] {
				checkPlan(a, run.Period(), chunks[run.StartsOn])
			}
		}
		return nil
	},
}

func checkPlan(a *audit, period settlement.Period, chunks []Chunk) {
	if len(chunks) == 0 {
		a.found(period.String(), "has no chunks")
		return
	}
	for i, chunk := range chunks {
		where := fmt.Sprintf("%s, chunk %d", period, chunk.Number)
		if chunk.Number != i+1 {
			a.found(where, "is number %d of the plan", i+1)
		}
		if chunk.State != settlement.ChunkDone || chunk.UnknownRows != 0 {
			a.found(where, "is %s and has %s of unknown videos", chunk.State, settlement.Count(chunk.UnknownRows, "row"))
		}
		if chunk.From != nil && chunk.Before != nil && *chunk.From >= *chunk.Before {
			a.found(where, "has no videos: it begins with %d and ends before %d", *chunk.From, *chunk.Before)
		}
		switch {
		case i == 0 && chunk.From != nil:
			a.found(where, "has %s: the first chunk has no lower end", chunk)
		case i > 0 && (chunk.From == nil || chunks[i-1].Before == nil || *chunk.From != *chunks[i-1].Before):
			a.found(where, "has %s, the one before has %s", chunk, chunks[i-1])
		}
		if i == len(chunks)-1 && chunk.Before != nil {
			a.found(where, "has %s: the last chunk has no upper end", chunk)
		}
	}
}

// chunks are those of all closed periods of the kind, by their first day and in
// key order.
func (a *audit) chunks(ctx context.Context, kind settlement.Kind) (map[settlement.Day][]Chunk, error) {
	type row struct {
		StartsOn settlement.Day `db:"starts_on"`
		Chunk
	}
	first, last := a.span(kind)
	found := make(map[settlement.Day][]Chunk)
	err := eachRow(ctx, a, `
		SELECT
			starts_on, `+chunkColumns.List()+`
		FROM run_chunks
		WHERE kind = ? AND version = ? AND starts_on BETWEEN ? AND ?
		ORDER BY starts_on, chunk`, []any{kind, runVersion, first, last}, func(r row) {
		found[r.StartsOn] = append(found[r.StartsOn], r.Chunk)
	})
	return found, err
}
