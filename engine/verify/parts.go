package verify

import (
	"context"

	"creatorpay/db"
	"creatorpay/settlement"
)

// Part is chunks of a closed day that follow each other.
type Part struct {
	Day   settlement.Day
	First int   // number of a chunk
	Last  int   // number of a chunk, itself in the part
	Rows  int64 // that were counted
}

// Parts cuts the closed days of a period into parts, by day and chunk, without
// those that the watch log does not have any more. Neighbouring chunks are put
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
		total += day.Statistics.Rows()
	}
	rows = max(rows, total/int64(most)+1)
	for _, day := range days {
		kept, err := database.Log.Has(ctx, day.StartsOn)
		if err != nil {
			return nil, err
		}
		if !kept {
			continue
		}
		chunks, err := database.Chunks(ctx, day.Period())
		if err != nil {
			return nil, err
		}
		for i, chunk := range chunks {
			if last := len(parts) - 1; i > 0 && parts[last].Rows+chunk.Statistics.Rows() <= rows {
				parts[last].Last = chunk.Number
				parts[last].Rows += chunk.Statistics.Rows()
				continue
			}
			parts = append(parts, Part{Day: day.StartsOn, First: chunk.Number, Last: chunk.Number, Rows: chunk.Statistics.Rows()})
		}
	}
	return parts, nil
}
