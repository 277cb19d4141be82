package activities

import (
	"context"
	"fmt"

	"creatorpay/engine/verify"
	"creatorpay/settlement"
)

func (c RowCheck) String() string {
	if c.First == c.Last {
		return fmt.Sprintf("%s, chunk %d", c.Day, c.First)
	}
	return fmt.Sprintf("%s, chunks %d to %d", c.Day, c.First, c.Last)
}

// PlanRowChecks finds what is to be read again of the period's days: all chunks
// of those that the watch log still has. It is the same each time, since closed
// days keep their chunks.
func (a *Activities) PlanRowChecks(ctx context.Context, input PlanRowChecksInput) (result PlanRowChecksResult, err error) {
	days, err := a.DB.ClosedDays(ctx, input.Period)
	if err != nil {
		return result, err
	}
	var total int64
	for _, day := range days {
		total += day.Rows()
	}
	rows := max(input.CheckRows, total/int64(input.MaxChecks)+1)
	for _, day := range days {
		kept, err := a.DB.Log.Has(ctx, day.StartsOn)
		if err != nil {
			return result, err
		}
		if !kept {
			continue
		}
		chunks, err := a.DB.Chunks(ctx, day.Period())
		if err != nil {
			return result, err
		}
		for i, chunk := range chunks {
			checks := result.Checks
			if last := len(checks) - 1; i > 0 && checks[last].Rows+chunk.Rows() <= rows {
				checks[last].Last = chunk.Number
				checks[last].Rows += chunk.Rows()
				continue
			}
			result.Checks = append(checks, RowCheck{Day: day.StartsOn, First: chunk.Number, Last: chunk.Number, Rows: chunk.Rows()})
		}
	}
	return result, nil
}

// CheckRows reads the rows of a few chunks of a closed day again and compares
// them with those that were counted. Other rows are no error: nothing is ever
// adjusted for them, and the run that asks shows an alarm.
func (a *Activities) CheckRows(ctx context.Context, input RowCheck) (found settlement.Mismatch, err error) {
	day, err := a.DB.ClosedRun(ctx, settlement.DailyPeriod(input.Day))
	if err != nil {
		return found, err
	}
	chunks, err := a.DB.Chunks(ctx, day.Period())
	if err != nil {
		return found, err
	}
	if found, err = verify.Chunks(ctx, a.DB, day, chunks[input.First-1:input.Last]); err != nil {
		return found, err
	}
	if !found.None() {
		reportMismatch(ctx, found)
	}
	return found, nil
}
