package oracle

import (
	"math/big"
)

// Fee is what payments by one method cost: a percentage, such as "1.5", and won on top.
type Fee struct {
	Method, Percent string
	Won             int64
}

// Fees are a version of the fees and the first day on which it holds.
type Fees struct {
	From string
	Fees []Fee
	Kept bool // a refund gives back nothing of the fee
}

// standardFees are those of R14, which hold unless a test adds others.
func standardFees() Fees {
	return Fees{From: "1970-01-01", Fees: []Fee{{"card", "3", 100}, {"transfer", "1.5", 200}, {"mobile", "4.5", 50}}}
}

func (p *Platform) feesOn(day string) (fees Fees) {
	for _, later := range p.Fees {
		if later.From <= day {
			fees = later
		}
	}
	return fees
}

// fee is what the payment costs by the fees of its own day: exact, rounded half up
// to whole won, and never more than its amount (R14).
func (p *Platform) fee(paid Payment) int64 {
	for _, fee := range p.feesOn(p.PaidOn(paid)).Fees {
		if fee.Method != paid.Method {
			continue
		}
		percent, ok := new(big.Rat).SetString(fee.Percent)
		if !ok {
			panic("not a percentage: " + fee.Percent)
		}
		exact := new(big.Rat).Mul(big.NewRat(paid.Amount, 100), percent)
		exact.Add(exact, big.NewRat(fee.Won, 1))
		return min(paid.Amount, floor(exact.Add(exact, big.NewRat(1, 2))))
	}
	panic("no fee for " + paid.Method)
}

// feeBack is how much of the payment's fee has been given back once so much of its
// amount has (R14).
func (p *Platform) feeBack(paid Payment, given int64) int64 {
	if p.feesOn(p.PaidOn(paid)).Kept {
		return 0
	}
	return floor(new(big.Rat).Mul(big.NewRat(p.fee(paid), paid.Amount), big.NewRat(given, 1)))
}

// floor cuts a fraction that is not negative to a whole number.
func floor(exact *big.Rat) int64 { return new(big.Int).Quo(exact.Num(), exact.Denom()).Int64() }
