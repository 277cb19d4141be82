package explain

import (
	"context"

	"creatorpay/db"
	"creatorpay/settlement"
)

// Day is what the books hold of one video's closed day.
type Day struct {
	Run        db.SealedRun
	VideoID    int64
	Rule       settlement.PriceRule
	Chunk      db.Chunk
	Statistics db.StatisticsLine // zero if the day has only late views of the video
	Settlement db.SettlementLine // zero if nothing counted
	Late       []db.Adjustment   // that the day posted, by the day on which they were watched
}

// Read reads the video's day from the books of its closed run. There is nothing
// to be found of a video of which the day has neither rows nor late views.
func Read(ctx context.Context, books *db.DB, run db.SealedRun, video int64) (day Day, found bool, err error) {
	day = Day{Run: run, VideoID: video}
	videos := settlement.OneVideo(video)
	statistics, err := books.Statistics(ctx, run.StartsOn, videos)
	if err != nil {
		return day, false, err
	}
	if day.Late, err = books.PostedAdjustments(ctx, run.StartsOn, videos); err != nil {
		return day, false, err
	}
	if len(statistics) == 0 && len(day.Late) == 0 {
		return day, false, nil
	}
	settlements, err := books.Settlements(ctx, run.StartsOn, videos)
	if err != nil {
		return day, false, err
	}
	if len(statistics) > 0 {
		day.Statistics = statistics[0]
	}
	if len(settlements) > 0 {
		day.Settlement = settlements[0]
	}
	if day.Rule, err = books.Prices.Version(ctx, run.PriceRule); err != nil {
		return day, false, err
	}
	day.Chunk, err = books.ChunkOf(ctx, run.Period(), video)
	return day, err == nil, err
}

// CreatorID is for whom the video was counted.
func (d Day) CreatorID() int64 {
	if len(d.Late) > 0 {
		return d.Late[0].CreatorID
	}
	return d.Statistics.CreatorID
}
