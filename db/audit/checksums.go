package audit

import (
	"context"
	"fmt"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

var checksumsInvariant = Invariant{
	Name:    "checksums",
	Meaning: "each chunk's rows in the watch log are those that were counted, by the sum of their hashes",
	Remedy:  restoreRows,
	Subject: Logs,
	allRows: true,
	checkLog: func(ctx context.Context, a *audit) error {
		days, err := a.daysInLog(ctx, a.db.Log.Log)
		if err != nil {
			return err
		}
		for _, run := range days {
			if err := a.checkChecksums(ctx, run.OnTime(), a.chunks[run.Period()]); err != nil {
				return err
			}
		}
		return nil
	},
}

// checkChecksums reads the day's rows that were there when it closed.
func (a *audit) checkChecksums(ctx context.Context, day daylog.OnTime, chunks []db.Chunk) error {
	sums, rows := make([]uint64, len(chunks)), make([]int64, len(chunks))
	err := inParallel(ctx, chunks, func(ctx context.Context, i int, chunk db.Chunk) (err error) {
		rows[i], sums[i], err = a.db.Log.Sum(ctx, day, chunk.Range)
		return err
	})
	if err != nil {
		return err
	}
	for i, chunk := range chunks {
		if sums[i] == chunk.Checksum {
			continue
		}
		what := "rows changed"
		if rows[i] != chunk.Statistics.Rows() {
			what = fmt.Sprintf("%s counted, %d there", settlement.Count(chunk.Statistics.Rows(), "row"), rows[i])
		}
		a.found(settlement.DailyPeriod(day.Day), fmt.Sprintf("chunk %d (%s)", chunk.Number, chunk), "%s: checksum %016x, now %016x", what, chunk.Checksum, sums[i])
	}
	return nil
}
