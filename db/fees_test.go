package db

import (
	"testing"

	"github.com/stretchr/testify/require"

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
		"no version":            `INSERT INTO fee_methods (version, method, basis_points, fixed) VALUES (2, 'card', 1, 1)`,
	} {
		_, err := db.pool.ExecContext(t.Context(), change)
		require.Error(t, err, name)
	}
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
