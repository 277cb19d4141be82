package db

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// prices are the rules of R4.
var prices = ruleKind[settlement.PriceRule]{
	name: "price rule", what: "prices", refusal: settlement.ErrPrices,
	table: "price_rules", partsTable: "price_tiers", recorded: "price_rule",
	head: func(rule *settlement.PriceRule) (*int64, *settlement.Day) {
		return &rule.Version, &rule.HoldsFrom
	},
	readParts:  readTiers,
	writeParts: insertTiers,
}

const (
	paidForViews   = "views"
	paidForAdViews = "ad_views"
)

// paidTier is a row of a price rule.
type paidTier struct {
	PaidFor string `db:"paid_for"`
	settlement.Tier
}

func readTiers(ctx context.Context, from sqlx.QueryerContext, rule *settlement.PriceRule) error {
	var tiers []paidTier
	if err := sqlx.SelectContext(ctx, from, &tiers, `
		SELECT
			paid_for,
			from_ordinal,
			unit_price
		FROM price_tiers
		WHERE version = ?
		ORDER BY paid_for, from_ordinal`, rule.Version); err != nil {
		return fmt.Errorf("read price rule %d: %w", rule.Version, err)
	}
	for _, tier := range tiers {
		switch tier.PaidFor {
		case paidForViews:
			rule.Views = append(rule.Views, tier.Tier)
		case paidForAdViews:
			rule.AdViews = append(rule.AdViews, tier.Tier)
		default: // to pass over a misspelt tier would pay a wrong price
			return settlement.Errorf(settlement.ErrPrices, settlement.Period{}, "price rule %d has a price of %q: it can be of %s or %s", rule.Version, tier.PaidFor, paidForViews, paidForAdViews)
		}
	}
	return nil
}

func insertTiers(ctx context.Context, tx *sqlx.Tx, rule settlement.PriceRule) error {
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
