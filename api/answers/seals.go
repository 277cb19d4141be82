package answers

import (
	"context"
	"sync"

	"creatorpay/db"
	"creatorpay/settlement"
)

// mostSeals bounds the memory for seals: about ten years of days, weeks and months.
const mostSeals = 4096

// seals are those of periods that were seen closed: they never change.
type seals struct {
	mutex sync.Mutex
	known map[settlement.Period]string
}

func (s *seals) find(period settlement.Period) (seal string, found bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	seal, found = s.known[period]
	return seal, found
}

// keep takes the place of any other period when there are too many.
func (s *seals) keep(period settlement.Period, seal string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, found := s.known[period]; !found && len(s.known) >= mostSeals {
		for other := range s.known {
			delete(s.known, other)
			break
		}
	}
	s.known[period] = seal
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
