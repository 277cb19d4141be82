package answers

import (
	"context"

	"creatorpay/db"
	"creatorpay/engine/explain"
	"creatorpay/settlement"
)

// Explanation answers how the amount of the creator's video on the closed day came about. A video of which the day has
// neither rows of either log nor late ones is an [ErrNotFound], and so is one of another creator.
func (b *Books) Explanation(ctx context.Context, creator, video int64, day settlement.Day) (Sealed[explain.Explanation], error) {
	return sealed(ctx, b, settlement.DailyPeriod(day), func(ctx context.Context, books *db.DB, run db.SealedRun) (explain.Explanation, error) {
		found, there, err := explain.Read(ctx, books, run, video)
		if err != nil {
			return explain.Explanation{}, err
		}
		if !there || found.CreatorID() != creator {
			return explain.Explanation{}, videoNotFound(video)
		}
		return found.Explain(), nil
	})
}
