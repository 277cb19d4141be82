package activities

import (
	"context"
	"fmt"

	"creatorpay/engine/verify"
	"creatorpay/settlement"
)

// String names the chunks for people.
func (c RowCheck) String() string {
	name := c.Day.String()
	if c.Payments {
		name += ", payments"
	}
	if c.First == c.Last {
		return fmt.Sprintf("%s, chunk %d", name, c.First)
	}
	return fmt.Sprintf("%s, chunks %d to %d", name, c.First, c.Last)
}

// PlanRowChecks finds what is to be read again of the period's days: all chunks
// of those that a log still has. It is the same each time, since closed
// days keep their chunks.
func (a *Activities) PlanRowChecks(ctx context.Context, input PlanRowChecksInput) (result PlanRowChecksResult, err error) {
	parts, err := verify.Parts(ctx, a.DB, input.Period, input.CheckRows, input.MaxChecks)
	for _, part := range parts {
		result.Checks = append(result.Checks, RowCheck(part))
	}
	return result, err
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
	if found, err = verify.Chunks(ctx, a.DB, day, chunks[input.First-1:input.Last], input.Payments); err != nil {
		return found, err
	}
	if !found.None() {
		reportMismatch(ctx, found)
	}
	return found, nil
}
