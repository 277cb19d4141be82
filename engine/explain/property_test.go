package explain

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"creatorpay/db"
	"creatorpay/settlement"
)

// drawTiers draws tiers that price every ordinal.
func drawTiers(t *rapid.T) settlement.Tiers {
	price := rapid.Int64Range(0, 3_000_000)
	tiers := settlement.Tiers{{From: 1, Price: settlement.UnitPrice(price.Draw(t, "price"))}}
	for range rapid.IntRange(0, 4).Draw(t, "tiers") {
		tiers = append(tiers, settlement.Tier{
			From:  tiers[len(tiers)-1].From + rapid.Int64Range(1, 50_000).Draw(t, "ordinals"),
			Price: settlement.UnitPrice(price.Draw(t, "price")),
		})
	}
	return tiers
}

func drawCounted(t *rapid.T, name string) settlement.Counted {
	few := rapid.Int64Range(0, 100_000)
	return settlement.Counted{Views: few.Draw(t, name), AdViews: few.Draw(t, name+" ads")}
}

// exactly reads won with four decimals as price units.
func exactly(t require.TestingT, won string) *big.Int {
	value, ok := new(big.Rat).SetString(won)
	require.True(t, ok, won)
	value.Mul(value, new(big.Rat).SetInt64(settlement.UnitsPerWon))
	require.True(t, value.IsInt(), "%s has more decimals than a price", won)
	return value.Num()
}

// requireExplained means that the part explains the ordinals and the amount without a gap.
func requireExplained(t require.TestingT, explained Part, ordinals settlement.Ordinals, amount settlement.Won) {
	require.Equal(t, ordinals.From, explained.OrdinalsFrom)
	require.Equal(t, ordinals.To, explained.OrdinalsTo)
	require.Equal(t, ordinals.Count(), explained.Count)
	sum, next := new(big.Int), ordinals.From+1
	for _, share := range explained.Shares {
		require.Equal(t, next, share.FromOrdinal, "no ordinal is left out or paid twice")
		require.Equal(t, share.Count, share.ToOrdinal-share.FromOrdinal+1)
		next = share.ToOrdinal + 1
		exact := new(big.Int).Mul(big.NewInt(share.Count), big.NewInt(int64(share.UnitPrice)))
		require.Equal(t, exact.String(), exactly(t, share.Exact).String())
		sum.Add(sum, exact)
	}
	require.Equal(t, ordinals.To+1, next)
	require.Equal(t, sum.String(), exactly(t, explained.Exact).String())

	cut := exactly(t, explained.Cut)
	require.Less(t, cut.Int64(), int64(settlement.UnitsPerWon), "less than a won is cut")
	require.GreaterOrEqual(t, cut.Int64(), int64(0))
	require.Equal(t, amount, explained.Amount)
	require.Equal(t, new(big.Int).Mul(big.NewInt(int64(amount)), big.NewInt(settlement.UnitsPerWon)).String(), sum.Sub(sum, cut).String())
}

func TestR5_TheSharesCutOnceAreTheAmountsThatTheDayPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := settlement.PriceRule{Version: 1, Views: drawTiers(t), AdViews: drawTiers(t)}
		used, own := drawCounted(t, "used"), drawCounted(t, "own")
		late := make([]settlement.Counted, rapid.IntRange(0, 3).Draw(t, "late"))
		for i := range late {
			late[i] = drawCounted(t, "late")
		}
		all, ofLate, err := rule.Price(used, own, late)
		require.NoError(t, err)
		closed := db.SealedRun{Run: db.Run{EndedAt: &time.Time{}}}
		day := Day{Run: closed, Rule: rule, Settlement: db.SettlementLine{Earnings: all}, Late: make([]db.Adjustment, len(late))}
		for i, earned := range ofLate {
			day.Late[i].Earnings = earned
		}

		explained := day.Explain()

		requireExplained(t, explained.Views, all.OfViews(), all.VideoAmount)
		requireExplained(t, explained.Ads, all.OfAdViews(), all.AdAmount)
		require.Len(t, explained.Late, len(late))
		views, ads := explained.Views.OrdinalsFrom+own.Views, explained.Ads.OrdinalsFrom+own.AdViews
		for i, row := range explained.Late {
			require.Equal(t, ofLate[i], row.Earnings)
			require.Equal(t, []int64{views, ads}, []int64{row.ViewsFrom, row.AdViewsFrom}, "they follow the day's own")
			views, ads = row.ViewsTo, row.AdViewsTo
		}
		require.Equal(t, []int64{views, ads}, []int64{explained.Views.OrdinalsTo, explained.Ads.OrdinalsTo}, "and are the last ones")
	})
}

func TestAnAmountThatWasChangedByHandShowsInTheCut(t *testing.T) {
	tiers := settlement.Tiers{{From: 1, Price: 11000}}
	require.True(t, part(tiers, settlement.Ordinals{From: 5, To: 8}, 3).AddsUp())
	for _, changed := range []settlement.Won{2, 4} {
		require.False(t, part(tiers, settlement.Ordinals{From: 5, To: 8}, changed).AddsUp())
	}
	require.Equal(t, "0.3000", part(tiers, settlement.Ordinals{From: 5, To: 8}, 3).Cut)
	require.Equal(t, "-0.7000", part(tiers, settlement.Ordinals{From: 5, To: 8}, 4).Cut)
	require.Equal(t, Part{Shares: []Share{}, Exact: "0.0000", Cut: "0.0000"}, part(tiers, settlement.Ordinals{}, 0))
}
