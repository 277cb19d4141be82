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

	Payments     db.PaymentLine         // zero if the day has no payments of the video, nor late ones
	LatePayments []db.PaymentAdjustment // what of it is of late rows, by their own day
	Refunds      []db.Refund            // what the first refunds gave back
	FeeRule      settlement.FeeRule     // of the day's own payments; zero without payments
}

// Read reads the video's day from the books of its closed run. There is nothing
// to be found of a video of which the day has neither rows of either log nor late
// ones.
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
	if err := day.readPayments(ctx, books); err != nil {
		return day, false, err
	}
	if len(statistics) == 0 && len(day.Late) == 0 && day.Payments.Rows() == 0 {
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

// readPayments reads what the day settled of the video's payments.
func (d *Day) readPayments(ctx context.Context, books *db.DB) error {
	if !d.Run.HasPayments() {
		return nil
	}
	videos := settlement.OneVideo(d.VideoID)
	lines, err := books.PaymentLines(ctx, d.Run.StartsOn, videos)
	if err != nil || len(lines) == 0 {
		return err
	}
	d.Payments = lines[0]
	of := db.Lines{Creators: settlement.AllCreators, Videos: videos}
	if err := books.EachPaymentAdjustment(ctx, d.Run.Period(), of, func(late db.PaymentAdjustment) error {
		d.LatePayments = append(d.LatePayments, late)
		return nil
	}); err != nil {
		return err
	}
	if d.Refunds, err = books.Refunds(ctx, d.Run.StartsOn, videos, refundsShown); err != nil {
		return err
	}
	rule, err := books.FeesOf(ctx, d.Run.StartsOn)
	if err == nil {
		d.FeeRule, err = books.FeesBefore(ctx, rule.Version, d.Run.StartsOn+1)
	}
	return err
}

// CreatorID is for whom the video was counted.
func (d Day) CreatorID() int64 {
	switch {
	case len(d.Late) > 0:
		return d.Late[0].CreatorID
	case d.Statistics.CreatorID != 0:
		return d.Statistics.CreatorID
	default:
		return d.Payments.CreatorID
	}
}
