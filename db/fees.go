package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

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

// AddFeeMethods gives a version the fees of further methods and tells whether any
// of them is new. It may be one that days have used: a payment by a method without
// a fee keeps its day from closing (R15), so none has been settled by it. A
// rehearsal changes nothing. It fails with a [settlement.ErrFees] where the version
// is missing or has another fee for a method.
func (db *DB) AddFeeMethods(ctx context.Context, version int64, fees settlement.MethodFees, rehearsal bool) (added bool, err error) {
	err = db.Fees.change(ctx, func(tx *sqlx.Tx) error {
		rule, err := db.Fees.read(ctx, tx, "version = ?", version)
		if errors.Is(err, sql.ErrNoRows) {
			return db.Fees.refuse("there is no version %d of the fees", version)
		}
		if err != nil {
			return err
		}
		// What the version says already is no news; another fee for a method is its second one.
		further := settlement.FeeRule{Version: version, Methods: slices.DeleteFunc(slices.Clone(fees), func(fee settlement.MethodFee) bool {
			return slices.Contains(rule.Methods, fee)
		})}
		rule.Methods = append(rule.Methods, further.Methods...)
		if err := rule.Validate(); err != nil {
			return db.Fees.refuse("version %d would have %s: %s", version, rule.Methods, err)
		}
		added = len(further.Methods) > 0
		if rehearsal {
			return nil
		}
		return insertMethodFees(ctx, tx, further)
	})
	return added, err
}
