package export

import (
	"context"

	"creatorpay/db"
	"creatorpay/settlement"
)

// Head are the first columns of every export.
type Head struct {
	Kind  settlement.Kind `json:"period" doc:"Kind of the period: daily, weekly or monthly." enum:"daily,weekly,monthly"`
	Start settlement.Day  `json:"start" doc:"First day of the period." format:"date"`
}

// StatisticsRow is one video's figures of one period. A video with any row in the period has one, even if nothing counted.
type StatisticsRow struct {
	Head
	VideoID   int64 `json:"video_id"`
	CreatorID int64 `json:"creator_id"`
	settlement.Statistics
}

// SettlementRow is what one video earned in one period, late views that it paid among it. The ordinals are (from, to], amounts
// are whole won.
type SettlementRow struct {
	Head
	CreatorID int64 `json:"creator_id"`
	VideoID   int64 `json:"video_id"`
	settlement.Earnings
}

// AdjustmentRow is what the late views of one video and closed day came to, on one of the period's days that posted and paid them. Its
// ordinals and amounts are part of those of the [SettlementRow].
type AdjustmentRow struct {
	Head
	CreatorID int64          `json:"creator_id"`
	VideoID   int64          `json:"video_id"`
	WatchedOn settlement.Day `json:"watched_on" doc:"The closed day on which they were watched." format:"date"`
	PostedOn  settlement.Day `json:"posted_on" doc:"The day that paid them." format:"date"`
	settlement.Statistics
	settlement.Earnings
}

// TopRow is one place of a ranking.
type TopRow struct {
	Head
	Metric  string `json:"metric" doc:"What it is ranked by: counted views, or their play time in seconds." enum:"views,played_seconds"`
	Rank    int    `json:"rank" doc:"1 is the first."`
	VideoID int64  `json:"video_id"`
	Title   string `json:"title" doc:"As it was when the period closed."`
	Value   int64  `json:"value"`
}

// statistics are a line for each video that has a row in the period, even if nothing counted.
func (s source) statistics(ctx context.Context, each func(StatisticsRow) error) error {
	if s.period.Kind == settlement.Daily {
		return s.db.EachStatistics(ctx, s.period.Start, settlement.Range{}, func(line db.StatisticsLine) error {
			return each(StatisticsRow{s.head(), line.VideoID, line.CreatorID, line.Statistics})
		})
	}
	return s.db.EachPeriodVideo(ctx, s.period, settlement.AllCreators, db.ByVideo, func(line db.PeriodVideo) error {
		if line.Rows() == 0 { // it only has late views
			return nil
		}
		return each(StatisticsRow{s.head(), line.VideoID, line.CreatorID, line.Statistics})
	})
}

// settlements are a line for each video of which something counted, late views among it.
func (s source) settlements(ctx context.Context, each func(SettlementRow) error) error {
	row := func(line db.SettlementLine) error {
		return each(SettlementRow{s.head(), line.CreatorID, line.VideoID, line.Earnings})
	}
	if s.period.Kind == settlement.Daily {
		return s.db.EachSettlement(ctx, s.period.Start, settlement.Range{}, row)
	}
	return s.db.EachPeriodVideo(ctx, s.period, settlement.AllCreators, db.ByCreator, func(line db.PeriodVideo) error {
		if line.Views+line.LateViews == 0 {
			return nil
		}
		return row(line.Settlement())
	})
}

// adjustments are the late views that the period's days posted.
func (s source) adjustments(ctx context.Context, each func(AdjustmentRow) error) error {
	return s.db.EachAdjustment(ctx, s.period, settlement.AllCreators, func(a db.Adjustment) error {
		return each(AdjustmentRow{s.head(), a.CreatorID, a.VideoID, a.WatchedOn, a.PostedOn, a.Statistics, a.Earnings})
	})
}

// top5 are the videos of both rankings.
func (s source) top5(ctx context.Context, each func(TopRow) error) error {
	top, err := s.db.TopVideos(ctx, s.period)
	if err != nil {
		return err
	}
	for _, video := range top {
		if err := each(TopRow{s.head(), video.Metric, video.Rank, video.VideoID, video.Title, video.Value}); err != nil {
			return err
		}
	}
	return nil
}
