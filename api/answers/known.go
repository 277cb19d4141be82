package answers

import (
	"context"

	"github.com/maypok86/otter/v2"

	"creatorpay/db"
	"creatorpay/settlement"
)

const (
	// mostSeals bounds the memory for seals: about ten years of days, weeks and months.
	mostSeals = 4096
	// mostCommons bounds that for what statements have in common, which is larger: two years of weeks.
	mostCommons = 104
)

// known is what is known of periods that were seen closed: it never changes.
type known[T any] = otter.Cache[settlement.Period, T]

func newKnown[T any](most int) *known[T] {
	return otter.Must(&otter.Options[settlement.Period, T]{MaximumSize: most})
}

// Seal is what the answers about the period are sealed with: see [Sealed]. A closed period is asked for once, and then
// remembered: no database is needed any more. Otherwise it fails with a [settlement.ErrNotClosed].
func (b *Books) Seal(ctx context.Context, period settlement.Period) (string, error) {
	if seal, found := b.seals.GetIfPresent(period); found {
		return seal, nil
	}
	answer, err := sealed(ctx, b, period, func(context.Context, *db.DB, db.SealedRun) (struct{}, error) { return struct{}{}, nil })
	return answer.Seal, err
}
