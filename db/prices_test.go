package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestR4_AMisspeltPriceIsRefused(t *testing.T) {
	db := openMigrated(t)
	exec(t, db, `ALTER TABLE price_tiers DROP CONSTRAINT price_tiers_paid_for_chk`)
	exec(t, db, `UPDATE price_tiers SET paid_for = 'veiws' WHERE paid_for = 'views' AND from_ordinal > 1`)

	_, err := db.Prices.Version(t.Context(), 1)

	var unusable *settlement.Error
	require.ErrorIs(t, err, settlement.ErrPrices)
	require.ErrorAs(t, err, &unusable)
	require.EqualError(t, unusable, `price rule 1 has a price of "veiws": it can be of views or ad_views`)
}

func TestR4_APriceRuleThatCannotPriceEveryOrdinalIsRefused(t *testing.T) {
	db := openMigrated(t)
	exec(t, db, `DELETE FROM price_tiers WHERE paid_for = 'views' AND from_ordinal = 1`)

	_, err := db.Prices.Version(t.Context(), 1)

	require.ErrorContains(t, err, "price rule 1: the first price of views must hold from ordinal 1")
}

func TestR4_TheFirstPrices(t *testing.T) {
	rule, err := openMigrated(t).Prices.Version(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, settlement.PriceRule{
		Version:   1,
		HoldsFrom: 0,
		Views:     settlement.Tiers{{From: 1, Price: 10_000}, {From: 100_000, Price: 11_000}, {From: 500_000, Price: 13_000}, {From: 1_000_000, Price: 15_000}},
		AdViews:   settlement.Tiers{{From: 1, Price: 100_000}, {From: 100_000, Price: 120_000}, {From: 500_000, Price: 150_000}, {From: 1_000_000, Price: 200_000}},
	}, rule)
}

func TestR4_PricesThatCannotPriceEveryOrdinalAreNotAdded(t *testing.T) {
	db := openMigrated(t)
	for problem, change := range map[string]func(*settlement.PriceRule){
		"the first price of views must hold from ordinal 1":    func(r *settlement.PriceRule) { r.Views = r.Views[1:] },
		"the first price of ad views must hold from ordinal 1": func(r *settlement.PriceRule) { r.AdViews = nil },
		"the prices of views must be ordered by ordinal":       func(r *settlement.PriceRule) { r.Views[1].From = 1 },
	} {
		rule := newPrices(monday, something)
		change(&rule)

		_, _, err := db.Prices.Add(t.Context(), rule, false)

		require.ErrorContains(t, err, problem)
	}
}

// newPrices are a rule that differs from the first one.
func newPrices(from settlement.Day, says saying) settlement.PriceRule {
	rule := settlement.PriceRule{HoldsFrom: from, AdViews: settlement.Tiers{{From: 1, Price: 100_000}}}
	switch says {
	case something:
		rule.Views = settlement.Tiers{{From: 1, Price: 5_000}, {From: 10, Price: 3333}}
	case anotherThing:
		rule.Views = settlement.Tiers{{From: 1, Price: 5_000}, {From: 10, Price: 3334}}
	}
	return rule
}
