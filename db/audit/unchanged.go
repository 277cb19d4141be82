package audit

import (
	"context"
	"maps"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

var unchangedInvariant = Invariant{
	Name:    "unchanged",
	Meaning: "no row of a closed period has changed since it closed (R11)",
	Remedy:  "somebody changed closed rows by hand: recomputing a day tells which of its figures; put the rows back from a backup",
	Subject: Figures,
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
	present, err := db.ReadSeals(ctx, a.tx, kind, first, last)
	if err != nil {
		return err
	}
	type row struct {
		Start settlement.Day `db:"starts_on"`
		Seals db.Seals       `db:"seals"`
	}
	return eachRow(ctx, a, `
		SELECT
			starts_on,
			seals
		FROM runs
		WHERE kind = ? AND state = ? AND starts_on BETWEEN ? AND ?
		ORDER BY starts_on`, []any{kind, settlement.Closed, first, last}, func(r row) {
		period := settlement.Period{Kind: kind, Start: r.Start}
		if r.Seals == nil {
			a.found(period, "", "closed without a seal")
			return
		}
		tables := make(db.Seals) // one that has lost all its rows has no seal now, and one that had none no seal then
		maps.Copy(tables, r.Seals)
		maps.Copy(tables, present[r.Start])
		for _, table := range slices.Sorted(maps.Keys(tables)) {
			switch then, now := r.Seals[table], present[r.Start][table]; {
			case then.Rows != now.Rows:
				a.found(period, table, "had %s when it closed, has %d now", settlement.Count(then.Rows, "row"), now.Rows)
			case then.Hash != now.Hash:
				a.found(period, table, "has %s as when it closed, but not the same", settlement.Count(now.Rows, "row"))
			}
		}
	})
}
