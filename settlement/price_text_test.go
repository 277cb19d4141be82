package settlement

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestR4_PricesAreReadExactly(t *testing.T) {
	for text, units := range map[string]UnitPrice{
		"0": 0, "1": 10_000, "1.1": 11_000, "1.10": 11_000, "0.3333": 3333, "10.0001": 100_001, "007": 70_000,
		"922337203685477.5807": math.MaxInt64,
	} {
		price, err := parseUnitPrice(text)
		require.NoError(t, err)
		require.Equal(t, units, price, text)
	}
}

func TestR4_WhatIsNoPriceIsRefused(t *testing.T) {
	for _, text := range []string{"", ".", "1.", ".5", "-1", "+1", "1,1", "1e3", "1.00001", "0x1", " 1", "1 ", "1.1.1", "₩1", "١"} {
		_, err := parseUnitPrice(text)
		require.ErrorIs(t, err, errNotPrice, text)
	}
	_, err := parseUnitPrice("922337203685477.5808")
	require.ErrorIs(t, err, ErrOutOfRange)
}

func TestR4_WhatAreNoTiersIsRefused(t *testing.T) {
	for text, problem := range map[string]string{
		"":           "not an ordinal with its price",
		"1:1,":       "not an ordinal with its price",
		"one:1":      "not an ordinal with its price",
		"1":          `from ordinal 1: "" is not a price`,
		"1:1,2:1:1":  `from ordinal 2: "1:1" is not a price`,
		"1:1.12345":  "at most 4 decimals",
		"1:1 , 2:11": `from ordinal 1: "1 " is not a price`,
	} {
		_, err := ParseTiers(text)
		require.ErrorContains(t, err, problem, text)
	}
}

func TestR4_TiersAreReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tiers := drawTiers(t)

		read, err := ParseTiers(tiers.String())

		require.NoError(t, err)
		require.Equal(t, tiers, read)
	})
}

func TestR4_ARuleSaysAllPrices(t *testing.T) {
	rule := PriceRule{Version: 7, HoldsFrom: 1, Views: Tiers{{1, 10_000}, {10, 11_000}}, AdViews: Tiers{{1, 100_000}}}
	require.Equal(t, "views 1:1,10:1.1 won, ad views 1:10 won", rule.String())
}
