package answers

import (
	"context"
	"sync"

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
type known[T any] struct {
	most  int
	mutex sync.Mutex
	of    map[settlement.Period]T
}

func newKnown[T any](most int) *known[T] {
	return &known[T]{most: most, of: make(map[settlement.Period]T)}
}

func (k *known[T]) find(period settlement.Period) (what T, found bool) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	what, found = k.of[period]
	return what, found
}

// keep takes the place of any other period when there are too many.
func (k *known[T]) keep(period settlement.Period, what T) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if _, found := k.of[period]; !found && len(k.of) >= k.most {
		for other := range k.of {
			delete(k.of, other)
			break
		}
	}
	k.of[period] = what
}

// Seal is what the answers about the period are sealed with: see [Sealed]. A closed period is asked for once, and then
// remembered: no database is needed any more. Otherwise it fails with a [settlement.ErrNotClosed].
func (b *Books) Seal(ctx context.Context, period settlement.Period) (string, error) {
	if seal, found := b.seals.find(period); found {
		return seal, nil
	}
	answer, err := sealed(ctx, b, period, func(context.Context, *db.DB, db.SealedRun) (struct{}, error) { return struct{}{}, nil })
	return answer.Seal, err
}
