package db

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// fees are the rules of R14.
var fees = ruleKind[settlement.FeeRule]{
	name: "fee rule", what: "fees", refusal: settlement.ErrFees,
	table: "fee_rules", partsTable: "fee_methods", recorded: "fee_rule",
	head: func(rule *settlement.FeeRule) (*int64, *settlement.Day) {
		return &rule.Version, &rule.HoldsFrom
	},
	readParts:  readMethodFees,
	writeParts: insertMethodFees,
}

var methodFeeColumns = server.ColumnsOf(settlement.MethodFee{})

func readMethodFees(ctx context.Context, from sqlx.QueryerContext, rule *settlement.FeeRule) error {
	if err := sqlx.SelectContext(ctx, from, &rule.Methods, `
		SELECT `+methodFeeColumns.List()+`
		FROM fee_methods
		WHERE version = ?
		ORDER BY method`, rule.Version); err != nil {
		return fmt.Errorf("read fee rule %d: %w", rule.Version, err)
	}
	return nil
}

func insertMethodFees(ctx context.Context, tx *sqlx.Tx, rule settlement.FeeRule) error {
	for _, fee := range rule.Methods {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO fee_methods (version, method, basis_points, fixed)
			VALUES (?, ?, ?, ?)`, rule.Version, fee.Method, fee.BasisPoints, fee.Fixed); err != nil {
			return err
		}
	}
	return nil
}
