package settlement

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPrice_NumbersTheDaysOwnViewsAndThenTheLateOnes(t *testing.T) {
	all, late, err := standard.Price(Counted{Views: 99_998, AdViews: 7}, Counted{Views: 3, AdViews: 1}, []Counted{{Views: 1}, {AdViews: 2}})

	require.NoError(t, err)
	require.Equal(t, Earnings{VideoOrdinals{99_998, 100_002, 7, 10}, Amounts{4, 30}}, all) // 1 + 3 x 1.1
	require.Equal(t, []Earnings{
		{VideoOrdinals{100_001, 100_002, 8, 8}, Amounts{1, 0}}, // 4.3 after 3.2
		{VideoOrdinals{100_002, 100_002, 8, 10}, Amounts{0, 20}},
	}, late)
}

func TestR5_LatePartsAndTheDaysOwnAreTheWholeToTheWon(t *testing.T) {
	thirds := PriceRule{Views: Tiers{{From: 1, Price: 3333}}, AdViews: Tiers{{From: 1, Price: 3333}}}

	all, late, err := thirds.Price(Counted{}, Counted{Views: 2}, []Counted{{Views: 1}, {Views: 2}, {Views: 5}})

	require.NoError(t, err)
	require.Equal(t, Won(3), all.VideoAmount)                                                              // 10 views: 3.333
	require.Equal(t, []Won{0, 1, 2}, []Won{late[0].VideoAmount, late[1].VideoAmount, late[2].VideoAmount}) // of 0.9999, 1.6665 and 3.333 after 0.6666
}

// Whatever a day posts beside its own views, it pays as if all were its own.
func TestPrice_LateViewsEarnTogetherWhatTheyWouldHaveEarnedInTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counted := rapid.Custom(func(t *rapid.T) Counted {
			views := rapid.Int64Range(0, 700_000)
			return Counted{Views: views.Draw(t, "views"), AdViews: views.Draw(t, "ad views")}
		})
		used, own := counted.Draw(t, "used"), counted.Draw(t, "own")
		late := rapid.SliceOfN(counted, 0, 4).Draw(t, "late")
		whole := own
		for _, part := range late {
			whole.Views += part.Views
			whole.AdViews += part.AdViews
		}
		want, _, err := standard.Price(used, whole, nil)
		require.NoError(t, err)
		sum, _, err := standard.Price(used, own, nil)
		require.NoError(t, err)

		all, parts, err := standard.Price(used, own, late)

		require.NoError(t, err)
		require.Equal(t, want, all)
		require.Len(t, parts, len(late))
		for i, part := range parts {
			require.Equal(t, late[i].Views, part.OfViews().Count())
			require.Equal(t, late[i].AdViews, part.OfAdViews().Count())
			require.Equal(t, sum.ViewsTo, part.ViewsFrom, "no ordinal is paid twice or left out")
			require.Equal(t, sum.AdViewsTo, part.AdViewsFrom)
			sum.ViewsTo, sum.AdViewsTo = part.ViewsTo, part.AdViewsTo
			require.NoError(t, sum.Add(part.Amounts))
		}
		require.Equal(t, all, sum)
	})
}

func TestPrice_RefusesOrdinalsAndAmountsThatDoNotFit(t *testing.T) {
	one := Counted{Views: 1, AdViews: 1}
	huge := PriceRule{Views: Tiers{{From: 1, Price: math.MaxInt64}}, AdViews: Tiers{{From: 1, Price: 1}}}
	for name, c := range map[string]struct {
		rule PriceRule
		used Counted
		own  Counted
		late []Counted
	}{
		"views":         {standard, Counted{Views: math.MaxInt64}, one, nil},
		"ad views":      {standard, Counted{AdViews: math.MaxInt64}, one, nil},
		"late views":    {standard, Counted{Views: math.MaxInt64 - 1}, one, []Counted{one}},
		"late ad views": {standard, Counted{AdViews: math.MaxInt64 - 1}, one, []Counted{one}},
		"an amount":     {huge, Counted{}, Counted{Views: 20_000}, nil},
		"a late amount": {huge, Counted{}, one, []Counted{{Views: 20_000}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := c.rule.Price(c.used, c.own, c.late)

			require.ErrorIs(t, err, ErrOutOfRange)
		})
	}
}
