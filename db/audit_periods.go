package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"creatorpay/settlement"
)

// summed are the figures that a week or month adds up: their columns, and what
// people call them.
var summed = []struct{ column, name string }{
	{"views", "views"},
	{"self_views", "self views"},
	{"repeat_views", "repeat views"},
	{"played_seconds", "played seconds"},
	{"ad_views", "ad views"},
	{"late_views", "late views"},
	{"late_played_seconds", "late played seconds"},
	{"late_ad_views", "late ad views"},
	{"video_amount", "video amount"},
	{"ad_amount", "ad amount"},
}

// ofSummed writes each summed column in the given form, such as "SUM(%s)".
func ofSummed(form, separator string) string {
	columns := make([]string, len(summed))
	for i, figure := range summed {
		columns[i] = fmt.Sprintf(form, figure.column)
	}
	return strings.Join(columns, separator)
}

// excess says by how much the summed figures exceed those of what they should
// be the sum of, and is empty where they do not.
func excess(figures []int64, of string) string {
	var problems []string
	for i, figure := range figures {
		switch {
		case figure > 0:
			problems = append(problems, fmt.Sprintf("%s: %d more than in %s", summed[i].name, figure, of))
		case figure < 0:
			problems = append(problems, fmt.Sprintf("%s: %d fewer than in %s", summed[i].name, -figure, of))
		}
	}
	return strings.Join(problems, "; ")
}

var periodsInvariant = Invariant{
	Name:    "weeks and months",
	Meaning: "each video's week and month is the sum of its closed days, from its first ordinal to its last (R8)",
	Remedy:  "a row of a closed day, week or month was changed by hand: if `starter verify` finds nothing in the days, it is the week's or month's; put it back from a backup",
	check: func(ctx context.Context, a *audit) error {
		for _, run := range slices.Concat(a.runs[settlement.Weekly], a.runs[settlement.Monthly]) {
			if err := checkVideosOf(ctx, a, run.Period()); err != nil {
				return err
			}
			if err := checkOrdinalsOf(ctx, a, run.Period()); err != nil {
				return err
			}
		}
		return nil
	},
}

// checkVideosOf takes the days from the period, video by video: nothing is to
// be left.
func checkVideosOf(ctx context.Context, a *audit, period settlement.Period) error {
	return a.leftovers(ctx, `
		SELECT
			creator_id,
			video_id,`+ofSummed("SUM(%s)", ", ")+`
		FROM (
			SELECT creator_id, video_id, `+ofSummed("%s", ", ")+`
			FROM period_videos
			WHERE kind = ? AND starts_on = ?
			UNION ALL
			SELECT creator_id, video_id, -SUM(views), -SUM(self_views), -SUM(repeat_views), -SUM(played_seconds), -SUM(ad_views), 0, 0, 0, 0, 0
			FROM daily_statistics
			WHERE starts_on >= ? AND starts_on < ?
			GROUP BY creator_id, video_id
			UNION ALL
			SELECT creator_id, video_id, 0, 0, 0, 0, 0, 0, 0, 0, -SUM(video_amount), -SUM(ad_amount)
			FROM daily_settlements
			WHERE starts_on >= ? AND starts_on < ?
			GROUP BY creator_id, video_id
			UNION ALL
			SELECT creator_id, video_id, 0, 0, 0, 0, 0, -SUM(views), -SUM(played_seconds), -SUM(ad_views), 0, 0
			FROM adjustments
			WHERE posted_on >= ? AND posted_on < ?
			GROUP BY creator_id, video_id
		) parts
		GROUP BY creator_id, video_id
		HAVING `+ofSummed("SUM(%s) <> 0", " OR ")+`
		ORDER BY creator_id, video_id`,
		[]any{period.Kind, period.Start, period.Start, period.End(), period.Start, period.End(), period.Start, period.End()},
		func(creator, video int64, figures []int64) {
			a.found(fmt.Sprintf("%s, creator %d, video %d", period, creator, video), "%s", excess(figures, "its days"))
		})
}

// leftovers hands the rows of a query over: creator, video and the summed
// figures.
func (a *audit) leftovers(ctx context.Context, query string, args []any, each func(creator, video int64, figures []int64)) error {
	rows, err := a.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var creator, video int64
	figures := make([]int64, len(summed))
	into := []any{&creator, &video}
	for i := range figures {
		into = append(into, &figures[i])
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		each(creator, video, figures)
	}
	return rows.Err()
}

func checkOrdinalsOf(ctx context.Context, a *audit, period settlement.Period) error {
	type row struct {
		CreatorID   int64 `db:"creator_id"`
		VideoID     int64 `db:"video_id"`
		ViewsFrom   int64 `db:"views_from"`
		ViewsTo     int64 `db:"views_to"`
		AdViewsFrom int64 `db:"ad_views_from"`
		AdViewsTo   int64 `db:"ad_views_to"`
		DaysFrom    int64 `db:"days_from"`
		DaysTo      int64 `db:"days_to"`
		DaysAdFrom  int64 `db:"days_ad_from"`
		DaysAdTo    int64 `db:"days_ad_to"`
	}
	return eachRow(ctx, a, `
		SELECT
			v.creator_id,
			v.video_id,
			v.views_from,
			v.views_to,
			v.ad_views_from,
			v.ad_views_to,
			COALESCE(d.views_from, 0) AS days_from,
			COALESCE(d.views_to, 0) AS days_to,
			COALESCE(d.ad_views_from, 0) AS days_ad_from,
			COALESCE(d.ad_views_to, 0) AS days_ad_to
		FROM period_videos v
		LEFT JOIN (
			SELECT
				creator_id,
				video_id,
				MIN(views_from) AS views_from,
				MAX(views_to) AS views_to,
				MIN(ad_views_from) AS ad_views_from,
				MAX(ad_views_to) AS ad_views_to
			FROM daily_settlements
			WHERE starts_on >= ? AND starts_on < ?
			GROUP BY creator_id, video_id
		) d ON d.creator_id = v.creator_id AND d.video_id = v.video_id
		WHERE v.kind = ? AND v.starts_on = ?
		HAVING views_from <> days_from OR views_to <> days_to OR ad_views_from <> days_ad_from OR ad_views_to <> days_ad_to
		ORDER BY v.creator_id, v.video_id`,
		[]any{period.Start, period.End(), period.Kind, period.Start}, func(r row) {
			a.found(fmt.Sprintf("%s, creator %d, video %d", period, r.CreatorID, r.VideoID),
				"ordinals (%d, %d] and (%d, %d] of ads, its days have (%d, %d] and (%d, %d]",
				r.ViewsFrom, r.ViewsTo, r.AdViewsFrom, r.AdViewsTo, r.DaysFrom, r.DaysTo, r.DaysAdFrom, r.DaysAdTo)
		})
}

var statementsInvariant = Invariant{
	Name:    "statements",
	Meaning: "each creator of whom something counted has one statement, the sum of the creator's videos; nobody else has one",
	Remedy:  "a statement was changed by hand: put it back from a backup before anything is paid or mailed by it",
	check: func(ctx context.Context, a *audit) error {
		for _, kind := range []settlement.Kind{settlement.Weekly, settlement.Monthly} {
			for _, run := range a.runs[kind] {
				if err := checkStatementsOf(ctx, a, run.Period()); err != nil {
					return err
				}
			}
		}
		return nil
	},
}

// checkStatementsOf takes the videos from the statements, creator by creator.
// The query gives the number of statements in place of a video.
func checkStatementsOf(ctx context.Context, a *audit, period settlement.Period) error {
	return a.leftovers(ctx, `
		SELECT
			creator_id,
			SUM(statements) AS found, `+ofSummed("SUM(%s)", ", ")+`
		FROM (
			SELECT creator_id, 1 AS statements, 0 AS counted, `+ofSummed("%s", ", ")+`
			FROM statements
			WHERE kind = ? AND starts_on = ?
			UNION ALL
			SELECT creator_id, 0, views + late_views, `+ofSummed("-%s", ", ")+`
			FROM period_videos
			WHERE kind = ? AND starts_on = ?
		) parts
		GROUP BY creator_id
		HAVING
			SUM(statements) <> (SUM(counted) > 0)
			OR SUM(statements) = 1 AND (`+ofSummed("SUM(%s) <> 0", " OR ")+`)
		ORDER BY creator_id`,
		[]any{period.Kind, period.Start, period.Kind, period.Start},
		func(creator, statements int64, figures []int64) {
			where := fmt.Sprintf("%s, creator %d", period, creator)
			switch problem := excess(figures, "the creator's videos"); {
			case statements == 0:
				a.found(where, "has counted views, but no statement")
			case problem == "":
				a.found(where, "has a statement, but no counted views")
			default:
				a.found(where, "has a statement, but %s", problem)
			}
		})
}
