package oracle

import (
	"math/big"
)

// Tier is a price in won, such as "1.1", and the ordinal from which on it holds.
type Tier struct {
	From int64
	Won  string
}

// Prices are a price rule and the first day on which it holds.
type Prices struct {
	From       string
	Views, Ads []Tier
}

func (p *Platform) pricesOn(day string) (rule Prices) {
	for _, later := range p.Prices {
		if later.From <= day {
			rule = later
		}
	}
	return rule
}

// amount is what the ordinals above from, up to and including to, earn: exact,
// then cut to whole won (R5).
func amount(tiers []Tier, from, to int64) int64 {
	return floor(new(big.Rat).Sub(earned(tiers, to), earned(tiers, from)))
}

// earned is what the ordinals 1 to n earn together (R4).
func earned(tiers []Tier, n int64) *big.Rat {
	sum := new(big.Rat)
	for i, t := range tiers {
		last := n
		if i+1 < len(tiers) {
			last = min(n, tiers[i+1].From-1)
		}
		if last >= t.From {
			sum.Add(sum, new(big.Rat).Mul(price(t), big.NewRat(last-t.From+1, 1)))
		}
	}
	return sum
}

func price(t Tier) *big.Rat {
	won, ok := new(big.Rat).SetString(t.Won)
	if !ok {
		panic("not a price: " + t.Won)
	}
	return won
}
