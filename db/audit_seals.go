package db

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

var sealsInvariant = Invariant{
	Name:    "unchanged",
	Meaning: "no row of a closed period has changed since it closed (R11)",
	Remedy:  "somebody changed closed rows by hand: `starter verify` tells which figures of a day; put the rows back from a backup",
	check: func(ctx context.Context, a *audit) error {
		for _, kind := range kinds {
			if err := checkSeals(ctx, a, kind); err != nil {
				return err
			}
		}
		return nil
	},
}

func checkSeals(ctx context.Context, a *audit, kind settlement.Kind) error {
	first, last := a.span(kind)
	present, err := readSeals(ctx, a.tx, kind, first, last)
	if err != nil {
		return err
	}
	type row struct {
		Start settlement.Day `db:"starts_on"`
		Seals Seals          `db:"seals"`
	}
	return eachRow(ctx, a, `
		SELECT
			starts_on,
			seals
		FROM runs
		WHERE kind = ? AND version = ? AND state = ? AND starts_on BETWEEN ? AND ?
		ORDER BY starts_on`, []any{kind, runVersion, settlement.Closed, first, last}, func(r row) {
		period := settlement.Period{Kind: kind, Start: r.Start}
		if r.Seals == nil {
			a.found(period.String(), "closed without a seal")
			return
		}
		for _, table := range sealedTables(kind) {
			then, now := r.Seals[table.name], present[r.Start][table.name]
			where := fmt.Sprintf("%s, %s", period, table.name)
			switch {
			case then.Rows != now.Rows:
				a.found(where, "had %s when it closed, has %d now", settlement.Count(then.Rows, "row"), now.Rows)
			case then.Hash != now.Hash:
				a.found(where, "has %s as when it closed, but not the same", settlement.Count(now.Rows, "row"))
			}
		}
	})
}
