package audit

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

var periodsInvariant = Invariant{
	Name:    "weeks and months",
	Meaning: "each video's week and month is the sum of its closed days, from its first ordinal to its last (R8)",
	Remedy:  "a row of a closed day, week or month was changed by hand: recompute its days; if nothing is found there, it is the week's or month's; put it back from a backup",
	Subject: Figures,
	check: func(ctx context.Context, a *audit) error {
		for _, run := range a.periods() {
			// Some videos at a time: the figures of a million at once go to the server's
			// disk, where each takes several times as long.
			for _, videos := range db.RangesOf(a.chunks[run.Period()]) {
				if err := checkVideosOf(ctx, a, run.Period(), videos); err != nil {
					return err
				}
				if err := checkOrdinalsOf(ctx, a, run.Period(), videos); err != nil {
					return err
				}
			}
		}
		return nil
	},
}

// checkVideosOf takes the days from the period, video by video: nothing is to
// be left. The days are listed, so that a server reads the lines of the range of
// each of them and no others.
func checkVideosOf(ctx context.Context, a *audit, period settlement.Period, videos settlement.Range) error {
	type row struct {
		CreatorID int64 `db:"creator_id"`
		VideoID   int64 `db:"video_id"`
		settlement.RolledUp
	}
	where, ends := server.Between("video_id", videos)
	ofDays := append([]any{period.Days()}, ends...)
	query, args, err := sqlx.In(`
		SELECT
			creator_id,
			video_id,
			`+sums(rolledUpColumns)+`
		FROM (
			SELECT creator_id, video_id, `+rolledUpColumns.List()+`
			FROM period_videos
			WHERE kind = ? AND starts_on = ? AND `+where+`
			UNION ALL
			SELECT creator_id, video_id, `+statisticsColumns.Each("-SUM(%s)")+`, `+zeros(lateStatisticsColumns)+`, `+zeros(amountColumns)+`, `+zeros(paymentColumns)+`
			FROM daily_statistics
			WHERE starts_on IN (?) AND `+where+`
			GROUP BY creator_id, video_id
			UNION ALL
			SELECT creator_id, video_id, `+zeros(statisticsColumns)+`, `+zeros(lateStatisticsColumns)+`, `+amountColumns.Each("-SUM(%s)")+`, `+zeros(paymentColumns)+`
			FROM daily_settlements
			WHERE starts_on IN (?) AND `+where+`
			GROUP BY creator_id, video_id
			UNION ALL
			SELECT creator_id, video_id, `+zeros(statisticsColumns)+`, `+db.AdjustedColumns.Each("-SUM(%s)")+`, `+zeros(amountColumns)+`, `+zeros(paymentColumns)+`
			FROM adjustments
			WHERE posted_on IN (?) AND `+where+`
			GROUP BY creator_id, video_id
			UNION ALL
			SELECT creator_id, video_id, `+zeros(statisticsColumns)+`, `+zeros(lateStatisticsColumns)+`, `+zeros(amountColumns)+`, `+paymentColumns.Each("-SUM(%s)")+`
			FROM daily_payments
			WHERE starts_on IN (?) AND `+where+`
			GROUP BY creator_id, video_id
		) parts
		GROUP BY creator_id, video_id
		HAVING `+anySum(rolledUpColumns)+`
		ORDER BY creator_id, video_id`,
		slices.Concat([]any{period.Kind, period.Start}, ends, ofDays, ofDays, ofDays, ofDays)...)
	if err != nil {
		return err
	}
	return eachRow(ctx, a, query, args, func(r row) {
		a.found(period, ofCreator(r.CreatorID)+", "+ofVideo(r.VideoID), "%s", excess(r.Figures(), "its days"))
	})
}

func checkOrdinalsOf(ctx context.Context, a *audit, period settlement.Period, videos settlement.Range) error {
	type row struct {
		CreatorID int64 `db:"creator_id"`
		VideoID   int64 `db:"video_id"`
		settlement.VideoOrdinals
		DaysFrom   int64 `db:"days_from"`
		DaysTo     int64 `db:"days_to"`
		DaysAdFrom int64 `db:"days_ad_from"`
		DaysAdTo   int64 `db:"days_ad_to"`
	}
	where, ends := server.Between("video_id", videos)
	ofPeriod, _ := server.Between("v.video_id", videos)
	query, args, err := sqlx.In(`
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
			WHERE starts_on IN (?) AND `+where+`
			GROUP BY creator_id, video_id
		) d ON d.creator_id = v.creator_id AND d.video_id = v.video_id
		WHERE v.kind = ? AND v.starts_on = ? AND `+ofPeriod+`
		HAVING views_from <> days_from OR views_to <> days_to OR ad_views_from <> days_ad_from OR ad_views_to <> days_ad_to
		ORDER BY v.creator_id, v.video_id`,
		slices.Concat([]any{period.Days()}, ends, []any{period.Kind, period.Start}, ends)...)
	if err != nil {
		return err
	}
	return eachRow(ctx, a, query, args, func(r row) {
		a.found(period, ofCreator(r.CreatorID)+", "+ofVideo(r.VideoID),
			"ordinals (%d, %d] and (%d, %d] of ads, its days have (%d, %d] and (%d, %d]",
			r.ViewsFrom, r.ViewsTo, r.AdViewsFrom, r.AdViewsTo, r.DaysFrom, r.DaysTo, r.DaysAdFrom, r.DaysAdTo)
	})
}
