package settlement

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// percentDecimals is how many decimals a percentage has: the last one is a basis
// point.
const percentDecimals = 2

var errNotFee = errors.New("write a method, its percentage with at most 2 decimals and its fixed won, such as card:3%+100")

// Percent writes the part of the amount with the decimals that it needs: 3.5.
func (f MethodFee) Percent() string { return decimalText(f.BasisPoints, percentDecimals) }

// String writes the fee as [ParseFees] reads it: card:3%+100.
func (f MethodFee) String() string {
	text := f.Method + ":" + f.Percent() + "%"
	if f.Fixed != 0 {
		text += fmt.Sprintf("+%d", int64(f.Fixed))
	}
	return text
}

// String writes the fees as [ParseFees] reads them: card:3%+100,transfer:1.5%+200.
func (fees MethodFees) String() string {
	parts := make([]string, len(fees))
	for i, fee := range fees {
		parts[i] = fee.String()
	}
	return strings.Join(parts, ",")
}

// String is what each payment costs and what becomes of it at a refund, without
// the version and its day.
func (r FeeRule) String() string {
	if r.KeptAtRefund {
		return fmt.Sprintf("%s, kept at a refund", r.Methods)
	}
	return fmt.Sprintf("%s, given back at a refund", r.Methods)
}

// ParseFees reads fees such as card:3%+100,transfer:1.5%: a percentage and, where
// there are any, won on top for each payment. They come in the order of their
// methods, so that equal fees are equal lists. Whether they can be used is for
// [FeeRule.Validate] to say.
func ParseFees(text string) (fees MethodFees, err error) {
	for part := range strings.SplitSeq(text, ",") {
		fee, err := parseFee(part)
		if err != nil {
			return nil, fmt.Errorf("%q is not a fee: %w", part, err)
		}
		fees = append(fees, fee)
	}
	slices.SortStableFunc(fees, func(a, b MethodFee) int { return cmp.Compare(a.Method, b.Method) })
	return fees, nil
}

func parseFee(text string) (fee MethodFee, err error) {
	method, amount, _ := strings.Cut(text, ":")
	percent, fixed, isPercent := strings.Cut(amount, "%")
	if !isPercent {
		return fee, errNotFee
	}
	fee.Method = method
	if fee.BasisPoints, err = parseDecimal(percent, percentDecimals, errNotFee); err != nil || fixed == "" {
		return fee, err
	}
	won, isPlus := strings.CutPrefix(fixed, "+")
	if !isPlus {
		return fee, errNotFee
	}
	units, err := parseDecimal(won, 0, errNotFee)
	fee.Fixed = Won(units)
	return fee, err
}
