package templates

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestPricesOfAWeekAcrossTwoRulesAreBothShown(t *testing.T) {
	s := sample(English, 1)
	s.Prices = append(s.Prices, settlement.PriceRule{
		Version: 2, HoldsFrom: s.Period.Start + 3, Views: settlement.Tiers{{From: 1, Price: 12_500}}, AdViews: prices.AdViews,
	})
	var words []string
	for _, page := range layOutPayout(documentFont(t), s).pages {
		words = append(words, texts(page)...)
	}
	require.Contains(t, words, "Price list version 1, in force from 1 January 2024")
	require.Contains(t, words, "Price list version 2, in force from 9 May 2024")
	require.Contains(t, words, "₩1.25")
}
