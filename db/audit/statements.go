package audit

import (
	"context"

	"creatorpay/settlement"
)

var statementsInvariant = Invariant{
	Name:    "statements",
	Meaning: "each creator of whom something counted or a payment was settled has one statement, the sum of the creator's videos; nobody else has one",
	Remedy:  "a statement was changed by hand: put it back from a backup before anything is paid or mailed by it",
	check: func(ctx context.Context, a *audit) error {
		for _, run := range a.periods() {
			if err := checkStatementsOf(ctx, a, run.Period()); err != nil {
				return err
			}
		}
		return nil
	},
}

// checkStatementsOf takes the videos from the statements, creator by creator.
func checkStatementsOf(ctx context.Context, a *audit, period settlement.Period) error {
	type row struct {
		CreatorID  int64 `db:"creator_id"`
		Statements int64 `db:"found"`
		settlement.RolledUp
	}
	return eachRow(ctx, a, `
		SELECT
			creator_id,
			SUM(statements) AS found,
			`+sums(rolledUpColumns)+`
		FROM (
			SELECT creator_id, 1 AS statements, 0 AS counted, `+rolledUpColumns.List()+`
			FROM statements
			WHERE kind = ? AND starts_on = ?
			UNION ALL
			SELECT creator_id, 0, views + late_views + payments + refunds, `+rolledUpColumns.Each("-%s")+`
			FROM period_videos
			WHERE kind = ? AND starts_on = ?
		) parts
		GROUP BY creator_id
		HAVING
			SUM(statements) <> (SUM(counted) > 0)
			OR SUM(statements) = 1 AND `+anySum(rolledUpColumns)+`
		ORDER BY creator_id`,
		[]any{period.Kind, period.Start, period.Kind, period.Start},
		func(r row) {
			what := ofCreator(r.CreatorID)
			switch problem := excess(r.Figures(), "the creator's videos"); {
			case r.Statements == 0:
				a.found(period, what, "has counted views or settled payments, but no statement")
			case problem == "":
				a.found(period, what, "has a statement, but no counted views or settled payments")
			default:
				a.found(period, what, "has a statement, but %s", problem)
			}
		})
}
