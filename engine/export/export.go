// Package export writes the results of closed periods as CSV or JSON. The row types are its contract: their
// fields are the columns, in order and under the names that readers rely on.
package export

import (
	"context"
	"fmt"
	"io"

	"creatorpay/db"
	"creatorpay/settlement"
)

// What is one export.
type What string

// The exports.
const (
	Statistics  What = "statistics"
	Settlement  What = "settlement"
	Adjustments What = "adjustments"
	Top5        What = "top5"
)

// Format is how rows are written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	JSON Format = "json" // an array with an object for each row
)

// Write writes the period's rows, ordered by their key columns, as they are read: memory does not grow with
// them. The period must be closed, as [db.DB.ClosedRun] tells: others have rows, too, which mean nothing yet.
func Write(ctx context.Context, to io.Writer, database *db.DB, what What, period settlement.Period, format Format) error {
	from := source{database, period}
	switch what {
	case Statistics:
		return write(ctx, to, format, from.statistics)
	case Settlement:
		return write(ctx, to, format, from.settlements)
	case Adjustments:
		return write(ctx, to, format, from.adjustments)
	case Top5:
		return write(ctx, to, format, from.top5)
	default:
		return fmt.Errorf("%q is no export", what)
	}
}

// source reads the rows of a period.
type source struct {
	db     *db.DB
	period settlement.Period
}

func (s source) head() Head { return Head{s.period.Kind, s.period.Start} }
