package readside

import (
	"context"
	"fmt"
)

// checkExplanation holds each step of an explanation against what the books give of it.
func (tr truth) checkExplanation(ctx context.Context, q question, body []byte) (string, error) {
	wrong, err := tr.compare(ctx, body, tr.explanation(q)...)
	if wrong != "" || err != nil {
		return wrong, err
	}
	run, err := tr.books.SealedRun(ctx, q.Period)
	if err != nil {
		return "", err
	}
	return part{field: "."}.differs(body, []string{fmt.Sprintf(`{"seal":%q}`, run.Seal())}), nil
}

func (tr truth) explanation(q question) []part {
	key := []any{q.Period.Start, q.Video}
	const rule = `version = (SELECT price_rule FROM runs WHERE kind = 'daily' AND starts_on = ?)`
	parts := []part{
		{".", `
			SELECT 'daily' AS period, ? AS start, ? AS video_id, ? AS creator_id, repeat_window_ms FROM runs WHERE kind = 'daily' AND starts_on = ?`,
			[]any{q.Period.Start.String(), q.Video, q.Creator, q.Period.Start}},
		{"rows.", `
			SELECT ` + orZero("views + self_views + repeat_views", "all") + `, ` + orZero("views", "views") + `, ` + orZero("self_views", "self_views") + `,
				` + orZero("repeat_views", "repeat_views") + `, ` + orZero("played_seconds", "played_seconds") + `, ` + orZero("ad_views", "ad_views") + `
			FROM daily_statistics WHERE starts_on = ? AND video_id = ?`, key},
		{"late", `
			SELECT 'daily' AS period, posted_on AS start, creator_id, video_id, watched_on, posted_on, views, self_views, repeat_views, played_seconds, ad_views, ` + earned + `
			FROM adjustments WHERE posted_on = ? AND video_id = ? ORDER BY watched_on`, key},
		{"price_rule.", `SELECT version, holds_from FROM price_rules WHERE ` + rule, key[:1]},
		{"chunk.", `
			SELECT chunk AS number, video_from, video_before, views + self_views + repeat_views + unknown_rows AS "rows", CAST(checksum AS CHAR) AS checksum
			FROM run_chunks
			WHERE kind = 'daily' AND starts_on = ? AND COALESCE(video_from, 0) <= ? AND (video_before IS NULL OR ? < video_before)`, append(key, q.Video)},
	}
	for _, sort := range []struct{ field, views, amount string }{{"views", "views", "video_amount"}, {"ads", "ad_views", "ad_amount"}} {
		from, to := sort.views+"_from", sort.views+"_to"
		parts = append(parts,
			part{sort.field + ".", `
				SELECT ` + orZero(from, "ordinals_from") + `, ` + orZero(to, "ordinals_to") + `, ` + orZero(to+" - "+from, "count") + `, ` + orZero(sort.amount, "amount") + `
				FROM daily_settlements WHERE starts_on = ? AND video_id = ?`, key},
			part{sort.field + ".shares", `
				SELECT unit_price, from_ordinal, to_ordinal, to_ordinal - from_ordinal + 1 AS count, ` + inWon(units) + ` AS exact
				FROM ` + shares(sort.views, sort.amount) + ` ORDER BY from_ordinal`, key},
			part{sort.field + ".", `
				SELECT ` + inWon(`COALESCE(SUM(`+units+`), 0)`) + ` AS exact, ` + inWon(`COALESCE(SUM(`+units+`) - 10000 * MAX(amount), 0)`) + ` AS cut
				FROM ` + shares(sort.views, sort.amount), key},
			part{"price_rule." + sort.views, `
				SELECT from_ordinal AS "from", unit_price AS price FROM price_tiers WHERE ` + rule + ` AND paid_for = ? ORDER BY from_ordinal`,
				[]any{q.Period.Start, sort.views}},
		)
	}
	return parts
}

// orZero is the one value that there is of an expression, 0 if there is none.
func orZero(expression, name string) string {
	return fmt.Sprintf(`COALESCE(MAX(%s), 0) AS "%s"`, expression, name)
}

// shares are the views of one sort on a video's day by the tiers that pay them: a
// table of which each row has ordinals, a unit price and the day's amount.
func shares(views, amount string) string {
	return `(
		SELECT tier.unit_price, GREATEST(day.` + views + `_from + 1, tier.from_ordinal) AS from_ordinal, LEAST(day.` + views + `_to, tier.to_ordinal) AS to_ordinal, day.` + amount + ` AS amount
		FROM daily_settlements day
		JOIN runs run ON run.kind = 'daily' AND run.starts_on = day.starts_on
		JOIN (
			SELECT version, from_ordinal, unit_price, COALESCE(LEAD(from_ordinal) OVER (PARTITION BY version ORDER BY from_ordinal) - 1, 9223372036854775807) AS to_ordinal
			FROM price_tiers WHERE paid_for = '` + views + `'
		) tier ON tier.version = run.price_rule AND tier.from_ordinal <= day.` + views + `_to AND tier.to_ordinal > day.` + views + `_from
		WHERE day.starts_on = ? AND day.video_id = ? AND day.` + views + `_from < day.` + views + `_to
	) share`
}

// units is what a share earned in 1/10,000 won, and inWon writes that with four decimals.
const units = `(to_ordinal - from_ordinal + 1) * unit_price`

func inWon(units string) string {
	return `CAST(CAST((` + units + `) / 10000 AS DECIMAL(30, 4)) AS CHAR)`
}
