package export

import (
	"context"
	"fmt"

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

// PaymentRow is what the payments of one video came to in one period, late rows that its days posted among them. A video with any row of
// payments in the period has one. Amounts are whole won, less what was given back; they may be negative.
type PaymentRow struct {
	Head
	CreatorID int64 `json:"creator_id"`
	VideoID   int64 `json:"video_id"`
	settlement.PaymentFigures
}

// PaymentAdjustmentRow is what the late rows of payments of one video and closed day came to, on one of the period's days that posted
// and settled them. Its figures are part of those of the [PaymentRow].
type PaymentAdjustmentRow struct {
	Head
	CreatorID int64          `json:"creator_id"`
	VideoID   int64          `json:"video_id"`
	PaidOn    settlement.Day `json:"paid_on" doc:"The closed day of the rows." format:"date"`
	PostedOn  settlement.Day `json:"posted_on" doc:"The day that settled them." format:"date"`
	settlement.PaymentFigures
}

// PayoutRow is what one creator is paid for a week, and what is carried of negative weeks (R16): Amount and BroughtForward are
// together Payable and CarriedForward. A creator with a statement of the week has one. All are whole won.
type PayoutRow struct {
	Head
	CreatorID int64 `json:"creator_id"`
	settlement.Amounts
	Net    settlement.Won `json:"net"`    // of payments; may be negative
	Amount settlement.Won `json:"amount"` // of the week: Amounts and Net together
	settlement.Payout
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

// EachStatistics hands over the period's rows, by video: one for each video that has a row in the period, even if nothing counted.
func EachStatistics(ctx context.Context, from *db.DB, period settlement.Period, lines db.Lines, each func(StatisticsRow) error) error {
	head := HeadOf(period)
	if period.Kind == settlement.Daily {
		return from.EachStatistics(ctx, period.Start, lines, func(line db.StatisticsLine) error {
			return each(StatisticsRow{head, line.VideoID, line.CreatorID, line.Statistics})
		})
	}
	return from.EachPeriodVideo(ctx, period, db.WithRows, lines, db.ByVideo, func(line db.PeriodVideo) error {
		return each(StatisticsRow{head, line.VideoID, line.CreatorID, line.Statistics})
	})
}

// EachSettlement hands over the period's rows, by creator and video: one for each video of which something counted, late views among it.
func EachSettlement(ctx context.Context, from *db.DB, period settlement.Period, lines db.Lines, each func(SettlementRow) error) error {
	if period.Kind == settlement.Daily {
		return from.EachSettlement(ctx, period.Start, lines, func(line db.SettlementLine) error { return each(SettlementRowOf(period, line)) })
	}
	return from.EachPeriodVideo(ctx, period, db.WithCounted, lines, db.ByCreator, func(line db.PeriodVideo) error {
		return each(SettlementRowOf(period, line.Settlement()))
	})
}

// SettlementRowOf is the row of the period's line.
func SettlementRowOf(period settlement.Period, line db.SettlementLine) SettlementRow {
	return SettlementRow{HeadOf(period), line.CreatorID, line.VideoID, line.Earnings}
}

// EachAdjustment hands over the rows of the late views that the period's days posted, by creator, video, and the days that posted them and
// on which they were watched.
func EachAdjustment(ctx context.Context, from *db.DB, period settlement.Period, lines db.Lines, each func(AdjustmentRow) error) error {
	return from.EachAdjustment(ctx, period, lines, func(a db.Adjustment) error { return each(AdjustmentRowOf(period, a)) })
}

// AdjustmentRowOf is the row of the adjustment, which a day of the period posted.
func AdjustmentRowOf(period settlement.Period, a db.Adjustment) AdjustmentRow {
	return AdjustmentRow{HeadOf(period), a.CreatorID, a.VideoID, a.WatchedOn, a.PostedOn, a.Statistics, a.Earnings}
}

// EachPayment hands over the period's rows, by creator and video.
func EachPayment(ctx context.Context, from *db.DB, period settlement.Period, lines db.Lines, each func(PaymentRow) error) error {
	if period.Kind == settlement.Daily {
		return from.EachPaymentLine(ctx, period.Start, lines, func(line db.PaymentLine) error {
			return each(PaymentRowOf(period, line))
		})
	}
	return from.EachPeriodVideo(ctx, period, db.WithPayments, lines, db.ByCreator, func(line db.PeriodVideo) error {
		return each(PaymentRow{HeadOf(period), line.CreatorID, line.VideoID, line.PaymentFigures})
	})
}

// PaymentRowOf is the row of the period's line.
func PaymentRowOf(period settlement.Period, line db.PaymentLine) PaymentRow {
	return PaymentRow{HeadOf(period), line.CreatorID, line.VideoID, line.PaymentFigures}
}

// EachPaymentAdjustment hands over the rows of the late payments that the period's days posted, by creator, video, and the days that
// posted them and to which they belong.
func EachPaymentAdjustment(ctx context.Context, from *db.DB, period settlement.Period, lines db.Lines, each func(PaymentAdjustmentRow) error) error {
	head := HeadOf(period)
	return from.EachPaymentAdjustment(ctx, period, lines, func(a db.PaymentAdjustment) error {
		return each(PaymentAdjustmentRow{head, a.CreatorID, a.VideoID, a.PaidOn, a.PostedOn, a.PaymentFigures})
	})
}

// EachPayout hands over the week's rows, by creator.
func EachPayout(ctx context.Context, from *db.DB, week settlement.Period, each func(PayoutRow) error) error {
	carried := map[int64]settlement.Payout{} // by creator: few ever have a negative week
	if err := from.EachPayout(ctx, settlement.AllCreators, func(creator int64, of settlement.Day, payout settlement.Payout) error {
		if of == week.Start && !payout.IsZero() {
			carried[creator] = payout
		}
		return nil
	}); err != nil {
		return err
	}
	return from.EachStatement(ctx, week, settlement.AllCreators, func(of db.Statement) error {
		amount, err := of.Total()
		if err != nil {
			return fmt.Errorf("add up the week of creator %d: %w", of.CreatorID, err)
		}
		payout := carried[of.CreatorID]
		if payout.IsZero() {
			payout.Payable = amount
		}
		return each(PayoutRow{HeadOf(week), of.CreatorID, of.Amounts, of.Net, amount, payout})
	})
}

// EachTop hands over the rows of both rankings, by metric and rank.
func EachTop(ctx context.Context, from *db.DB, period settlement.Period, each func(TopRow) error) error {
	top, err := from.TopVideos(ctx, period)
	if err != nil {
		return err
	}
	for _, video := range top {
		if err := each(TopRow{HeadOf(period), video.Metric, video.Rank, video.VideoID, video.Title, video.Value}); err != nil {
			return err
		}
	}
	return nil
}

// HeadOf are the first columns of the period's rows.
func HeadOf(period settlement.Period) Head { return Head{period.Kind, period.Start} }
