package workflows

import (
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

const (
	// rowsPerCheck makes a check of rows take a second or two.
	rowsPerCheck = 1_000_000
	// maxChecks keeps the checks of a week a small part of its history.
	maxChecks = 200
)

// checkRows reads the rows of the week's days again, before anybody is paid by
// what was counted of them. Days whose rows are not those that were counted do
// not keep the week from going on, but are shown. Collecting late rows reads no
// others: those that vanished or changed are found here.
func (r *periodRun) checkRows(ctx workflow.Context) error {
	r.progress.enter(ctx, PhaseCheckingRows)
	var plan activities.PlanRowChecksResult
	if err := workflow.ExecuteActivity(withOptions(ctx, retryMinutes, "plan the check of rows of "+r.period.String()), a.PlanRowChecks,
		activities.PlanRowChecksInput{Period: r.period, CheckRows: rowsPerCheck, MaxChecks: maxChecks}).Get(ctx, &plan); err != nil {
		return err
	}
	checked := chunkedRun{period: r.period, parallel: r.parallel, progress: r.progress}
	for i, check := range plan.Checks {
		checked.chunks = append(checked.chunks, activities.PlannedChunk{Number: i + 1, Videos: check.String(), State: settlement.ChunkPlanned})
	}
	r.progress.enterChunks(ctx, PhaseCheckingRows, checked.chunks, settlement.ChunkPlanned)
	found := make([]settlement.Mismatch, len(plan.Checks))
	if err := checked.eachChunk(ctx, "check rows", 1, settlement.ChunkPlanned, func(ctx workflow.Context, chunk *activities.PlannedChunk) error {
		check := plan.Checks[chunk.Number-1]
		err := workflow.ExecuteActivity(ctx, a.CheckRows, check).Get(ctx, &found[chunk.Number-1])
		if err == nil {
			r.progress.chunkDone(ctx, check.Rows)
		}
		return err
	}); err != nil {
		return err
	}
	r.progress.mismatches = mismatchesByDay(found)
	return nil
}

// mismatchesByDay adds up what the checks found, which are in the order of the
// days and their logs, and keeps the days with other rows than were counted.
func mismatchesByDay(found []settlement.Mismatch) (mismatches []settlement.Mismatch) {
	for i, from := 1, 0; i <= len(found); i++ {
		if i < len(found) && found[i].Day == found[from].Day && found[i].Payments == found[from].Payments {
			continue
		}
		day := found[from]
		for _, part := range found[from+1 : i] {
			day.Add(part)
		}
		if !day.None() {
			mismatches = append(mismatches, day)
		}
		from = i
	}
	return mismatches
}
