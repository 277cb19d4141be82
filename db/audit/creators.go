package audit

import (
	"context"
	"database/sql"

	"creatorpay/settlement"
)

var creatorsInvariant = Invariant{
	Name:    "creators",
	Meaning: "each video has one creator, the catalogue's, in its lines of all days, weeks and months, and is marked as counted",
	Remedy:  "a line or the catalogue was changed by hand: put back the creator for whom the video was counted, and its counted_from, from a backup. Videos are not handed over to another creator: see the runbook",
	check: func(ctx context.Context, a *audit) error {
		for _, lines := range []struct{ kind, table, start string }{
			{"'daily'", "daily_statistics", "starts_on"},
			{"'daily'", "daily_settlements", "starts_on"},
			{"'daily'", "adjustments", "posted_on"},
			{"'daily'", "daily_payments", "starts_on"},
			{"'daily'", "payment_adjustments", "posted_on"},
			{"l.kind", "period_videos", "starts_on"},
		} {
			if err := checkCreators(ctx, a, lines.kind, lines.table, lines.start); err != nil {
				return err
			}
		}
		return nil
	},
}

// checkCreators holds the creators of a table's lines against the catalogue.
func checkCreators(ctx context.Context, a *audit, kind, table, start string) error {
	type row struct {
		Kind        settlement.Kind          `db:"kind"`
		Start       settlement.Day           `db:"start"`
		VideoID     int64                    `db:"video_id"`
		CreatorID   int64                    `db:"creator_id"`
		Owner       sql.Null[int64]          `db:"owner"`
		CountedFrom sql.Null[settlement.Day] `db:"counted_from"`
	}
	return eachRow(ctx, a, `
		SELECT
			`+kind+` AS kind,
			l.`+start+` AS start,
			l.video_id,
			l.creator_id,
			v.creator_id AS owner,
			v.counted_from
		FROM `+table+` l
		LEFT JOIN videos v ON v.video_id = l.video_id
		WHERE `+ofKinds(table)+`l.`+start+` BETWEEN ? AND ? AND (
			v.creator_id IS NULL
			OR v.creator_id <> l.creator_id
			OR v.counted_from IS NULL
			OR v.counted_from > l.`+start+`
		)
		ORDER BY start, kind, l.video_id, l.creator_id`, []any{a.first - longestBefore, a.last}, func(r row) {
		period := settlement.Period{Kind: r.Kind, Start: r.Start}
		if !a.closed(period) {
			return
		}
		what := ofVideo(r.VideoID)
		switch {
		case !r.Owner.Valid:
			a.found(period, what, "is creator %d's in %s, and not in the catalogue", r.CreatorID, table)
		case r.Owner.V != r.CreatorID:
			a.found(period, what, "is creator %d's in %s, and creator %d's in the catalogue", r.CreatorID, table, r.Owner.V)
		case !r.CountedFrom.Valid || r.CountedFrom.V >= period.End():
			a.found(period, what, "is in %s, but the catalogue does not have it as counted by then", table)
		}
	})
}
