package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// fewVideos are so few that each is looked for by itself: some 50 µs each. More are found
// with all that were ever settled in the range, 2 µs each, which may be far more videos
// than the day has.
const fewVideos = 200

// setUsedOrdinals gives the videos, which are those of the range in their order, the tier position
// where their last settled days ended (R7). One that was never settled keeps what it has.
func (db *DB) setUsedOrdinals(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range, counted []CountedVideo) error {
	left, err := setUsedDayBefore(ctx, from, day, videos, counted)
	if err == nil && len(left) > 0 {
		err = db.setUsedEarlier(ctx, from, day, videos, counted, left)
	}
	if err != nil {
		return fmt.Errorf("read where settled days before %s ended: %w", day, err)
	}
	return nil
}

// setUsedDayBefore sets it for the videos that were settled the day before, which most of
// them were, and tells which are left. Its lines lie in the same order: to read them
// from one end to the other takes far less than to look for each.
func setUsedDayBefore(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range, counted []CountedVideo) (left []int64, err error) {
	where, args := server.Between("video_id", videos)
	skip := func(before int64) {
		for len(counted) > 0 && counted[0].VideoID < before {
			left = append(left, counted[0].VideoID)
			counted = counted[1:]
		}
	}
	err = server.EachRow(ctx, from, func(rows *sqlx.Rows) error {
		var video, views, adViews int64
		if err := rows.Scan(&video, &views, &adViews); err != nil {
			return err
		}
		skip(video)
		if len(counted) > 0 && counted[0].VideoID == video {
			counted[0].UsedViews, counted[0].UsedAdViews = views, adViews
			counted = counted[1:]
		}
		return nil
	}, `
		SELECT
			video_id,
			views_to,
			ad_views_to
		FROM daily_settlements
		WHERE starts_on = ? AND `+where+`
		ORDER BY video_id`, append([]any{day - 1}, args...)...)
	for _, video := range counted {
		left = append(left, video.VideoID)
	}
	return left, err
}

// setUsedEarlier sets it for those that were settled before, but not the day before. The
// last day of many is found by one look into the index for each video that was ever settled
// (a loose scan, which takes a GROUP BY over a range): as a subquery for each video, or by
// the ids of some, it would read all of their days. TiDB has no loose scan and would read
// all days of all videos.
func (db *DB) setUsedEarlier(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range, counted []CountedVideo, left []int64) error {
	dialect, err := db.pool.Dialect(ctx)
	if err != nil {
		return err
	}
	set := func(rows *sqlx.Rows) error {
		var video, views, adViews int64
		if err := rows.Scan(&video, &views, &adViews); err != nil {
			return err
		}
		at, isCounted := slices.BinarySearchFunc(counted, video, func(video CountedVideo, id int64) int { return cmp.Compare(video.VideoID, id) })
		if isCounted {
			counted[at].UsedViews, counted[at].UsedAdViews = views, adViews
		}
		return nil
	}
	if len(left) <= fewVideos || !dialect.ScansLoosely() {
		for some := range slices.Chunk(left, fewVideos) {
			if err := eachLastDay(ctx, from, day, some, set); err != nil {
				return err
			}
		}
		return nil
	}
	where, args := server.Between("video_id", videos)
	return server.EachRow(ctx, from, set, `
		SELECT
			p.video_id,
			p.views_to,
			p.ad_views_to
		FROM (
			SELECT video_id, MAX(starts_on) AS starts_on
			FROM daily_settlements FORCE INDEX (daily_settlements_video_id_starts_on_idx)
			WHERE `+where+` AND starts_on < ?
			GROUP BY video_id
			HAVING MAX(starts_on) < ?
		) last
		JOIN daily_settlements p ON p.starts_on = last.starts_on AND p.video_id = last.video_id`, append(args, day, day-1)...)
}

// eachLastDay hands over where the last settled day of each of the videos ended, of those
// that have one.
func eachLastDay(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos []int64, handle func(*sqlx.Rows) error) error {
	var args []any
	for _, video := range videos {
		args = append(args, video, day)
	}
	return server.EachRow(ctx, from, handle, strings.TrimPrefix(strings.Repeat(`
		UNION ALL (
			SELECT
				video_id,
				views_to,
				ad_views_to
			FROM daily_settlements FORCE INDEX (daily_settlements_video_id_starts_on_idx)
			WHERE video_id = ? AND starts_on < ?
			ORDER BY starts_on DESC
			LIMIT 1
		)`, len(videos)), `
		UNION ALL `), args...)
}
