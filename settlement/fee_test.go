package settlement

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// standardFees are version 1 of R14.
var standardFees = FeeRule{
	Version: 1,
	Methods: MethodFees{{"card", 300, 100}, {"transfer", 150, 200}, {"mobile", 450, 50}},
}

func TestR14_Fee(t *testing.T) {
	tests := []struct {
		rule   string
		fee    MethodFee
		amount Won
		want   Won
	}{
		{"basis points of the amount and the fixed won", MethodFee{"m", 300, 100}, 10_000, 400},
		{"below half a won is rounded down", MethodFee{"m", 1, 0}, 4_999, 0},
		{"half a won is rounded up", MethodFee{"m", 1, 0}, 5_000, 1},
		{"below one and a half is rounded down", MethodFee{"m", 1, 0}, 14_999, 1},
		{"rounded after the fixed won came on top", MethodFee{"m", 1, 3}, 5_000, 4},
		{"never more than the amount", MethodFee{"m", 300, 100}, 99, 99},
		{"as much as the amount", MethodFee{"m", 0, 100}, 100, 100},
		{"the whole amount at 100 %", MethodFee{"m", 10_000, 0}, 12_345, 12_345},
		{"nothing of nothing", MethodFee{"m", 300, 100}, 0, 0},
		{"no fee at all", MethodFee{"m", 0, 0}, 1_000, 0},
		{"exact where floating point is not", MethodFee{"m", 9_999, 0}, 1<<53 - 1, 9_006_298_534_815_517},
		{"exact at the greatest amount", MethodFee{"m", 5_000, 0}, math.MaxInt64, 1 << 62},
		{"the greatest fee is the amount", MethodFee{"m", 10_000, math.MaxInt64}, math.MaxInt64, math.MaxInt64},
		{"the greatest fixed won do not wrap around", MethodFee{"m", 0, math.MaxInt64}, 7, 7},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			fee, err := FeeRule{Methods: MethodFees{test.fee}}.Fee("m", test.amount)
			require.NoError(t, err)
			require.Equal(t, test.want, fee)
		})
	}

	t.Run("of its own method", func(t *testing.T) {
		for method, want := range map[string]Won{"card": 400, "transfer": 350, "mobile": 500} {
			fee, err := standardFees.Fee(method, 10_000)
			require.NoError(t, err)
			require.Equal(t, want, fee, method)
		}
	})
	t.Run("a method without a fee is named", func(t *testing.T) {
		_, err := standardFees.Fee("cash", 10_000)
		require.ErrorIs(t, err, ErrFees)
		require.EqualError(t, err, `fee rule 1 has no fee for the method "cash"`)
	})
	t.Run("a method is written as it is", func(t *testing.T) {
		_, err := standardFees.Fee("Card", 10_000)
		require.ErrorIs(t, err, ErrFees)
	})
	t.Run("a negative amount is refused", func(t *testing.T) {
		_, err := standardFees.Fee("card", -1)
		require.ErrorIs(t, err, ErrOutOfRange)
	})
}

func TestR14_FeeRuleIsValidated(t *testing.T) {
	const notMethod = "is not a method: write 1 to 16 of a-z, 0-9, _ and -"
	tests := []struct {
		rule     string
		fees     MethodFees
		problems []string
	}{
		{"a fee may be 0", MethodFees{{"card", 0, 0}}, nil},
		{"a fee may be 100 %", MethodFees{{"card", 10_000, math.MaxInt64}}, nil},
		{"a method has up to 16 characters", MethodFees{{"bank_transfer-24", 1, 1}}, nil},
		{"a fee is needed", nil, []string{"at least one method needs a fee"}},
		{"a method is named once", MethodFees{{"card", 1, 1}, {"mobile", 1, 1}, {"card", 1, 1}}, []string{`the method "card" has more than one fee`}},
		{"a method has a name", MethodFees{{"", 1, 1}}, []string{`"" ` + notMethod}},
		{"a name is not too long", MethodFees{{"bank_transfer-245", 1, 1}}, []string{`"bank_transfer-245" ` + notMethod}},
		{"a name can be written in a list", MethodFees{{"a,b", 1, 1}}, []string{`"a,b" ` + notMethod}},
		{"a name has lower case only", MethodFees{{"Card", 1, 1}}, []string{`"Card" ` + notMethod}},
		{"negative basis points are refused", MethodFees{{"card", -1, 1}}, []string{`the fee of "card" must be from 0 to 100 % of the amount`}},
		{"above 100 % is refused", MethodFees{{"card", 10_001, 1}}, []string{`the fee of "card" must be from 0 to 100 % of the amount`}},
		{"negative fixed won are refused", MethodFees{{"card", 1, -1}}, []string{`the fixed fee of "card" is negative`}},
		{
			"every problem is named once", MethodFees{{"card", -1, -1}, {"x y", 1, 1}, {"card", 1, 1}, {"card", 1, 1}},
			[]string{
				`the fee of "card" must be from 0 to 100 % of the amount`, `the fixed fee of "card" is negative`,
				`"x y" ` + notMethod, `the method "card" has more than one fee`,
			},
		},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			err := FeeRule{Methods: test.fees}.Validate()
			if test.problems == nil {
				require.NoError(t, err)
				return
			}
			var problems []string
			for _, problem := range err.(interface{ Unwrap() []error }).Unwrap() {
				problems = append(problems, problem.Error())
			}
			require.Equal(t, test.problems, problems)
		})
	}

	t.Run("the standard fees are valid", func(t *testing.T) {
		require.NoError(t, standardFees.Validate())
	})
}
