package audit

import (
	"context"
	"fmt"

	"creatorpay/settlement"
)

var startsInvariant = Invariant{
	Name:    "starts",
	Meaning: "every week starts on a Monday and every month on its first day, whatever its state",
	Remedy:  "the server refuses such rows, so they came with a dump that was restored without its checks; they pay days a second time: find out what was paid and mailed by them, then delete them",
	check: func(ctx context.Context, a *audit) error {
		for _, table := range []string{"runs", "run_chunks", "top_videos", "period_videos", "statements"} {
			if err := checkStarts(ctx, a, table, "kind"); err != nil {
				return err
			}
		}
		return checkStarts(ctx, a, "deliveries", "'weekly' AS kind")
	},
}

// longestBefore is how many days before a range a period may start that reaches
// into it.
const longestBefore = 30

// ofKinds is the beginning of a condition on the starts of the table's rows. A week's and a month's lines lie
// by kind and then by start: without the kinds all weeks and months that ever closed would be read.
func ofKinds(table string) string {
	switch table {
	case "period_videos", "statements":
		return fmt.Sprintf("kind IN ('%s', '%s') AND ", settlement.Weekly, settlement.Monthly)
	default:
		return ""
	}
}

// checkStarts looks for rows in the table that belong to no period.
func checkStarts(ctx context.Context, a *audit, table, kind string) error {
	type row struct {
		Kind     settlement.Kind `db:"kind"`
		StartsOn settlement.Day  `db:"starts_on"`
		Rows     int64           `db:"row_count"`
	}
	return eachRow(ctx, a, `
		SELECT
			kind,
			starts_on,
			COUNT(*) AS row_count
		FROM (
			SELECT `+kind+`, starts_on
			FROM `+table+`
			WHERE `+ofKinds(table)+`starts_on BETWEEN ? AND ?
		) periods
		WHERE kind <> 'daily' AND NOT (kind = 'weekly' AND WEEKDAY(starts_on) = 0) AND NOT (kind = 'monthly' AND DAYOFMONTH(starts_on) = 1)
		GROUP BY kind, starts_on
		ORDER BY kind, starts_on`, []any{a.first - longestBefore, a.last}, func(r row) {
		period := settlement.Period{Kind: r.Kind, Start: r.StartsOn}
		a.add(Finding{
			Period: period, Where: fmt.Sprintf("%s from %s", r.Kind, r.StartsOn), // the name of the period would hide it
			Problem: fmt.Sprintf("%s in %s: %v", settlement.Count(r.Rows, "row"), table, period.Validate()),
		})
	})
}
