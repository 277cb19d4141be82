package settlement

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestR14_FeesAreReadExactly(t *testing.T) {
	for text, want := range map[string]MethodFees{
		"card:3%+100":                   {{"card", 300, 100}},
		"card:3%":                       {{"card", 300, 0}},
		"card:0%+100":                   {{"card", 0, 100}},
		"card:4.5%+0":                   {{"card", 450, 0}},
		"card:0.01%":                    {{"card", 1, 0}},
		"card:101%":                     {{"card", 10_100, 0}},
		"card:0%+9223372036854775807":   {{"card", 0, math.MaxInt64}},
		"transfer:1.5%+200,card:3%+100": {{"card", 300, 100}, {"transfer", 150, 200}},
		"card:1%,card:2%+1,bank:10.00%": {{"bank", 1000, 0}, {"card", 100, 0}, {"card", 200, 1}},
		":1%":                           {{"", 100, 0}},
		"a b:1%":                        {{"a b", 100, 0}},
	} {
		fees, err := ParseFees(text)
		require.NoError(t, err, text)
		require.Equal(t, want, fees, text)
	}
}

func TestR14_WhatAreNoFeesIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "card", "card:", "card:3", "card:100", "card:%", "card:+100", "card:3+100", "card:3%100", "card:3%+", "card:3%+1.5", "card:3%+-1", "card:-3%",
		"card:3.001%", "card:3.%", "card:.5%", "card:3%+100,", ",card:3%", "card:3% + 100", "card:3%+100%", "3%+100",
	} {
		_, err := ParseFees(text)
		require.ErrorIs(t, err, errNotFee, text)
	}
	_, err := ParseFees("card:3%,mobile:300")
	require.EqualError(t, err, `"mobile:300" is not a fee: write a method, its percentage with at most 2 decimals and its fixed won, such as card:3%+100`)
	for _, text := range []string{"card:92233720368547758.08%", "card:0%+9223372036854775808"} {
		_, err := ParseFees(text)
		require.ErrorIs(t, err, ErrOutOfRange, text)
	}
}

func TestR14_FeesAreWrittenForPeople(t *testing.T) {
	require.Equal(t, "card:3%+100,transfer:1.5%+200,mobile:4.5%+50", standardFees.Methods.String())
	require.Equal(t, "a:0%,b:0.01%,c:100%+1", MethodFees{{"a", 0, 0}, {"b", 1, 0}, {"c", 10_000, 1}}.String())
}

// drawFees draws valid fees in the order of their methods.
func drawFees(t *rapid.T) MethodFees {
	methods := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9_-]{1,16}`), 1, 4, rapid.ID).Draw(t, "methods")
	slices.Sort(methods)
	var fees MethodFees
	for _, method := range methods {
		fees = append(fees, MethodFee{
			Method:      method,
			BasisPoints: rapid.Int64Range(0, 10_000).Draw(t, "basis points"),
			Fixed:       Won(rapid.OneOf(rapid.Int64Range(0, 1_000), rapid.Int64Range(0, math.MaxInt64)).Draw(t, "fixed")),
		})
	}
	return fees
}

func TestR14_FeesAreReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fees := drawFees(t)
		require.NoError(t, FeeRule{Methods: fees}.Validate())

		read, err := ParseFees(fees.String())

		require.NoError(t, err)
		require.Equal(t, fees, read)
	})
}
