package answers

import (
	"context"

	"creatorpay/db"
	"creatorpay/engine/export"
	"creatorpay/settlement"
)

// Top5 is the platform's ranking by both metrics.
type Top5 struct {
	export.Head
	Lines []export.TopRow `json:"lines" nullable:"false" doc:"By metric and rank, as in the export."`
}

// Top5 answers with the closed period's rankings.
func (b *Books) Top5(ctx context.Context, period settlement.Period) (Sealed[Top5], error) {
	return sealed(ctx, b, period, func(ctx context.Context, books *db.DB, _ db.SealedRun) (Top5, error) {
		top := Top5{Head: export.HeadOf(period), Lines: []export.TopRow{}}
		err := export.EachTop(ctx, books, period, func(row export.TopRow) error {
			top.Lines = append(top.Lines, row)
			return nil
		})
		return top, err
	})
}
