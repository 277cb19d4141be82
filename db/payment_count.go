package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// PaymentCount is what counting the payments of one chunk gave.
type PaymentCount struct {
	Lines       []PaymentLine // by video
	UnknownRows int64         // rows, late ones too, whose video is unknown: in no line
	Checksum    uint64        // of all rows of the day's own that were read
	IDs         []int64       // payment ids of the completed rows, in order and each once

	Late        []daylog.LatePayment // that the day posts, with their verdicts
	Adjustments []PaymentAdjustment  // what Late come to, by video and origin day
	Refunds     []Refund             // that were settled

	Contested []int64 // ids of payments and refunds that the count itself found to be contested, in order
}

// idRange is the smallest and the largest of the ids, nil without any.
func (c *PaymentCount) idRange() (first, last *int64) {
	if len(c.IDs) == 0 {
		return nil, nil
	}
	return &c.IDs[0], &c.IDs[len(c.IDs)-1]
}

// Refund is a settled refund: which part of its payment it gave back.
type Refund struct {
	PaymentID int64          `db:"payment_id"` // of the refund
	RefundOf  int64          `db:"refund_of"`
	VideoID   int64          `db:"video_id"`
	SettledOn settlement.Day `db:"settled_on"`
	PaidOn    settlement.Day `db:"paid_on"` // its own day, an earlier one if it came late
	PaidAt    time.Time      `db:"paid_at"`
	Paid      settlement.Won `db:"paid"`       // the amount of the payment
	PaidFee   settlement.Won `db:"paid_fee"`   // of the payment
	FeeRule   int64          `db:"fee_rule"`   // the version of the fees of the payment's day
	GivenFrom settlement.Won `db:"given_from"` // won given back before
	GivenTo   settlement.Won `db:"given_to"`
	FeeBack   settlement.Won `db:"fee_back"`
}

var refundColumns = server.ColumnsOf(Refund{})

// Refunds are what the day settled of the videos' refunds, at most so many: by
// video, and then in the order of their own times.
func (db *DB) Refunds(ctx context.Context, settledOn settlement.Day, videos settlement.Range, most int) (refunds []Refund, err error) {
	where, args := server.Between("video_id", videos)
	if err := db.pool.SelectContext(ctx, &refunds, `
		SELECT `+refundColumns.List()+`
		FROM payment_refunds
		WHERE settled_on = ? AND `+where+`
		ORDER BY video_id, paid_at, payment_id
		LIMIT ?`, slices.Concat([]any{settledOn}, args, []any{most})...); err != nil {
		return nil, fmt.Errorf("read refunds of %s: %w", settledOn, err)
	}
	return refunds, nil
}

// totals are what the lines and the adjustments come to. It fails with
// [settlement.ErrOutOfRange].
func (c *PaymentCount) totals() (sum settlement.Totals, err error) {
	for _, line := range c.Lines {
		if err := sum.PaymentFigures.Add(line.PaymentFigures); err != nil {
			return sum, fmt.Errorf("add up payments to video %d: %w", line.VideoID, err)
		}
	}
	for _, adjustment := range c.Adjustments {
		sum.LatePayments += adjustment.Rows()
	}
	return sum, nil
}

// storePayments stores what counting payments gave.
func (db *DB) storePayments(ctx context.Context, tx *sqlx.Tx, day settlement.Day, chunk int, count *PaymentCount) error {
	if err := storePaymentIDs(ctx, tx, day, chunk, count.IDs); err != nil {
		return err
	}
	if err := server.Insert(ctx, tx, "daily_payments", count.Lines); err != nil {
		return err
	}
	if err := db.Payments.StoreVerdicts(ctx, tx, count.Late); err != nil {
		return err
	}
	if err := server.Insert(ctx, tx, "payment_adjustments", count.Adjustments); err != nil {
		return err
	}
	if err := storeUndecided(ctx, tx, day, count.Contested, anew); err != nil {
		return err
	}
	if err := takeRefunds(ctx, tx, day, count.Refunds); err != nil {
		return err
	}
	return server.Insert(ctx, tx, "payment_refunds", count.Refunds)
}

// takeRefunds deletes what other chunks stored of the refunds, or of what else they give
// back: chunks that do not know yet that a refund or its payment is contested settle it
// twice. The next check has those counted again that lose rows here. Of two that are
// stored at the same moment one is refused by the keys of the table, and sees the rows
// of the other when [server.Pool.InTx] runs it again.
func takeRefunds(ctx context.Context, tx *sqlx.Tx, day settlement.Day, refunds []Refund) error {
	ids := map[string][]int64{}
	for _, refund := range refunds {
		ids["payment_id"] = append(ids["payment_id"], refund.PaymentID)
		ids["refund_of"] = append(ids["refund_of"], refund.RefundOf)
	}
	var taken []int64
	for column, of := range ids {
		found, err := server.SelectByIDs[int64](ctx, tx, `
			SELECT payment_id
			FROM payment_refunds
			WHERE settled_on = ? AND `+column+` IN (?)`, of, day)
		if err != nil {
			return err
		}
		taken = append(taken, found...)
	}
	slices.Sort(taken)
	taken = slices.Compact(taken)
	if err := server.ExecByIDs(ctx, tx, `
		DELETE FROM payment_refunds
		WHERE settled_on = ? AND payment_id IN (?)`, taken, day); err != nil {
		return err
	}
	// What a check has decided stays: it is the chunk of the settled row that takes it
	// from one that has not been counted again yet.
	return storeUndecided(ctx, tx, day, taken, ifNotDecided)
}
