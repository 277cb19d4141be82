package templates

import (
	"errors"
	"fmt"

	"creatorpay/settlement"
)

// addsUp refuses a statement whose parts contradict each other: better none
// than one that a creator adds up differently.
func (s *Statement) addsUp() error {
	sum, err := s.sums()
	var views int64
	var amount settlement.Won
	for _, day := range s.Days {
		err = errors.Join(err, settlement.AddTo(&views, day.Views), settlement.AddTo(&amount, day.Amount))
	}
	if err != nil {
		return fmt.Errorf("add up: %w", err)
	}
	if total, _ := sum.Total(); views != sum.Views || amount != total {
		// Without the amounts, which are not for logs.
		return errors.New("the days and the videos do not have the same views or amounts")
	} else if err := s.Payout.Check(total); err != nil {
		return err
	}
	for _, line := range s.Lines {
		all := line.WithLate()
		if err := sameCount("views", all.Views, line.OfViews().Count(), line.ViewShares); err != nil {
			return fmt.Errorf("video %d: %w", line.VideoID, err)
		}
		if err := sameCount("ad views", all.AdViews, line.OfAdViews().Count(), line.AdShares); err != nil {
			return fmt.Errorf("video %d: %w", line.VideoID, err)
		}
		if err := line.checkPayments(); err != nil {
			return fmt.Errorf("video %d: %w", line.VideoID, err)
		}
	}
	return nil
}

// checkPayments makes sure that the fees lie between gross and net (R15), of the late
// payments too.
func (l *Line) checkPayments() error {
	figures := []settlement.PaymentFigures{l.Payments}
	for _, late := range l.LatePayments {
		figures = append(figures, late.PaymentFigures)
	}
	for _, of := range figures {
		if of.Gross-of.Fee != of.Net {
			return errors.New("the fees of its payments are not what lies between gross and net")
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
