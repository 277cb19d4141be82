package verify

import (
	"context"
	"errors"

	"creatorpay/db"
	"creatorpay/settlement"
)

// Part is chunks of a closed day that follow each other, in one of the logs.
type Part struct {
	Day      settlement.Day
	First    int   // number of a chunk
	Last     int   // number of a chunk, itself in the part
	Rows     int64 // that were counted
	Payments bool  // in the payments log, else in the watch log
}

// Parts cuts the closed days of a period into parts, by day, log and chunk, without
// those whose rows are not all there any more. Neighbouring chunks are put
// together up to the given rows, or up to the share of all rows that each of so
// many parts would have. It is the same each time, since closed days keep their
// chunks.
func Parts(ctx context.Context, database *db.DB, period settlement.Period, rows int64, most int) (parts []Part, err error) {
	days, err := database.ClosedDays(ctx, period)
	if err != nil {
		return nil, err
	}
	var total int64
	for _, day := range days {
		total += day.Statistics.Rows() + day.OwnPayments()
	}
	rows = max(rows, total/int64(most)+1)
	for _, day := range days {
		logs, err := logsOf(ctx, database, day)
		if errors.Is(err, settlement.ErrMissing) {
			continue
		}
		if err != nil {
			return nil, err
		}
		chunks, err := database.Chunks(ctx, day.Period())
		if err != nil {
			return nil, err
		}
		for _, log := range logs {
			parts = append(parts, partsOf(day.StartsOn, log.payments, chunks, rows)...)
		}
	}
	return parts, nil
}

// partsOf puts the day's chunks together, up to so many rows of one of the logs.
func partsOf(day settlement.Day, payments bool, chunks []db.Chunk, rows int64) (parts []Part) {
	for _, chunk := range chunks {
		counted := Rows{Chunk: chunk, Payments: payments}.Counted()
		if last := len(parts) - 1; last >= 0 && parts[last].Rows+counted <= rows {
			parts[last].Last = chunk.Number
			parts[last].Rows += counted
			continue
		}
		parts = append(parts, Part{Day: day, First: chunk.Number, Last: chunk.Number, Rows: counted, Payments: payments})
	}
	return parts
}
