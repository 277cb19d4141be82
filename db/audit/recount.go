package audit

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// recount judges one chunk's rows of payments once more.
type recount struct {
	books       *closedBooks
	run         db.Run
	fees        settlement.FeeRule // of the day
	judge       *settlement.PaymentJudge
	late        []daylog.LatePayment // those left that the day posts, in key order
	refunds     map[int64]db.Refund  // those left that the day settled, by their ids
	checksum    uint64
	first, last int64                               // payment ids of completed rows; 0 without any
	lines       map[int64]settlement.PaymentFigures // by how much the stored ones exceed the rows, by video
	problems
}

// problems are findings in one chunk, which is looked at beside others.
type problems []problem

type problem struct{ what, text string }

func (p *problems) found(what, text string, args ...any) {
	*p = append(*p, problem{what, fmt.Sprintf(text, args...)})
}

// allFound records the problems of the day's chunks.
func (a *audit) allFound(day settlement.Period, found problems) {
	for _, one := range found {
		a.found(day, one.what, "%s", one.text)
	}
}

// read takes all rows of the chunk from its stored lines.
func (r *recount) read(ctx context.Context, chunk db.Chunk) (err error) {
	day := r.run.StartsOn
	stored, err := r.books.db.PaymentLines(ctx, day, chunk.Range)
	if err != nil {
		return err
	}
	for _, line := range stored {
		r.lines[line.VideoID] = line.PaymentFigures
	}
	if r.late, err = r.books.db.Payments.Posted(ctx, day, chunk.Range); err != nil {
		return err
	}
	if r.refunds, err = r.books.refundsOf(ctx, day, chunk.Range); err != nil {
		return err
	}
	if err := r.books.db.Payments.Scan(ctx, r.run.PaymentsOnTime(), chunk.Range, func() func(settlement.Payment) error { return r.own }); err != nil {
		return err
	}
	if err := r.lateBefore(nil); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(r.refunds)) {
		r.found(ofVideo(r.refunds[id].VideoID), "refund %d was settled, but no row of the day or posted by it says so", id)
	}
	return nil
}

// own takes in a row of the day's own.
func (r *recount) own(row settlement.Payment) error {
	if err := r.lateBefore(&row); err != nil {
		return err
	}
	r.checksum += daylog.PaymentChecksum(row)
	_, err := r.take(&row, r.run.StartsOn, r.fees)
	return err
}

// lateBefore takes in the late rows that the judge is to see before the row, or all
// that are left.
func (r *recount) lateBefore(row *settlement.Payment) error {
	for len(r.late) > 0 {
		late := r.late[0]
		if row != nil && cmp.Or(cmp.Compare(late.VideoID, row.VideoID), cmp.Compare(late.PaymentID, row.PaymentID)) >= 0 {
			return nil
		}
		r.late = r.late[1:]
		fees, usable := r.books.feesOn(late.PaidOn)
		if !usable {
			r.found(latePaymentsOf(late.VideoID, late.PaidOn), "no fees hold on their day, or it is not closed")
			continue
		}
		payment := late.Payment()
		verdict, err := r.take(&payment, late.PaidOn, fees)
		if err != nil {
			return err
		}
		if verdict != late.Verdict {
			r.found(latePaymentsOf(late.VideoID, late.PaidOn), "payment %d was judged %q, should be %q", late.PaymentID, late.Verdict, verdict)
		}
	}
	return nil
}

// take judges the row and takes it from the stored line of its video.
func (r *recount) take(row *settlement.Payment, paidOn settlement.Day, fees settlement.FeeRule) (settlement.PaymentVerdict, error) {
	if row.Status == settlement.PaymentCompleted {
		if r.first == 0 || row.PaymentID < r.first {
			r.first = row.PaymentID
		}
		r.last = max(r.last, row.PaymentID)
	}
	verdict, fee, problems := r.judge.Judge(row, fees)
	if len(problems) > 0 {
		r.found(ofVideo(row.VideoID), "%s", settlement.BadPayment{Payment: *row, Problems: problems})
		return verdict, nil
	}
	if verdict == settlement.PaymentRefunds {
		refund, settled := r.refunds[row.PaymentID]
		if !settled || refund.VideoID != row.VideoID || refund.RefundOf != row.RefundOf || refund.GivenTo-refund.GivenFrom != row.Amount ||
			refund.PaidOn != paidOn || refund.PaidAt.UnixMilli() != row.PaidAt {
			r.found(ofVideo(row.VideoID), "refund %d is not stored as its row has it", row.PaymentID)
		}
		delete(r.refunds, row.PaymentID)
		fee = refund.FeeBack
	}
	var figures settlement.PaymentFigures
	if err := figures.Count(verdict, row.Amount, fee); err != nil {
		return verdict, err
	}
	line := r.lines[row.VideoID]
	err := line.Add(settlement.PaymentFigures{
		Payments: -figures.Payments, Refunds: -figures.Refunds, Pending: -figures.Pending, Cancelled: -figures.Cancelled,
		Repeats: -figures.Repeats, Gross: -figures.Gross, Fee: -figures.Fee, Net: -figures.Net,
	})
	r.lines[row.VideoID] = line
	return verdict, err
}
