package readside

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

// truth is what the books say, read by statements of its own from the primary when
// all is over: what is closed does not change, so it was so before, too.
type truth struct {
	primary *sql.DB
	books   *db.DB // the same, for seals
}

// check says how the body of a 200 differs from the books; empty if it does not.
func (tr truth) check(ctx context.Context, q question, body []byte) (string, error) {
	switch q.Path {
	case payoutPDF, top5PDF:
		return tr.checkDocument(ctx, q, body)
	case top5:
		return tr.compare(ctx, body, part{"lines", `
			SELECT kind AS period, starts_on AS start, metric, video_rank AS "rank", video_id, title, value
			FROM top_videos WHERE kind = ? AND starts_on = ? ORDER BY metric, video_rank`, []any{q.Period.Kind, q.Period.Start}})
	case settlements:
		return tr.compare(ctx, body, tr.settlement(q)...)
	case statistics:
		return tr.compare(ctx, body, tr.statistics(q)...)
	case oneStatement:
		return tr.compare(ctx, body, tr.statement(q)...)
	case explanation:
		return tr.checkExplanation(ctx, q, body)
	case weekPage:
		return tr.shows(ctx, body, `SELECT video_amount + ad_amount FROM statements WHERE kind = 'weekly' AND starts_on = ? AND creator_id = ?`, q.Period.Start, q.Creator)
	case dayPage:
		return tr.shows(ctx, body, `SELECT video_amount + ad_amount FROM daily_settlements WHERE starts_on = ? AND video_id = ?`, q.Period.Start, q.Video)
	default:
		return "", nil // lists that grow are the judge's
	}
}

// earned are the columns of what videos earned.
const earned = `views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount`

// settlement are the columns of the export of that name.
func (tr truth) settlement(q question) []part {
	lines, args := `
		SELECT 'daily' AS period, starts_on AS start, creator_id, video_id, `+earned+`
		FROM daily_settlements WHERE starts_on = ? AND creator_id = ?`, []any{q.Period.Start, q.Creator}
	if q.Period.Kind != settlement.Daily {
		lines, args = `
		SELECT kind AS period, starts_on AS start, creator_id, video_id, `+earned+`
		FROM period_videos WHERE kind = ? AND starts_on = ? AND creator_id = ? AND views + late_views > 0`, []any{q.Period.Kind, q.Period.Start, q.Creator}
	}
	page, pageArgs := paged(q, lines, args)
	// A video of which late views are all that there is has no line: it is on the page of the video before it.
	adjustments := `
		SELECT ? AS period, ? AS start, creator_id, video_id, watched_on, posted_on, views, self_views, repeat_views, played_seconds, ad_views, ` + earned + `
		FROM adjustments
		WHERE posted_on >= ? AND posted_on < ? AND creator_id = ? AND video_id > ? AND (
			(SELECT COUNT(*) FROM (` + lines + ` AND video_id > ?) rest) <= ?
			OR video_id <= (SELECT MAX(video_id) FROM (` + page + `) page)
		)
		ORDER BY video_id, posted_on, watched_on`
	return []part{
		{"lines", page, pageArgs},
		{"adjustments", adjustments, slices.Concat(
			[]any{q.Period.Kind, q.Period.Start.String(), q.Period.Start, q.Period.End(), q.Creator, q.After}, args, []any{q.After, q.limit()}, pageArgs)},
		{"totals.", `
		SELECT
			COUNT(*) AS videos, COALESCE(SUM(views_to - views_from), 0) AS views, COALESCE(SUM(ad_views_to - ad_views_from), 0) AS ad_views,
			COALESCE(SUM(video_amount), 0) AS video_amount, COALESCE(SUM(ad_amount), 0) AS ad_amount, COALESCE(SUM(video_amount + ad_amount), 0) AS amount
		FROM (` + lines + `) line`, args},
	}
}

// statistics are the columns of the export of that name.
func (tr truth) statistics(q question) []part {
	const figures = `views, self_views, repeat_views, played_seconds, ad_views`
	lines, args := `
		SELECT 'daily' AS period, starts_on AS start, video_id, creator_id, `+figures+`
		FROM daily_statistics WHERE starts_on = ? AND creator_id = ?`, []any{q.Period.Start, q.Creator}
	if q.Period.Kind != settlement.Daily {
		lines, args = `
		SELECT kind AS period, starts_on AS start, video_id, creator_id, `+figures+`
		FROM period_videos WHERE kind = ? AND starts_on = ? AND creator_id = ? AND views + self_views + repeat_views > 0`,
			[]any{q.Period.Kind, q.Period.Start, q.Creator}
	}
	page, pageArgs := paged(q, lines, args)
	return []part{{"lines", page, pageArgs}, {"totals.", `
		SELECT
			COUNT(*) AS videos, COALESCE(SUM(views), 0) AS views, COALESCE(SUM(self_views), 0) AS self_views, COALESCE(SUM(repeat_views), 0) AS repeat_views,
			COALESCE(SUM(played_seconds), 0) AS played_seconds, COALESCE(SUM(ad_views), 0) AS ad_views
		FROM (` + lines + `) line`, args}}
}

// paged is the question's page of the lines.
func paged(q question, lines string, args []any) (query string, all []any) {
	return lines + " AND video_id > ? ORDER BY video_id LIMIT ?", append(args[:len(args):len(args)], q.After, q.limit())
}

// usualLimit is how long a page is that is asked for without a limit.
const usualLimit = 100

func (q question) limit() int { return cmp.Or(q.Limit, usualLimit) }

func (tr truth) statement(q question) []part {
	key := []any{q.Period.Start, q.Creator}
	return []part{
		{".", `
			SELECT starts_on AS start, creator_id, name, views + late_views AS views, self_views, repeat_views, played_seconds + late_played_seconds AS played_seconds,
				ad_views + late_ad_views AS ad_views, video_amount, ad_amount, video_amount + ad_amount AS amount
			FROM statements WHERE kind = 'weekly' AND starts_on = ? AND creator_id = ?`, key},
		{"lines.", `
			SELECT video_id, title, views, self_views, repeat_views, played_seconds, ad_views, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount
			FROM period_videos WHERE kind = 'weekly' AND starts_on = ? AND creator_id = ? ORDER BY video_id`, key},
	}
}
