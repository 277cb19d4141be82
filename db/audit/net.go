package audit

import (
	"context"

	"creatorpay/settlement"
)

var netInvariant = Invariant{
	Name:    "net",
	Meaning: "what payments come to is a fee and a net, in every line, chunk, run and statement (R15)",
	Remedy:  "the server refuses such rows, so they came with a dump that was restored without its checks: recompute the day to see what they should be, and put them back from a backup",
	Subject: Figures,
	check: func(ctx context.Context, a *audit) error {
		for _, lines := range []struct{ kind, table, start string }{
			{"'daily'", "daily_payments", "starts_on"},
			{"'daily'", "payment_adjustments", "posted_on"},
			{"l.kind", "run_chunks", "starts_on"},
			{"l.kind", "runs", "starts_on"},
			{"l.kind", "period_videos", "starts_on"},
			{"l.kind", "statements", "starts_on"},
		} {
			if err := checkNet(ctx, a, lines.kind, lines.table, lines.start); err != nil {
				return err
			}
		}
		return nil
	},
}

// checkNet looks for rows of the table whose amounts do not add up.
func checkNet(ctx context.Context, a *audit, kind, table, start string) error {
	type row struct {
		Kind  settlement.Kind `db:"kind"`
		Start settlement.Day  `db:"start"`
		Rows  int64           `db:"row_count"`
	}
	return eachRow(ctx, a, `
		SELECT
			`+kind+` AS kind,
			l.`+start+` AS start,
			COUNT(*) AS row_count
		FROM `+table+` l
		WHERE `+ofKinds(table)+`l.`+start+` BETWEEN ? AND ? AND CAST(l.fee AS DECIMAL(20)) + l.net <> l.gross
		GROUP BY `+kind+`, l.`+start+`
		ORDER BY start, kind`, []any{a.first - longestBefore, a.last}, func(r row) {
		if period := (settlement.Period{Kind: r.Kind, Start: r.Start}); a.closed(period) {
			a.found(period, "", "fee and net are not the gross in %s of %s", settlement.Count(r.Rows, "row"), table)
		}
	})
}
