package answers

import (
	"context"

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
	return Sealed[Top5]{}, errStub
}
