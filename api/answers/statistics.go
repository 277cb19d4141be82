package answers

import (
	"context"

	"creatorpay/db"
	"creatorpay/engine/export"
	"creatorpay/settlement"
)

// Statistics are the figures of a creator's videos in a closed period, and what was left out.
type Statistics struct {
	export.Head
	CreatorID int64                  `json:"creator_id"`
	Totals    StatisticsTotals       `json:"totals" doc:"Of all videos, not only those of this page."`
	Lines     []export.StatisticsRow `json:"lines" nullable:"false" doc:"By video, as in the export: one for each video with any row in the period."`
	Next      *int64                 `json:"-"` // Page.After of the next page; nil if there is none
}

// StatisticsTotals are the figures of all videos of a creator.
type StatisticsTotals struct {
	Videos int64 `json:"videos" doc:"Videos with a line."`
	settlement.Statistics
	LeftOut LeftOut `json:"left_out" doc:"Views that did not count, by reason."`
}

// LeftOut are views that did not count, by reason.
type LeftOut struct {
	All         int64 `json:"all"`
	SelfViews   int64 `json:"self_views" doc:"Views by the video's own creator."`
	RepeatViews int64 `json:"repeat_views" doc:"Views that started too soon after the same viewer's previous view of the video."`
}

// Statistics answers with the figures of the creator's videos in the closed period: the totals, and the lines of one page.
func (b *Books) Statistics(ctx context.Context, creator int64, period settlement.Period, page Page) (Sealed[Statistics], error) {
	limit, err := limitOf(page.Limit)
	if err != nil {
		return Sealed[Statistics]{}, err
	}
	videos, err := page.start()
	if err != nil {
		return Sealed[Statistics]{}, err
	}
	return sealed(ctx, b, period, func(ctx context.Context, books *db.DB, _ db.SealedRun) (Statistics, error) {
		found := Statistics{Head: export.HeadOf(period), CreatorID: creator, Lines: []export.StatisticsRow{}}
		lines := db.Lines{Creators: one(creator), Videos: videos, Limit: limit + 1}
		if err := export.EachStatistics(ctx, books, period, lines, func(row export.StatisticsRow) error {
			found.Lines = append(found.Lines, row)
			return nil
		}); err != nil {
			return found, err
		}
		found.Lines, found.Next = cut(found.Lines, limit, func(row export.StatisticsRow) int64 { return row.VideoID })
		sum, err := books.SumStatistics(ctx, period, db.Lines{Creators: one(creator)})
		if err != nil {
			return found, err
		}
		found.Totals = StatisticsTotals{
			Videos: sum.Videos, Statistics: sum.Statistics,
			LeftOut: LeftOut{All: sum.SelfViews + sum.RepeatViews, SelfViews: sum.SelfViews, RepeatViews: sum.RepeatViews},
		}
		if sum.Videos == 0 {
			_, err = requireCreator(ctx, books, creator)
		}
		return found, err
	})
}
