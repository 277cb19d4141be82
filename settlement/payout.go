package settlement

import "errors"

// Payout is what is paid for a creator's week where one that closed before it, or
// the week itself, came out negative (R16): BroughtForward and the week's total are
// together what is payable and what is carried forward. It is the zero value where
// nothing is carried: then all of the week's total is paid.
type Payout struct {
	BroughtForward Won `json:"brought_forward"` // what the weeks that closed before it still owe: 0 or less
	Payable        Won `json:"payable"`         // 0 or more
	CarriedForward Won `json:"carried_forward"` // what it leaves to the week that closes next: 0 or less
}

// IsZero tells whether nothing is carried: all of the week's total is paid.
func (p Payout) IsZero() bool { return p == Payout{} }

// Payouts are those of a creator's weeks. The totals come in the order in which the
// weeks closed. It fails with [ErrOutOfRange].
func Payouts(totals []Won) ([]Payout, error) {
	payouts := make([]Payout, len(totals))
	var owed Won
	for i, total := range totals {
		balance := owed
		if err := AddTo(&balance, total); err != nil {
			return nil, err
		}
		if owed < 0 || balance < 0 {
			payouts[i] = Payout{BroughtForward: owed, Payable: max(balance, 0), CarriedForward: min(balance, 0)}
		}
		owed = min(balance, 0)
	}
	return payouts, nil
}

// Check makes sure that the payout is that of a week with the total. It fails with
// [ErrOutOfRange], too.
func (p Payout) Check(total Won) error {
	if p.IsZero() {
		return nil
	}
	balance, rest := p.BroughtForward, p.Payable
	if err := errors.Join(AddTo(&balance, total), AddTo(&rest, p.CarriedForward)); err != nil {
		return err
	}
	if p.BroughtForward > 0 || p.Payable < 0 || p.CarriedForward > 0 || p.Payable > 0 && p.CarriedForward < 0 || balance != rest {
		return errors.New("what is paid and carried is not what the week and the weeks before it come to")
	}
	return nil
}
