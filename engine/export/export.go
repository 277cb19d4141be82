// Package export writes the results of closed periods as CSV or JSON. The row types are its contract: their
// fields are the columns, in order and under the names that readers rely on.
package export

import (
	"context"
	"errors"
	"fmt"
	"io"

	"creatorpay/db"
	"creatorpay/settlement"
)

// What is one export.
type What string

// The exports.
const (
	Statistics         What = "statistics"
	Settlement         What = "settlement"
	Adjustments        What = "adjustments"
	Payments           What = "payments"
	PaymentAdjustments What = "payment-adjustments"
	Payouts            What = "payouts" // of weeks only
	Top5               What = "top5"
)

// Check makes sure that there is such an export of periods of the kind.
func (w What) Check(kind settlement.Kind) error {
	if w == Payouts && kind != settlement.Weekly {
		return errors.New("payouts are of weeks: choose weekly, nothing is paid for a day or a month by itself")
	}
	return nil
}

// Format is how rows are written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	JSON Format = "json" // an array with an object for each row
)

// Write writes the period's rows, ordered by their key columns, as they are read: memory does not grow with
// them, but with the creators to or from whose week something is carried. The period must be closed, as [db.DB.ClosedRun]
// tells: others have rows, too, which mean nothing yet. It fails as [What.Check] does.
func Write(ctx context.Context, to io.Writer, from *db.DB, what What, period settlement.Period, format Format) error {
	if err := what.Check(period.Kind); err != nil {
		return err
	}
	switch what {
	case Statistics:
		return write(ctx, to, format, all(EachStatistics, from, period))
	case Settlement:
		return write(ctx, to, format, all(EachSettlement, from, period))
	case Adjustments:
		return write(ctx, to, format, all(EachAdjustment, from, period))
	case Payments:
		return write(ctx, to, format, all(EachPayment, from, period))
	case PaymentAdjustments:
		return write(ctx, to, format, all(EachPaymentAdjustment, from, period))
	case Payouts:
		return write(ctx, to, format, func(ctx context.Context, each func(PayoutRow) error) error {
			return EachPayout(ctx, from, period, each)
		})
	case Top5:
		return write(ctx, to, format, func(ctx context.Context, each func(TopRow) error) error { return EachTop(ctx, from, period, each) })
	default:
		return fmt.Errorf("%q is no export", what)
	}
}

// all reads all lines of the period.
func all[T any](read func(context.Context, *db.DB, settlement.Period, db.Lines, func(T) error) error, from *db.DB, period settlement.Period) func(context.Context, func(T) error) error {
	return func(ctx context.Context, each func(T) error) error { return read(ctx, from, period, db.AllLines, each) }
}
