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
	readParts: readMethodFees,
	writeParts: func(ctx context.Context, tx *sqlx.Tx, rule settlement.FeeRule) error {
		return insertMethodFees(ctx, tx, rule, rule.HoldsFrom)
	},
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

// insertMethodFees gives the version its fees, by which no day before the given one
// has settled a payment.
func insertMethodFees(ctx context.Context, tx *sqlx.Tx, rule settlement.FeeRule, settlesFrom settlement.Day) error {
	for _, fee := range rule.Methods {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO fee_methods (version, method, basis_points, fixed, settles_from)
			VALUES (?, ?, ?, ?, ?)`, rule.Version, fee.Method, fee.BasisPoints, fee.Fixed, settlesFrom); err != nil {
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
		last, _, err := lastClosedDay(ctx, tx)
		if err != nil {
			return err
		}
		return insertMethodFees(ctx, tx, further, max(rule.HoldsFrom, last+1))
	})
	return added, err
}

// FeesBefore is a version with the fees by which days before the given one could
// settle payments. Once a week has closed, those of the days up to its end stay the
// same: what [DB.AddFeeMethods] adds later is not among them.
func (db *DB) FeesBefore(ctx context.Context, version int64, day settlement.Day) (settlement.FeeRule, error) {
	rule, err := db.Fees.Version(ctx, version)
	if err != nil {
		return settlement.FeeRule{}, err
	}
	var later []string
	if err := db.pool.SelectContext(ctx, &later, `
		SELECT method
		FROM fee_methods
		WHERE version = ? AND settles_from >= ?`, version, day); err != nil {
		return settlement.FeeRule{}, fmt.Errorf("read fees of version %d before %s: %w", version, day, err)
	}
	rule.Methods = slices.DeleteFunc(rule.Methods, func(fee settlement.MethodFee) bool { return slices.Contains(later, fee.Method) })
	return rule, nil
}
