package answers

import (
	"context"

	"creatorpay/engine/explain"
	"creatorpay/settlement"
)

// Explanation answers how the amount of the creator's video on the closed day came about. A video of which the day has
// neither rows nor late views is an [ErrNotFound], and so is one of another creator.
func (b *Books) Explanation(ctx context.Context, creator, video int64, day settlement.Day) (Sealed[explain.Explanation], error) {
	return Sealed[explain.Explanation]{}, errStub
}
