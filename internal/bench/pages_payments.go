package main

import (
	"context"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db"
	"creatorpay/settlement"
)

const paymentsPage = 500 // rows, as the batch job had, and results written in one transaction

// paymentRow is one row of a page of payments.
type paymentRow struct {
	VideoID   int64                    `db:"video_id"`
	PaymentID int64                    `db:"payment_id"`
	PaidAt    time.Time                `db:"paid_at"`
	Status    settlement.PaymentStatus `db:"status"`
	Amount    settlement.Won           `db:"amount"`
	Method    string                   `db:"method"`
	RefundOf  int64                    `db:"refund_of"`
}

// paymentResult is what the page reader stores of each row that it settles.
type paymentResult struct {
	PaymentID int64          `db:"payment_id"`
	VideoID   int64          `db:"video_id"`
	Amount    settlement.Won `db:"amount"`
	Fee       settlement.Won `db:"fee"`
}

// pageReading is one reading of a day's payments.
type pageReading struct {
	*rig
	run   db.Run
	rule  settlement.FeeRule
	judge *settlement.PaymentJudge
	lines []db.PaymentLine
}

// pagesOfPayments is the shape of a Spring Batch job: pages of rows by key, a result
// stored for each row that is settled, and a line a video at the end. It looks for
// repeats on the day only.
func (r *rig) pagesOfPayments(ctx context.Context, day settlement.Day) (err error) {
	reading := pageReading{rig: r, judge: settlement.NewPaymentJudge(nil)}
	if reading.run, err = r.db.ClosedRun(ctx, settlement.DailyPeriod(day)); err != nil {
		return err
	}
	if reading.rule, err = r.db.FeesOf(ctx, day); err != nil {
		return err
	}
	page := []paymentRow{{PaidAt: time.Unix(0, 0)}} // before all rows; MySQL takes no time of the year 0
	for first := true; first || len(page) == paymentsPage; first = false {
		last := page[len(page)-1]
		page = page[:0]
		if err := r.sql.SelectContext(ctx, &page, `
			SELECT video_id, payment_id, paid_at, status, amount, method, COALESCE(refund_of, 0) AS refund_of
			FROM payments
			WHERE paid_on = ? AND (
				video_id > ?
				OR (video_id = ? AND payment_id > ?)
				OR (video_id = ? AND payment_id = ? AND paid_at > ?)
				OR (video_id = ? AND payment_id = ? AND paid_at = ? AND status > ?)
			)
			ORDER BY video_id, payment_id, paid_at, status
			LIMIT ?`, day, last.VideoID, last.VideoID, last.PaymentID, last.VideoID, last.PaymentID, last.PaidAt,
			last.VideoID, last.PaymentID, last.PaidAt, last.Status, paymentsPage); err != nil {
			return err
		}
		if err := reading.settle(ctx, day, page); err != nil {
			return err
		}
	}
	return reading.store(ctx)
}

// settle judges a page and stores its results.
func (p *pageReading) settle(ctx context.Context, day settlement.Day, page []paymentRow) error {
	var results []paymentResult
	var due []settlement.DuePayment
	for _, row := range page {
		if last := len(p.lines) - 1; last < 0 || p.lines[last].VideoID != row.VideoID {
			p.lines = append(p.lines, db.PaymentLine{Day: day, VideoID: row.VideoID})
		}
		payment := settlement.Payment{
			VideoID: row.VideoID, PaymentID: row.PaymentID, PaidAt: row.PaidAt.UnixMilli(), Status: row.Status,
			Amount: row.Amount, Method: row.Method, RefundOf: row.RefundOf,
		}
		verdict, fee, _ := p.judge.Judge(&payment, p.rule)
		switch verdict {
		case settlement.PaymentRefunds:
			due = append(due, settlement.DuePayment{Payment: payment})
			continue
		case settlement.PaymentSettles:
			results = append(results, paymentResult{row.PaymentID, row.VideoID, row.Amount, fee})
		}
		if err := p.lines[len(p.lines)-1].Count(verdict, row.Amount, fee); err != nil {
			return err
		}
	}
	refunds, err := p.refund(ctx, due)
	if err != nil || len(results)+len(refunds) == 0 {
		return err
	}
	_, err = p.sql.NamedExecContext(ctx, `
		INSERT INTO bench_results (payment_id, video_id, amount, fee)
		VALUES (:payment_id, :video_id, :amount, :fee)`, append(results, refunds...))
	return err
}

// refund settles the page's refunds.
func (p *pageReading) refund(ctx context.Context, due []settlement.DuePayment) (results []paymentResult, err error) {
	ids := make([]int64, len(due))
	for i, row := range due {
		ids[i] = row.RefundOf
	}
	slices.Sort(ids)
	found, given, err := p.db.PaymentsToRefund(ctx, p.run, ids)
	if err != nil {
		return nil, err
	}
	var payments []settlement.PaidPayment
	for id, row := range found {
		fee, err := p.rule.Fee(row.Method, row.Amount)
		if err != nil {
			return nil, err
		}
		payments = append(payments, settlement.PaidPayment{PaymentID: id, VideoID: row.VideoID, Amount: row.Amount, Fee: fee, Given: given[id]})
	}
	refunds, _ := settlement.SettleRefunds(due, payments)
	for _, refund := range refunds {
		at, _ := slices.BinarySearchFunc(p.lines, refund.VideoID, func(line db.PaymentLine, video int64) int { return int(line.VideoID - video) })
		if err := p.lines[at].Count(settlement.PaymentRefunds, refund.Amount, refund.FeeBack); err != nil {
			return nil, err
		}
		results = append(results, paymentResult{refund.PaymentID, refund.VideoID, -refund.Amount, -refund.FeeBack})
	}
	return results, nil
}

// store stores a line a video.
func (p *pageReading) store(ctx context.Context) error {
	owners, err := p.db.Owners(ctx, settlement.Range{})
	if err != nil {
		return err
	}
	creators := make(map[int64]int64, len(owners))
	for _, owner := range owners {
		creators[owner.VideoID] = owner.CreatorID
	}
	for i := range p.lines {
		p.lines[i].CreatorID = creators[p.lines[i].VideoID]
	}
	columns := ofPayments[0].columns
	for part := range slices.Chunk(p.lines, paymentsPage) {
		if _, err := sqlx.NamedExecContext(ctx, p.sql, `
			INSERT INTO bench_payments (`+columns.List()+`)
			VALUES (`+columns.Named()+`)`, part); err != nil {
			return err
		}
	}
	return nil
}
