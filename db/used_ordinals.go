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

// lastOrdinals are where a settled day of a video ended.
type lastOrdinals struct {
	VideoID int64 `db:"video_id"`
	Views   int64 `db:"views_to"`
	AdViews int64 `db:"ad_views_to"`
}

func (v *CountedVideo) useUp(last lastOrdinals) { v.UsedViews, v.UsedAdViews = last.Views, last.AdViews }

// useUp gives the videos, which are those of the range and in order, the tier position
// where their last settled days ended (R7). One that was never settled keeps what it has.
// Nearly all were settled the day before, whose lines lie in the same order: they are read
// from one end to the other.
func useUp(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, videos settlement.Range, counted []CountedVideo) error {
	if len(counted) == 0 {
		return nil
	}
	where, args := server.Between("video_id", videos)
	var others []int64
	next := 0
	err := server.EachRow(ctx, from, func(rows *sqlx.Rows) error {
		var last lastOrdinals
		if err := rows.Scan(&last.VideoID, &last.Views, &last.AdViews); err != nil {
			return err
		}
		for ; next < len(counted) && counted[next].VideoID < last.VideoID; next++ {
			others = append(others, counted[next].VideoID)
		}
		if next < len(counted) && counted[next].VideoID == last.VideoID {
			counted[next].useUp(last)
			next++
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
	if err != nil {
		return fmt.Errorf("read where the day before %s ended: %w", day, err)
	}
	for _, video := range counted[next:] {
		others = append(others, video.VideoID)
	}
	return useUpEarlier(ctx, from, day-1, counted, others)
}

// useUpEarlier does it for the videos with these ids, which were settled before the day,
// if ever. The last day is found by one look into the index for each video (a loose scan,
// which takes a GROUP BY): as a subquery for each video it would read all of the video's
// days.
func useUpEarlier(ctx context.Context, from sqlx.QueryerContext, day settlement.Day, counted []CountedVideo, ids []int64) error {
	ended, err := server.SelectByIDs[lastOrdinals](ctx, from, `
		SELECT
			p.video_id,
			p.views_to,
			p.ad_views_to
		FROM (
			SELECT video_id, MAX(starts_on) AS starts_on
			FROM daily_settlements FORCE INDEX (daily_settlements_video_id_starts_on_idx)
			WHERE starts_on < ? AND video_id IN (?)
			GROUP BY video_id
		) last
		JOIN daily_settlements p ON p.starts_on = last.starts_on AND p.video_id = last.video_id`, ids, day)
	if err != nil {
		return fmt.Errorf("read where days before %s ended: %w", day, err)
	}
	for _, last := range ended {
		at, _ := slices.BinarySearchFunc(counted, last.VideoID, func(video CountedVideo, id int64) int { return cmp.Compare(video.VideoID, id) })
		counted[at].useUp(last)
	}
	return nil
}
