package db

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestR4_AMisspeltPriceIsRefused(t *testing.T) {
	db := openMigrated(t)
	exec(t, db, `ALTER TABLE price_tiers DROP CONSTRAINT price_tiers_paid_for_chk`)
	exec(t, db, `UPDATE price_tiers SET paid_for = 'veiws' WHERE paid_for = 'views' AND from_ordinal > 1`)

	_, err := db.PriceRule(t.Context(), 1)

	var unusable *settlement.Error
	require.ErrorIs(t, err, settlement.ErrPrices)
	require.ErrorAs(t, err, &unusable)
	require.EqualError(t, unusable, `price rule 1 has a price of "veiws": it can be of views or ad_views`)
}

func TestR4_ADayInTheBookKeepsItsPricesWhateverNewerOnesAre(t *testing.T) {
	db := openWithRoom(t)
	before := begin(t, db, monday)
	exec(t, db, `INSERT INTO price_rules (version, holds_from) VALUES (2, ?)`, monday) // without any price

	require.Equal(t, before, begin(t, db, monday))
}

func TestR4_APriceRuleThatCannotPriceEveryOrdinalIsRefused(t *testing.T) {
	db := openMigrated(t)
	exec(t, db, `DELETE FROM price_tiers WHERE paid_for = 'views' AND from_ordinal = 1`)

	_, err := db.PriceRule(t.Context(), 1)

	require.ErrorContains(t, err, "price rule 1: the first price of views must hold from ordinal 1")
}

func TestR4_TheFirstPrices(t *testing.T) {
	rule, err := openMigrated(t).PriceRule(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, settlement.PriceRule{
		Version:   1,
		HoldsFrom: 0,
		Views:     settlement.Tiers{{From: 1, Price: 10_000}, {From: 100_000, Price: 11_000}, {From: 500_000, Price: 13_000}, {From: 1_000_000, Price: 15_000}},
		AdViews:   settlement.Tiers{{From: 1, Price: 100_000}, {From: 100_000, Price: 120_000}, {From: 500_000, Price: 150_000}, {From: 1_000_000, Price: 200_000}},
	}, rule)
}

// newPrices are a rule that differs from the first one.
func newPrices(from settlement.Day) settlement.PriceRule {
	return settlement.PriceRule{
		HoldsFrom: from,
		Views:     settlement.Tiers{{From: 1, Price: 5_000}, {From: 10, Price: 3333}},
		AdViews:   settlement.Tiers{{From: 1, Price: 100_000}},
	}
}

func TestR4_NewPricesHoldFromTheirDayOn(t *testing.T) {
	db := openWithRoom(t)
	closedWith(t, db, monday)

	added, isNew, err := db.AddPriceRule(t.Context(), newPrices(monday+1), false)

	require.NoError(t, err)
	require.True(t, isNew)
	require.EqualValues(t, 2, added.Version)
	require.EqualValues(t, 2, begin(t, db, monday+1).PriceRule)
	stored, err := db.PriceRule(t.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, added, stored)

	again, isNew, err := db.AddPriceRule(t.Context(), newPrices(monday+1), false)
	require.NoError(t, err, "also when days have begun by them")
	require.False(t, isNew)
	require.Equal(t, added, again)
}

func TestR4_PricesThatCannotHoldAreRefused(t *testing.T) {
	db := openWithRoom(t)
	begin(t, db, monday)
	_, _, err := db.AddPriceRule(t.Context(), newPrices(monday+5), false)
	require.NoError(t, err)
	before := checksums(t, db)
	for problem, change := range map[string]func(*settlement.PriceRule){
		"the prices of 2024-05-06 are fixed, since 2024-05-06 has begun: they can change from 2024-05-07 on": func(r *settlement.PriceRule) { r.HoldsFrom = monday },
		"the prices of 2024-05-01 are fixed":                         func(r *settlement.PriceRule) { r.HoldsFrom = monday - 5 },
		"the first price of views must hold from ordinal 1":          func(r *settlement.PriceRule) { r.Views = r.Views[1:] },
		"the first price of ad views must hold from ordinal 1":       func(r *settlement.PriceRule) { r.AdViews = nil },
		"the prices of views must be ordered by ordinal":             func(r *settlement.PriceRule) { r.Views[1].From = 1 },
		"version 2 holds from 2024-05-11 with other prices: views 1": func(r *settlement.PriceRule) { r.HoldsFrom, r.Views[1].Price = monday+5, 1 },
	} {
		rule := newPrices(monday + 1)
		change(&rule)

		_, _, err := db.AddPriceRule(t.Context(), rule, false)

		var refused *settlement.Error
		require.ErrorIs(t, err, settlement.ErrPrices)
		require.ErrorAs(t, err, &refused)
		require.ErrorContains(t, refused, problem)
	}
	require.Equal(t, before, checksums(t, db))
}

func TestR4_ARehearsalChangesNoPrices(t *testing.T) {
	db := openMigrated(t)
	before := checksums(t, db)

	rehearsed, isNew, err := db.AddPriceRule(t.Context(), newPrices(monday), true)
	require.NoError(t, err)
	require.True(t, isNew)
	require.EqualValues(t, 2, rehearsed.Version)
	_, err = db.RemovePriceRule(t.Context(), 0, true)
	require.NoError(t, err)

	require.Equal(t, before, checksums(t, db))
}

func TestR4_PricesAreTakenBackUntilADayHasBegun(t *testing.T) {
	db := openWithRoom(t)
	for _, from := range []settlement.Day{monday, monday + 1} {
		_, _, err := db.AddPriceRule(t.Context(), newPrices(from), false)
		require.NoError(t, err)
	}
	begin(t, db, monday)

	version, err := db.RemovePriceRule(t.Context(), monday+1, false)
	require.NoError(t, err)
	require.EqualValues(t, 3, version)
	_, err = db.RemovePriceRule(t.Context(), monday, false)
	require.ErrorContains(t, err, "the prices of 2024-05-06 are fixed, since 2024-05-06 has begun")
	_, err = db.RemovePriceRule(t.Context(), monday+1, false)
	require.ErrorContains(t, err, "no prices hold from 2024-05-07")

	versions, err := db.PriceVersions(t.Context())
	require.NoError(t, err)
	require.Len(t, versions, 2)
	require.EqualValues(t, 0, versions[0].Days)
	require.EqualValues(t, 1, versions[1].Days)
}

func TestR4_NoDayBeginsWhilePricesChange(t *testing.T) {
	db := openWithRoom(t)
	commit := hold(t, db, func(tx *sqlx.Tx) error {
		if err := lockBeginnings(t.Context(), tx, "FOR UPDATE"); err != nil {
			return err
		}
		rule := newPrices(monday)
		rule.Version = 2
		return insertPriceRule(t.Context(), tx, rule)
	})
	begun := make(chan Run, 1)
	go func() {
		run, _ := db.BeginDay(t.Context(), monday, me, window)
		begun <- run
	}()
	awaitBlocked(t, db, 1)

	commit()

	require.EqualValues(t, 2, (<-begun).PriceRule)
}

func TestPriceVersions_NameWhatNoRunCanUse(t *testing.T) {
	db := openMigrated(t)
	exec(t, db, `INSERT INTO price_rules (version, holds_from) VALUES (2, '2024-05-06')`)

	versions, err := db.PriceVersions(t.Context())

	require.NoError(t, err)
	require.Len(t, versions, 2)
	require.Empty(t, versions[0].Problem)
	require.Contains(t, versions[1].Problem, "price rule 2: the first price of views must hold from ordinal 1")
}
