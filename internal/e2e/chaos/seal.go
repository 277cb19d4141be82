package chaos

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"creatorpay/settlement"
)

// ownRows are the tables with rows of a period, and which rows those are.
var ownRows = map[string]string{
	"runs":              "kind = ? AND starts_on = ?",
	"run_chunks":        "kind = ? AND starts_on = ?",
	"top_videos":        "kind = ? AND starts_on = ?",
	"period_videos":     "kind = ? AND starts_on = ?",
	"statements":        "kind = ? AND starts_on = ?",
	"daily_statistics":  "'daily' = ? AND starts_on = ?",
	"daily_settlements": "'daily' = ? AND starts_on = ?",
	"late_views":        "'daily' = ? AND posted_on = ?",
	"adjustments":       "'daily' = ? AND posted_on = ?",

	"daily_payments":      "'daily' = ? AND starts_on = ?",
	"late_payments":       "'daily' = ? AND posted_on = ?",
	"payment_adjustments": "'daily' = ? AND posted_on = ?",
	"payment_refunds":     "'daily' = ? AND settled_on = ?",
}

// seal is a fingerprint of all rows of a period. What is closed never changes
// again (R11).
func (c *Rig) seal(period settlement.Period) string {
	hash := sha256.New()
	for _, table := range slices.Sorted(maps.Keys(ownRows)) {
		if err := c.ask(func(ctx context.Context) error {
			rows, err := rowsOf(ctx, c.SQL, `SELECT * FROM `+table+` WHERE `+ownRows[table], period.Kind, period.Start)
			fmt.Fprintln(hash, table, rows)
			return err
		}); err != nil {
			c.report("%s: %v", period, err)
		}
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}
