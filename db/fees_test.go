package db

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

func TestR14_TheFirstFees(t *testing.T) {
	rule, err := openMigrated(t).Fees.Version(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, settlement.FeeRule{
		Version:   1,
		HoldsFrom: 0,
		Methods: settlement.MethodFees{
			{Method: "card", BasisPoints: 300, Fixed: 100},
			{Method: "mobile", BasisPoints: 450, Fixed: 50},
			{Method: "transfer", BasisPoints: 150, Fixed: 200},
		},
	}, rule)
}

func TestR14_FeesThatARefundKeepsAreOthers(t *testing.T) {
	db := openMigrated(t)
	rule := newFees(monday, something)
	_, _, err := db.Fees.Add(t.Context(), rule, false)
	require.NoError(t, err)
	rule.KeptAtRefund = !rule.KeptAtRefund

	_, _, err = db.Fees.Add(t.Context(), rule, false)

	require.ErrorContains(t, err, "version 2 holds from 2024-05-06 with other fees: ")
}

func TestR14_TheSchemaRefusesFeesThatNoPaymentCanHave(t *testing.T) {
	db := openMigrated(t)
	for name, change := range map[string]string{
		"negative part":         `UPDATE fee_methods SET basis_points = -1`,
		"more than all":         `UPDATE fee_methods SET basis_points = 10001`,
		"negative fixed part":   `UPDATE fee_methods SET fixed = -1`,
		"no method":             `UPDATE fee_methods SET method = '' WHERE method = 'card'`,
		"neither kept nor back": `UPDATE fee_rules SET kept_at_refund = 2`,
	} {
		t.Run(name, func(t *testing.T) { requireCheckRefuses(t, db, change) })
	}

	_, err := db.pool.ExecContext(t.Context(), `
		INSERT INTO fee_methods (version, method, basis_points, fixed, settles_from)
		VALUES (2, 'card', 1, 1, ?)`, monday)

	require.EqualValues(t, erNoReferenced, server.ErrorNumber(err), "no version: %v", err)
}

func TestR14_AVersionThatDaysUsedTakesFeesOfFurtherMethods(t *testing.T) {
	db := openWithRoom(t)
	begin(t, db, monday)
	further := settlement.MethodFees{{Method: "mobile", BasisPoints: 450, Fixed: 50}, {Method: "gift-card", BasisPoints: 1}}
	before, err := db.Fees.Version(t.Context(), 1)
	require.NoError(t, err)

	added, err := db.AddFeeMethods(t.Context(), 1, further, true)
	require.NoError(t, err)
	require.True(t, added)
	rehearsed, err := db.Fees.Version(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, before, rehearsed, "a rehearsal changes nothing")

	added, err = db.AddFeeMethods(t.Context(), 1, further, false)
	require.NoError(t, err)
	require.True(t, added)
	after, err := db.Fees.Version(t.Context(), 1)
	require.NoError(t, err)
	before.Methods = slices.Insert(before.Methods, 1, further[1])
	require.Equal(t, before, after)

	added, err = db.AddFeeMethods(t.Context(), 1, further, false)
	require.NoError(t, err)
	require.False(t, added, "it has them already")
}

func TestR14_DaysThatAreClosedDoNotHaveFeesThatAreAddedLater(t *testing.T) {
	db := openWithWeek(t)
	before, err := db.Fees.Version(t.Context(), 1)
	require.NoError(t, err)
	_, err = db.AddFeeMethods(t.Context(), 1, settlement.MethodFees{{Method: "gift-card", BasisPoints: 1}}, false)
	require.NoError(t, err)

	closed, err := db.FeesBefore(t.Context(), 1, week.End())
	require.NoError(t, err)
	require.Equal(t, before, closed)
	open, err := db.FeesBefore(t.Context(), 1, week.End()+1)
	require.NoError(t, err)
	after, err := db.Fees.Version(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, after, open)
	require.Len(t, open.Methods, len(before.Methods)+1)
}

func TestR14_AFeeOfAVersionNeverChanges(t *testing.T) {
	db := openMigrated(t)
	before, err := db.Fees.Version(t.Context(), 1)
	require.NoError(t, err)
	for problem, change := range map[string]struct {
		version int64
		fees    settlement.MethodFees
	}{
		"there is no version 2 of the fees": {2, settlement.MethodFees{{Method: "gift-card"}}},
		`version 1 would have card:3%+100,mobile:4.5%+50,transfer:1.5%+200,gift-card:0%,card:3%: the method "card" has more than one fee`: {1, settlement.MethodFees{{Method: "gift-card"}, {Method: "card", BasisPoints: 300}}},
		`"Gift" is not a method`: {1, settlement.MethodFees{{Method: "Gift"}}},
	} {
		_, err := db.AddFeeMethods(t.Context(), change.version, change.fees, false)

		require.ErrorIs(t, err, settlement.ErrFees)
		require.ErrorContains(t, err, problem)
	}
	after, err := db.Fees.Version(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

// newFees are a rule that differs from the first one.
func newFees(from settlement.Day, says saying) settlement.FeeRule {
	rule := settlement.FeeRule{HoldsFrom: from}
	switch says {
	case something:
		rule.Methods = settlement.MethodFees{{Method: "card", BasisPoints: 299, Fixed: 100}, {Method: "gift-card", BasisPoints: 1}}
		rule.KeptAtRefund = true
	case anotherThing:
		rule.Methods = settlement.MethodFees{{Method: "card", BasisPoints: 299, Fixed: 101}, {Method: "gift-card", BasisPoints: 1}}
	}
	return rule
}
