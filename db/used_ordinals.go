package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// setUsedOrdinals gives the videos, which are those of the range in their order, the tier position
// where their last settled days ended (R7). One that was never settled keeps what it has.
func setUsedOrdinals(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range, counted []CountedVideo) error {
	found, err := setUsedDayBefore(ctx, from, day, videos, counted)
	if err == nil && found < len(counted) {
		err = setUsedEarlier(ctx, from, day, videos, counted)
	}
	if err != nil {
		return fmt.Errorf("read where settled days before %s ended: %w", day, err)
	}
	return nil
}

// setUsedDayBefore sets it for the videos that were settled the day before, which most of
// them were, and tells how many they are. Its lines lie in the same order: to read them
// from one end to the other takes far less than to look for each.
func setUsedDayBefore(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range, counted []CountedVideo) (found int, err error) {
	where, args := server.Between("video_id", videos)
	err = server.EachRow(ctx, from, func(rows *sqlx.Rows) error {
		var video, views, adViews int64
		if err := rows.Scan(&video, &views, &adViews); err != nil {
			return err
		}
		for len(counted) > 0 && counted[0].VideoID < video {
			counted = counted[1:]
		}
		if len(counted) > 0 && counted[0].VideoID == video {
			counted[0].UsedViews, counted[0].UsedAdViews = views, adViews
			found++
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
	return found, err
}

// setUsedEarlier sets it for those that were settled before, but not the day before. The
// last day is found by one look into the index for each video (a loose scan, which takes
// a GROUP BY over a range): as a subquery for each video, or by the ids of some, it would
// read all of their days. TiDB, which has no loose scan, reads them all the same.
func setUsedEarlier(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range, counted []CountedVideo) error {
	where, args := server.Between("video_id", videos)
	return server.EachRow(ctx, from, func(rows *sqlx.Rows) error {
		var video, views, adViews int64
		if err := rows.Scan(&video, &views, &adViews); err != nil {
			return err
		}
		at, isCounted := slices.BinarySearchFunc(counted, video, func(video CountedVideo, id int64) int { return cmp.Compare(video.VideoID, id) })
		if isCounted {
			counted[at].UsedViews, counted[at].UsedAdViews = views, adViews
		}
		return nil
	}, `
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
