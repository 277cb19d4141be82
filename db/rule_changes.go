package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// Add stores the rule as a new version and returns its number, or that of the
// version that is there already and says the same. It must hold from a day that
// has not begun, since a day that has keeps its version. A rehearsal changes
// nothing. A rule that cannot be used or added is refused with the error of its
// kind: a [settlement.ErrPrices] or [settlement.ErrFees].
func (r *Rules[R]) Add(ctx context.Context, rule R, rehearsal bool) (version int64, added bool, err error) {
	if err := rule.Validate(); err != nil {
		return 0, false, r.refuse("%s", err)
	}
	number, from := r.head(&rule)
	err = r.change(ctx, func(tx *sqlx.Tx) error {
		added = false
		there, err := r.read(ctx, tx, "holds_from = ?", *from)
		if !errors.Is(err, sql.ErrNoRows) {
			found, _ := r.head(&there)
			version = *found
			if err == nil && there.String() != rule.String() {
				err = r.refuse("version %d holds from %s with other %s: %s; remove it first", version, *from, r.what, there)
			}
			return err
		}
		if err := r.checkNotBegun(ctx, tx, *from); err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &version, `
			SELECT COALESCE(MAX(version), 0) + 1
			FROM `+r.table); err != nil {
			return err
		}
		added = true
		if rehearsal {
			return nil
		}
		*number = version
		return r.insert(ctx, tx, rule)
	})
	return version, added, err
}

func (r *Rules[R]) insert(ctx context.Context, tx *sqlx.Tx, rule R) error {
	columns := r.columns()
	if _, err := tx.NamedExecContext(ctx, `
		INSERT INTO `+r.table+` (`+columns.List()+`)
		VALUES (`+columns.Named()+`)`, rule); err != nil {
		return err
	}
	return r.writeParts(ctx, tx, rule)
}

// Remove takes back the version that holds from the day and returns its number.
// No day may have begun since. A rehearsal changes nothing. It fails with the
// kind's error, as [Rules.Add] does.
func (r *Rules[R]) Remove(ctx context.Context, from settlement.Day, rehearsal bool) (version int64, err error) {
	err = r.change(ctx, func(tx *sqlx.Tx) error {
		err := tx.GetContext(ctx, &version, `
			SELECT version
			FROM `+r.table+`
			WHERE holds_from = ?`, from)
		if errors.Is(err, sql.ErrNoRows) {
			return r.refuse("no %s hold from %s", r.what, from)
		}
		if err != nil {
			return err
		}
		if err := r.checkNotBegun(ctx, tx, from); err != nil || rehearsal {
			return err
		}
		for _, table := range []string{r.partsTable, r.table} {
			if _, err := tx.ExecContext(ctx, `
				DELETE FROM `+table+`
				WHERE version = ?`, version); err != nil {
				return err
			}
		}
		return nil
	})
	return version, err
}

// change keeps days from beginning while the rules change.
func (r *Rules[R]) change(ctx context.Context, change func(*sqlx.Tx) error) error {
	err := r.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		if err := lockBeginnings(ctx, tx, "FOR UPDATE"); err != nil {
			return err
		}
		return change(tx)
	})
	if err != nil {
		return fmt.Errorf("change %s: %w", r.what, err)
	}
	return nil
}

// checkNotBegun refuses a day that has begun, or after which one has: its rule
// is fixed.
func (r *Rules[R]) checkNotBegun(ctx context.Context, tx *sqlx.Tx, from settlement.Day) error {
	var last sql.Null[settlement.Day]
	if err := tx.GetContext(ctx, &last, `
		SELECT MAX(starts_on)
		FROM runs
		WHERE kind = ? AND version = ?`, settlement.Daily, runVersion); err != nil {
		return fmt.Errorf("find last day that began: %w", err)
	}
	if last.Valid && from <= last.V {
		return r.refuse("the %s of %s are fixed, since %s has begun: they can change from %s on", r.what, from, last.V, last.V+1)
	}
	return nil
}
