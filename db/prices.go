package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

const (
	paidForViews   = "views"
	paidForAdViews = "ad_views"
)

// PriceRule is the given version of the prices.
func (db *DB) PriceRule(ctx context.Context, version int64) (settlement.PriceRule, error) {
	return readPriceRule(ctx, db.pool, "version = ?", version)
}

// priceRuleFor is the newest version that holds on the day (R4).
func priceRuleFor(ctx context.Context, from sqlx.QueryerContext, day settlement.Day) (settlement.PriceRule, error) {
	rule, err := readPriceRule(ctx, from, "holds_from <= ?", day)
	if errors.Is(err, sql.ErrNoRows) {
		err = &PriceRuleError{Problem: fmt.Sprintf("no price rule holds on %s", day)}
	}
	return rule, err
}

// readPriceRule reads the newest rule that meets the condition and refuses one
// that could not price every ordinal with a [PriceRuleError].
func readPriceRule(ctx context.Context, from sqlx.QueryerContext, condition string, arg any) (rule settlement.PriceRule, err error) {
	var head struct {
		Version   int64          `db:"version"`
		HoldsFrom settlement.Day `db:"holds_from"`
	}
	if err := sqlx.GetContext(ctx, from, &head, `
		SELECT
			version,
			holds_from
		FROM price_rules
		WHERE `+condition+`
		ORDER BY holds_from DESC
		LIMIT 1`, arg); err != nil {
		return rule, fmt.Errorf("read price rule (%s, %v): %w", condition, arg, err)
	}
	rule.Version, rule.HoldsFrom = head.Version, head.HoldsFrom
	for paidFor, tiers := range map[string]*settlement.Tiers{paidForViews: &rule.Views, paidForAdViews: &rule.AdViews} {
		if err := sqlx.SelectContext(ctx, from, tiers, `
			SELECT
				from_ordinal,
				unit_price
			FROM price_tiers
			WHERE version = ? AND paid_for = ?
			ORDER BY from_ordinal`, rule.Version, paidFor); err != nil {
			return rule, fmt.Errorf("read price rule %d: %w", rule.Version, err)
		}
	}
	if err := rule.Validate(); err != nil {
		return rule, &PriceRuleError{Problem: fmt.Sprintf("price rule %d: %s", rule.Version, err)}
	}
	return rule, nil
}
