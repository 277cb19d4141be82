package audit

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

var paymentsInvariant = Invariant{
	Name:    "payments",
	Meaning: "each video's line is what the day's rows of the payments log come to, and the late ones that it posts: each payment and refund settled once over all days (R13 to R16)",
	Remedy:  restoreRows,
	Subject: Logs,
	allRows: true,
	checkLog: func(ctx context.Context, a *audit) error {
		days, err := a.daysInLog(ctx, a.db.Payments.Log)
		if err != nil {
			return err
		}
		for _, run := range days {
			if err := a.checkPayments(ctx, run); err != nil {
				return err
			}
		}
		return nil
	},
}

// checkPayments judges the day's rows again, chunk by chunk: memory grows with the
// videos of a chunk and the late rows, not with the rows.
func (a *audit) checkPayments(ctx context.Context, run db.Run) error {
	fees, usable := a.feesOf(run)
	if !usable {
		return nil // another invariant says so
	}
	known, err := a.knownPayments(ctx, run)
	if err != nil {
		return err
	}
	chunks := a.chunks[run.Period()]
	recounts := make([]*recount, len(chunks))
	if err := inParallel(ctx, chunks, func(ctx context.Context, i int, chunk db.Chunk) error {
		recounts[i] = &recount{
			books: &a.closedBooks, run: run, fees: fees, judge: settlement.NewPaymentJudge(known),
			lines: map[int64]settlement.PaymentFigures{},
		}
		return recounts[i].read(ctx, chunk)
	}); err != nil {
		return err
	}
	for i, chunk := range chunks {
		a.allFound(run.Period(), recounts[i].problems)
		a.comparePayments(run, chunk, recounts[i])
	}
	return nil
}

// comparePayments holds what is stored of the chunk against the recount, from which
// the stored lines have been taken.
func (a *audit) comparePayments(run db.Run, chunk db.Chunk, again *recount) {
	what := fmt.Sprintf("chunk %d (%s)", chunk.Number, chunk)
	if again.checksum != chunk.PaymentsChecksum {
		a.found(run.Period(), what, "payment rows changed: checksum %016x, now %016x", chunk.PaymentsChecksum, again.checksum)
	}
	if first, last := valueOf(chunk.FirstPayment), valueOf(chunk.LastPayment); first != again.first || last != again.last {
		a.found(run.Period(), what, "has seen completed payments from %d to %d, should be %d to %d", first, last, again.first, again.last)
	}
	for _, video := range slices.Sorted(maps.Keys(again.lines)) {
		if problem := excess(again.lines[video].Figures(), "its rows"); problem != "" {
			a.found(run.Period(), ofVideo(video), "%s", problem)
		}
	}
}

// valueOf is 0 for a column that is NULL.
func valueOf(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}
