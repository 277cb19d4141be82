package export

import (
	"context"

	"creatorpay/db"
	"creatorpay/settlement"
)

// head are the first columns of every export.
type head struct {
	Kind  settlement.Kind `json:"period"`
	Start settlement.Day  `json:"start"`
}

type statisticsRow struct {
	head
	VideoID   int64 `json:"video_id"`
	CreatorID int64 `json:"creator_id"`
	settlement.Statistics
}

type settlementRow struct {
	head
	CreatorID int64 `json:"creator_id"`
	VideoID   int64 `json:"video_id"`
	settlement.Earnings
}

type adjustmentRow struct {
	head
	CreatorID int64          `json:"creator_id"`
	VideoID   int64          `json:"video_id"`
	WatchedOn settlement.Day `json:"watched_on"`
	PostedOn  settlement.Day `json:"posted_on"`
	settlement.Statistics
	settlement.Earnings
}

type topRow struct {
	head
	Metric  string `json:"metric"`
	Rank    int    `json:"rank"`
	VideoID int64  `json:"video_id"`
	Title   string `json:"title"`
	Value   int64  `json:"value"`
}

// statistics are a line for each video that has a row in the period, even if nothing counted.
func (s source) statistics(ctx context.Context, each func(statisticsRow) error) error {
	if s.period.Kind == settlement.Daily {
		return s.db.EachStatistics(ctx, s.period.Start, settlement.Range{}, func(line db.StatisticsLine) error {
			return each(statisticsRow{s.head(), line.VideoID, line.CreatorID, line.Statistics})
		})
	}
	return s.db.EachPeriodVideo(ctx, s.period, settlement.AllCreators, db.ByVideo, func(line db.PeriodVideo) error {
		if line.Rows() == 0 { // it only has late views
			return nil
		}
		return each(statisticsRow{s.head(), line.VideoID, line.CreatorID, line.Statistics})
	})
}

// settlements are a line for each video of which something counted, late views among it.
func (s source) settlements(ctx context.Context, each func(settlementRow) error) error {
	row := func(line db.SettlementLine) error {
		return each(settlementRow{s.head(), line.CreatorID, line.VideoID, line.Earnings})
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
func (s source) adjustments(ctx context.Context, each func(adjustmentRow) error) error {
	return s.db.EachAdjustment(ctx, s.period, settlement.AllCreators, func(a db.Adjustment) error {
		return each(adjustmentRow{s.head(), a.CreatorID, a.VideoID, a.WatchedOn, a.PostedOn, a.Statistics, a.Earnings})
	})
}

// top5 are the videos of both rankings.
func (s source) top5(ctx context.Context, each func(topRow) error) error {
	top, err := s.db.TopVideos(ctx, s.period)
	if err != nil {
		return err
	}
	for _, video := range top {
		if err := each(topRow{s.head(), video.Metric, video.Rank, video.VideoID, video.Title, video.Value}); err != nil {
			return err
		}
	}
	return nil
}
