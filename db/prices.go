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
		err = settlement.Errorf(settlement.ErrPrices, settlement.Period{}, "no price rule holds on %s", day)
	}
	return rule, err
}

// readPriceRule reads the newest rule that meets the condition and refuses one
// that could not price every ordinal with a [settlement.ErrPrices].
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
	tiers, err := readTiers(ctx, from, rule.Version)
	if err != nil {
		return rule, err
	}
	for _, tier := range tiers {
		switch tier.PaidFor {
		case paidForViews:
			rule.Views = append(rule.Views, tier.Tier)
		case paidForAdViews:
			rule.AdViews = append(rule.AdViews, tier.Tier)
		default: // to pass over a misspelt tier would pay a wrong price
			return rule, settlement.Errorf(settlement.ErrPrices, settlement.Period{}, "price rule %d has a price of %q: it can be of %s or %s", rule.Version, tier.PaidFor, paidForViews, paidForAdViews)
		}
	}
	if err := rule.Validate(); err != nil {
		return rule, settlement.Errorf(settlement.ErrPrices, settlement.Period{}, "price rule %d: %s", rule.Version, err)
	}
	return rule, nil
}

// paidTier is a row of a price rule.
type paidTier struct {
	PaidFor string `db:"paid_for"`
	settlement.Tier
}

func readTiers(ctx context.Context, from sqlx.QueryerContext, version int64) (tiers []paidTier, err error) {
	if err := sqlx.SelectContext(ctx, from, &tiers, `
		SELECT
			paid_for,
			from_ordinal,
			unit_price
		FROM price_tiers
		WHERE version = ?
		ORDER BY paid_for, from_ordinal`, version); err != nil {
		return nil, fmt.Errorf("read price rule %d: %w", version, err)
	}
	return tiers, nil
}
