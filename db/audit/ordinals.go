package audit

import (
	"context"
	"slices"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

var ordinalsInvariant = Invariant{
	Name:    "ordinals",
	Meaning: "each video's ordinals begin where its last settled day ended, or at its opening (R6, R7)",
	Remedy:  restoreLine,
	Subject: Figures,
	check:   func(ctx context.Context, a *audit) error { return a.checkOrdinals(ctx, videosAtATime) },
}

// videosAtATime bounds the memory that a catalogue of any size takes.
const videosAtATime = 100_000

// checkOrdinals reads the catalogue and the lines so many videos at a time.
func (a *audit) checkOrdinals(ctx context.Context, videosAtATime int) error {
	var borders []int64
	if err := a.tx.SelectContext(ctx, &borders, `
		SELECT video_id
		FROM (
			SELECT video_id, ROW_NUMBER() OVER (ORDER BY video_id) AS place
			FROM videos
		) v
		WHERE place % ? = 0
		ORDER BY video_id`, videosAtATime); err != nil {
		return err
	}
	for _, videos := range settlement.Split(borders) {
		used, err := a.usedBefore(ctx, videos)
		if err != nil {
			return err
		}
		if err := a.eachLine(ctx, videos, func(line line) {
			day, what := settlement.DailyPeriod(line.Day), ofVideo(line.VideoID)
			before := used[line.VideoID]
			if line.ViewsFrom != before.Views {
				a.found(day, what, "views begin after %d, but %d were paid before", line.ViewsFrom, before.Views)
			}
			if line.AdViewsFrom != before.AdViews {
				a.found(day, what, "ad views begin after %d, but %d were paid before", line.AdViewsFrom, before.AdViews)
			}
			used[line.VideoID] = position{line.ViewsTo, line.AdViewsTo}
		}); err != nil {
			return err
		}
	}
	return nil
}

// position is how many ordinals a video has used up.
type position struct {
	Views   int64 `db:"views"`
	AdViews int64 `db:"ad_views"`
}

// usedBefore are the positions of the range's videos before the first day. A window
// function over the settled days would not need them, but takes five times as
// long as reading the days in order.
func (a *audit) usedBefore(ctx context.Context, videos settlement.Range) (map[int64]position, error) {
	type row struct {
		VideoID int64 `db:"video_id"`
		position
	}
	used := make(map[int64]position)
	settled, args := server.Between("video_id", videos)
	listed, more := server.Between("v.video_id", videos)
	err := eachRow(ctx, a, `
		SELECT
			v.video_id,
			COALESCE(p.views_to, v.opening_views) AS views,
			COALESCE(p.ad_views_to, v.opening_ad_views) AS ad_views
		FROM videos v
		LEFT JOIN (
			SELECT video_id, MAX(starts_on) AS starts_on
			FROM daily_settlements FORCE INDEX (daily_settlements_video_id_starts_on_idx)
			WHERE `+settled+` AND starts_on < ?
			GROUP BY video_id
		) last ON last.video_id = v.video_id
		LEFT JOIN daily_settlements p ON p.starts_on = last.starts_on AND p.video_id = last.video_id
		WHERE `+listed, slices.Concat(args, []any{a.first}, more), func(r row) { used[r.VideoID] = r.position })
	return used, err
}

// line is what one video earned on one day.
type line struct {
	Day     settlement.Day `db:"starts_on"`
	VideoID int64          `db:"video_id"`
	settlement.Earnings
}

var lineColumns = server.ColumnsOf(line{})

// eachLine hands over the settlement lines of the range's videos of all days, by day and
// video. Each day is a query: one of them all would read every line for each range.
func (a *audit) eachLine(ctx context.Context, videos settlement.Range, each func(line)) error {
	where, args := server.Between("video_id", videos)
	for day := a.first; day <= a.last; day++ {
		if err := eachRow(ctx, a, `
			SELECT `+lineColumns.List()+`
			FROM daily_settlements
			WHERE starts_on = ? AND `+where+`
			ORDER BY video_id`, append([]any{day}, args...), each); err != nil {
			return err
		}
	}
	return nil
}
