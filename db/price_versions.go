package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// PriceVersion is a version of the prices and what became of it.
type PriceVersion struct {
	settlement.PriceRule
	Problem string // why no run can use it; empty if any can
	Days    int64  // that were begun by it
}

// PriceVersions are all versions of the prices, by the day from which they hold.
func (db *DB) PriceVersions(ctx context.Context) (versions []PriceVersion, err error) {
	var heads []struct {
		Version int64 `db:"version"`
		Days    int64 `db:"days"`
	}
	if err := db.pool.SelectContext(ctx, &heads, `
		SELECT
			p.version,
			(
				SELECT COUNT(*)
				FROM runs r
				WHERE r.kind = ? AND r.version = ? AND r.price_rule = p.version
			) AS days
		FROM price_rules p
		ORDER BY p.holds_from`, settlement.Daily, runVersion); err != nil {
		return nil, fmt.Errorf("list price rules: %w", err)
	}
	for _, head := range heads {
		version := PriceVersion{Days: head.Days}
		version.PriceRule, err = db.PriceRule(ctx, head.Version)
		if errors.Is(err, settlement.ErrPrices) {
			version.Problem = err.Error()
		} else if err != nil {
			return nil, err
		}
		versions = append(versions, version)
	}
	return versions, nil
}

// AddPriceRule stores the prices as a new version and returns it, or finds it
// there with the same prices. It must hold from a day that has not begun, since a
// day that has keeps its prices. A rehearsal changes nothing. It fails with a
// [settlement.ErrPrices].
func (db *DB) AddPriceRule(ctx context.Context, rule settlement.PriceRule, rehearsal bool) (stored settlement.PriceRule, added bool, err error) {
	if err := rule.Validate(); err != nil {
		return rule, false, settlement.Errorf(settlement.ErrPrices, settlement.Period{}, "%s", err)
	}
	err = db.changePrices(ctx, func(tx *sqlx.Tx) (err error) {
		stored, added = rule, false
		there, err := readPriceRule(ctx, tx, "holds_from = ?", rule.HoldsFrom)
		if !errors.Is(err, sql.ErrNoRows) {
			if err == nil && (!slices.Equal(there.Views, rule.Views) || !slices.Equal(there.AdViews, rule.AdViews)) {
				err = settlement.Errorf(settlement.ErrPrices, settlement.Period{}, "version %d holds from %s with other prices: views %s, ad views %s; remove it first", there.Version, there.HoldsFrom, there.Views, there.AdViews)
			}
			stored = there
			return err
		}
		if err := checkNotBegun(ctx, tx, rule.HoldsFrom); err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &stored.Version, `
			SELECT COALESCE(MAX(version), 0) + 1
			FROM price_rules`); err != nil {
			return err
		}
		added = true
		if rehearsal {
			return nil
		}
		return insertPriceRule(ctx, tx, stored)
	})
	return stored, added, err
}

func insertPriceRule(ctx context.Context, tx *sqlx.Tx, rule settlement.PriceRule) error {
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO price_rules (version, holds_from)
		VALUES (?, ?)`, rule.Version, rule.HoldsFrom); err != nil {
		return err
	}
	for paidFor, tiers := range map[string]settlement.Tiers{paidForViews: rule.Views, paidForAdViews: rule.AdViews} {
		for _, tier := range tiers {
			if _, err := tx.ExecContext(ctx, `
				INSERT INTO price_tiers (version, paid_for, from_ordinal, unit_price)
				VALUES (?, ?, ?, ?)`, rule.Version, paidFor, tier.From, tier.Price); err != nil {
				return err
			}
		}
	}
	return nil
}

// RemovePriceRule takes back the version that holds from the day and returns its
// number. No day may have begun since. A rehearsal changes nothing. It fails with
// a [settlement.ErrPrices].
func (db *DB) RemovePriceRule(ctx context.Context, from settlement.Day, rehearsal bool) (version int64, err error) {
	err = db.changePrices(ctx, func(tx *sqlx.Tx) error {
		err := tx.GetContext(ctx, &version, `
			SELECT version
			FROM price_rules
			WHERE holds_from = ?`, from)
		if errors.Is(err, sql.ErrNoRows) {
			return settlement.Errorf(settlement.ErrPrices, settlement.Period{}, "no prices hold from %s", from)
		}
		if err != nil {
			return err
		}
		if err := checkNotBegun(ctx, tx, from); err != nil || rehearsal {
			return err
		}
		for _, table := range []string{"price_tiers", "price_rules"} {
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

// changePrices keeps days from beginning while the prices change.
func (db *DB) changePrices(ctx context.Context, change func(*sqlx.Tx) error) error {
	err := db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		if err := lockBeginnings(ctx, tx, "FOR UPDATE"); err != nil {
			return err
		}
		return change(tx)
	})
	if err != nil {
		return fmt.Errorf("change prices: %w", err)
	}
	return nil
}

// checkNotBegun refuses a day that has begun, or after which one has: its prices
// are fixed.
func checkNotBegun(ctx context.Context, tx *sqlx.Tx, from settlement.Day) error {
	var last sql.Null[settlement.Day]
	if err := tx.GetContext(ctx, &last, `
		SELECT MAX(starts_on)
		FROM runs
		WHERE kind = ? AND version = ?`, settlement.Daily, runVersion); err != nil {
		return fmt.Errorf("find last day that began: %w", err)
	}
	if last.Valid && from <= last.V {
		return settlement.Errorf(settlement.ErrPrices, settlement.Period{}, "the prices of %s are fixed, since %s has begun: they can change from %s on", from, last.V, last.V+1)
	}
	return nil
}
