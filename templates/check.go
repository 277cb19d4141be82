package templates

import (
	"errors"
	"fmt"

	"creatorpay/settlement"
)

// addsUp refuses a statement whose parts contradict each other: better none
// than one that a creator adds up differently.
func (s *Statement) addsUp() error {
	sum, earned, err := s.sums()
	var views int64
	var amount settlement.Won
	for _, day := range s.Days {
		err = errors.Join(err, settlement.AddTo(&views, day.Views), settlement.AddTo(&amount, day.Amount))
	}
	if err != nil {
		return fmt.Errorf("add up: %w", err)
	}
	if views != sum.Views || amount != earned.VideoAmount+earned.AdAmount {
		// Without the amounts, which are not for logs.
		return errors.New("the days and the videos do not have the same views or amounts")
	}
	for _, line := range s.Lines {
		all := line.WithLate()
		if err := sameCount("views", all.Views, line.OfViews().Count(), line.ViewShares); err != nil {
			return fmt.Errorf("video %d: %w", line.VideoID, err)
		}
		if err := sameCount("ad views", all.AdViews, line.OfAdViews().Count(), line.AdShares); err != nil {
			return fmt.Errorf("video %d: %w", line.VideoID, err)
		}
	}
	return nil
}

func sameCount(what string, counted, ordinals int64, shares []settlement.Share) error {
	var priced int64
	for _, share := range shares {
		priced += share.Count
	}
	if counted != ordinals || counted != priced {
		return fmt.Errorf("%d %s, but %d ordinals and %d with a price", counted, what, ordinals, priced)
	}
	return nil
}
