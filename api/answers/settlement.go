package answers

import (
	"context"
	"slices"

	"creatorpay/db"
	"creatorpay/engine/export"
	"creatorpay/settlement"
)

// Settlement is what a creator's videos earned in a closed period.
type Settlement struct {
	export.Head
	CreatorID          int64                         `json:"creator_id"`
	Totals             SettlementTotals              `json:"totals" doc:"Of all videos, not only those of this page."`
	Lines              []export.SettlementRow        `json:"lines" nullable:"false" doc:"By video, as in the export: one for each video of which something counted, late views among it."`
	Payments           []export.PaymentRow           `json:"payments,omitempty" nullable:"false" doc:"By video, as in the export: one for each of the page's videos with any row of payments. Missing without any."`
	Adjustments        []export.AdjustmentRow        `json:"adjustments" nullable:"false" doc:"As in the export: late views of the page's videos that the period's days paid, a part of the lines."`
	PaymentAdjustments []export.PaymentAdjustmentRow `json:"payment_adjustments,omitempty" nullable:"false" doc:"As in the export: late payments of the page's videos that the period's days settled, a part of the payments. Missing without any."`

	Next *int64 `json:"-"` // Page.After of the next page; nil if there is none
}

// SettlementTotals are what all videos of a creator earned.
type SettlementTotals struct {
	Videos  int64 `json:"videos" doc:"Videos with a line."`
	Views   int64 `json:"views" doc:"Counted views that were paid, late ones among them."`
	AdViews int64 `json:"ad_views" doc:"Ad views that were paid, late ones among them."`
	settlement.Amounts
	Payments settlement.PaymentFigures `json:"payments,omitzero" doc:"What payments came to; missing without any."`
	Amount   settlement.Won            `json:"amount" doc:"Both amounts and the net of payments together, in whole won. It may be negative."`
}

// Settlement answers with what the creator's videos earned in the closed period: the totals, and the lines of one page.
// A page has as many videos with a line and as many with payments as its limit at most. A page of adjustments, of views or of
// payments, has those of the page's videos, and the last one those of all videos after it.
func (b *Books) Settlement(ctx context.Context, creator int64, period settlement.Period, page Page) (Sealed[Settlement], error) {
	limit, err := limitOf(page.Limit)
	if err != nil {
		return Sealed[Settlement]{}, err
	}
	videos, err := page.start()
	if err != nil {
		return Sealed[Settlement]{}, err
	}
	return sealed(ctx, b, period, func(ctx context.Context, books *db.DB, _ db.SealedRun) (Settlement, error) {
		found := Settlement{
			Head: export.HeadOf(period), CreatorID: creator,
			Lines: []export.SettlementRow{}, Adjustments: []export.AdjustmentRow{},
		}
		lines := db.Lines{Creators: one(creator), Videos: videos, Limit: limit + 1}
		if err := export.EachSettlement(ctx, books, period, lines, func(row export.SettlementRow) error {
			found.Lines = append(found.Lines, row)
			return nil
		}); err != nil {
			return found, err
		}
		if err := export.EachPayment(ctx, books, period, lines, func(row export.PaymentRow) error {
			found.Payments = append(found.Payments, row)
			return nil
		}); err != nil {
			return found, err
		}
		found.cut(limit)
		lines.Limit = 0
		if found.Next != nil {
			lines.Videos.Before = settlement.OneVideo(*found.Next).Before
		}
		if err := export.EachAdjustment(ctx, books, period, lines, func(row export.AdjustmentRow) error {
			found.Adjustments = append(found.Adjustments, row)
			return nil
		}); err != nil {
			return found, err
		}
		if err := export.EachPaymentAdjustment(ctx, books, period, lines, func(row export.PaymentAdjustmentRow) error {
			found.PaymentAdjustments = append(found.PaymentAdjustments, row)
			return nil
		}); err != nil {
			return found, err
		}
		sum, err := books.SumSettlements(ctx, period, db.Lines{Creators: one(creator)})
		if err != nil {
			return found, err
		}
		sold, err := books.SumPayments(ctx, period, db.Lines{Creators: one(creator)})
		if err != nil {
			return found, err
		}
		found.Totals = SettlementTotals{Videos: sum.Videos, Views: sum.Views, AdViews: sum.AdViews, Amounts: sum.Amounts, Payments: sold.PaymentFigures}
		if found.Totals.Amount, err = sum.TotalWith(sold.Net); err != nil {
			return found, err
		}
		if sum.Videos == 0 && sold.Videos == 0 {
			_, err = requireCreator(ctx, books, creator)
		}
		return found, err
	})
}

// cut leaves the page of the lines and payments, which were read with one more than it has: it ends with the video
// after which either of them has more.
func (s *Settlement) cut(limit int) {
	lines, linesEnd := cut(s.Lines, limit, func(row export.SettlementRow) int64 { return row.VideoID })
	payments, paymentsEnd := cut(s.Payments, limit, func(row export.PaymentRow) int64 { return row.VideoID })
	s.Next = linesEnd
	if linesEnd == nil || paymentsEnd != nil && *paymentsEnd < *linesEnd {
		s.Next = paymentsEnd
	}
	if s.Next != nil {
		lines = slices.DeleteFunc(lines, func(row export.SettlementRow) bool { return row.VideoID > *s.Next })
		payments = slices.DeleteFunc(payments, func(row export.PaymentRow) bool { return row.VideoID > *s.Next })
	}
	s.Lines, s.Payments = lines, payments
}
