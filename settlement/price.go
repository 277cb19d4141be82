package settlement

import (
	"errors"
	"fmt"
	"iter"
	"math"
)

// UnitPrice is what one view pays, in 1/10,000 won: 11,000 is 1.1 won.
type UnitPrice int64

// UnitsPerWon is how many [UnitPrice] units make one won.
const UnitsPerWon = 10_000

// Tier is a unit price and the ordinal from which on it holds (R4).
type Tier struct {
	From  int64     `db:"from_ordinal" json:"from"` // 1 is a video's first view
	Price UnitPrice `db:"unit_price" json:"price"`
}

// Tiers price a video's views, or its ad views, by ordinal. The first tier
// starts at 1, each further one above the one before it.
type Tiers []Tier

// PriceRule is one version of the prices (R4).
type PriceRule struct {
	Version   int64 // names the rule in the book of runs
	HoldsFrom Day   // first day that is settled by it
	Views     Tiers
	AdViews   Tiers
}

// Validate says what is wrong with the rule, all of it at once.
func (r PriceRule) Validate() error {
	return errors.Join(r.Views.validate("views"), r.AdViews.validate("ad views"))
}

func (tiers Tiers) validate(what string) error {
	var problems []error
	if len(tiers) == 0 || tiers[0].From != 1 {
		problems = append(problems, fmt.Errorf("the first price of %s must hold from ordinal 1", what))
	}
	for i, tier := range tiers {
		if tier.Price < 0 {
			problems = append(problems, fmt.Errorf("the price of %s from ordinal %d is negative", what, tier.From))
		}
		if i > 0 && tier.From <= tiers[i-1].From {
			problems = append(problems, fmt.Errorf("the prices of %s must be ordered by ordinal: %d does not come after %d", what, tier.From, tiers[i-1].From))
		}
	}
	return errors.Join(problems...)
}

// Ordinals are the numbers of a period's views in a video's whole life: those
// above From, up to and including To (R7). From is where the last settled day
// ended, or the video's opening ordinal (R6).
type Ordinals struct {
	From int64
	To   int64
}

// Count is how many ordinals there are.
func (o Ordinals) Count() int64 { return o.To - o.From }

// Next are the ordinals of count further views.
func (o Ordinals) Next(count int64) (Ordinals, error) {
	if count < 0 || o.To > math.MaxInt64-count {
		return Ordinals{}, fmt.Errorf("%d views after ordinal %d: %w", count, o.To, ErrOutOfRange)
	}
	return Ordinals{From: o.To, To: o.To + count}, nil
}

// Amount is what the views with these ordinals earn by valid tiers: exact, then
// cut to whole won once (R5). It fails with [ErrOutOfRange] when it does not fit.
func (tiers Tiers) Amount(ordinals Ordinals) (Won, error) {
	if won, fits := tiers.units(ordinals).over(UnitsPerWon); fits && won <= math.MaxInt64 {
		return Won(won), nil
	}
	return 0, fmt.Errorf("price ordinals %d to %d: %w", ordinals.From+1, ordinals.To, ErrOutOfRange)
}

// units is the exact amount before it is cut to whole won. At most 2^63 ordinals,
// each in one tier at a price below 2^63, stay below 2^126.
func (tiers Tiers) units(ordinals Ordinals) (sum uint128) {
	for share := range tiers.Shares(ordinals) {
		sum = sum.plus(uint64(share.Count), uint64(share.Price))
	}
	return sum
}

// Share is how many views are paid at one unit price.
type Share struct {
	Price UnitPrice
	Count int64
}

// Shares are the ordinals by the tier that prices them (R4), in the order of the
// tiers. Tiers that price none of them are left out.
func (tiers Tiers) Shares(ordinals Ordinals) iter.Seq[Share] {
	return func(yield func(Share) bool) {
		for i, tier := range tiers {
			above := max(ordinals.From, tier.From-1)
			upTo := ordinals.To
			if i+1 < len(tiers) {
				upTo = min(upTo, tiers[i+1].From-1)
			}
			if upTo > above && !yield(Share{Price: tier.Price, Count: upTo - above}) {
				return
			}
		}
	}
}
