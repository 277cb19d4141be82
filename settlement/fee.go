package settlement

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// basisPointsOfAll is 100 %.
const basisPointsOfAll = 10_000

// maxMethod is how many characters a method may have.
const maxMethod = 16

// CheckMethod refuses what cannot be the name of a method of payment.
func CheckMethod(method string) error {
	if method == "" || len(method) > maxMethod || strings.Trim(method, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return fmt.Errorf("%q is not a method: write 1 to %d of a-z, 0-9, _ and -", method, maxMethod)
	}
	return nil
}

// MethodFee is what the payments by one method cost (R14).
type MethodFee struct {
	Method      string `db:"method" json:"method"`             // such as card
	BasisPoints int64  `db:"basis_points" json:"basis_points"` // of the amount, in 1/10,000: 300 is 3 %
	Fixed       Won    `db:"fixed" json:"fixed"`               // of each payment, on top
}

// feeOn is the fee of an amount from 0 on.
func (f MethodFee) feeOn(amount Won) Won {
	const half = basisPointsOfAll / 2
	exact := uint128{low: half}.plus(uint64(amount), uint64(f.BasisPoints)).plus(uint64(f.Fixed), basisPointsOfAll)
	if fee, fits := exact.over(basisPointsOfAll); fits && fee < uint64(amount) {
		return Won(fee)
	}
	return amount
}

// Exact is what a payment of the amount, from 0 on, costs before it is rounded and
// held against the amount: won with four decimals.
func (f MethodFee) Exact(amount Won) string {
	units := new(big.Int).Mul(big.NewInt(int64(amount)), big.NewInt(f.BasisPoints))
	units.Add(units, new(big.Int).Mul(big.NewInt(int64(f.Fixed)), big.NewInt(basisPointsOfAll)))
	whole, rest := units.QuoRem(units, big.NewInt(basisPointsOfAll), new(big.Int))
	return fmt.Sprintf("%d.%04d", whole, rest)
}

// MethodFees are the fees by method.
type MethodFees []MethodFee

// FeeRule is one version of the fees (R14). A payment has the fee of the version
// that holds on its own day, also when it is late.
type FeeRule struct {
	Version      int64 `db:"version"`    // names the rule in the book of runs
	HoldsFrom    Day   `db:"holds_from"` // first day whose payments have these fees
	Methods      MethodFees
	KeptAtRefund bool `db:"kept_at_refund"` // refunds give back nothing of the fee; else their part of it
}

// Validate says what is wrong with the rule, all of it at once.
func (r FeeRule) Validate() error {
	var problems []error
	refuse := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if len(r.Methods) == 0 {
		refuse("at least one method needs a fee")
	}
	times := map[string]int{}
	for _, fee := range r.Methods {
		if times[fee.Method]++; times[fee.Method] == 2 {
			refuse("the method %q has more than one fee", fee.Method)
		}
		if err := CheckMethod(fee.Method); err != nil {
			problems = append(problems, err)
		}
		if fee.BasisPoints < 0 || fee.BasisPoints > basisPointsOfAll {
			refuse("the fee of %q must be from 0 to 100 %% of the amount", fee.Method)
		}
		if fee.Fixed < 0 {
			refuse("the fixed fee of %q is negative", fee.Method)
		}
	}
	return errors.Join(problems...)
}

// Fee is what a payment of the amount costs by a valid rule: exact, rounded half
// up to whole won once, and at most the amount. It fails with [ErrFees] for
// a method without a fee, and with [ErrOutOfRange] for a negative amount.
func (r FeeRule) Fee(method string, amount Won) (Won, error) {
	fee, err := r.Of(method)
	switch {
	case err != nil:
		return 0, err
	case amount < 0:
		return 0, fmt.Errorf("fee of a negative amount: %w", ErrOutOfRange)
	default:
		return fee.feeOn(amount), nil
	}
}

// Of is the fee of a method. It fails with [ErrFees] for one that has none.
func (r FeeRule) Of(method string) (MethodFee, error) {
	fee, found := r.find(method)
	if !found {
		return fee, Errorf(ErrFees, Period{}, "fee rule %d has no fee for the method %q", r.Version, method)
	}
	return fee, nil
}

func (r FeeRule) find(method string) (MethodFee, bool) {
	for _, fee := range r.Methods {
		if fee.Method == method {
			return fee, true
		}
	}
	return MethodFee{}, false
}
