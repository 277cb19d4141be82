package answers

import (
	"context"

	"creatorpay/db"
	"creatorpay/engine/export"
	"creatorpay/settlement"
)

// Settlement is what a creator's videos earned in a closed period.
type Settlement struct {
	export.Head
	CreatorID   int64                  `json:"creator_id"`
	Totals      SettlementTotals       `json:"totals" doc:"Of all videos, not only those of this page."`
	Lines       []export.SettlementRow `json:"lines" nullable:"false" doc:"By video, as in the export: one for each video of which something counted, late views among it."`
	Adjustments []export.AdjustmentRow `json:"adjustments" nullable:"false" doc:"As in the export: late views of the page's videos that the period's days paid, a part of the lines."`
	Next        *int64                 `json:"-"` // Page.After of the next page; nil if there is none
}

// SettlementTotals are what all videos of a creator earned.
type SettlementTotals struct {
	Videos  int64 `json:"videos" doc:"Videos with a line."`
	Views   int64 `json:"views" doc:"Counted views that were paid, late ones among them."`
	AdViews int64 `json:"ad_views" doc:"Ad views that were paid, late ones among them."`
	settlement.Amounts
	Amount settlement.Won `json:"amount" doc:"Both amounts together, in whole won."`
}

// Settlement answers with what the creator's videos earned in the closed period: the totals, and the lines of one page.
// A page of adjustments has those of the page's videos, and the last one those of all videos after it.
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
		found.Lines, found.Next = cut(found.Lines, limit, func(row export.SettlementRow) int64 { return row.VideoID })
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
		sum, err := books.SumSettlements(ctx, period, db.Lines{Creators: one(creator)})
		if err != nil {
			return found, err
		}
		found.Totals = SettlementTotals{Videos: sum.Videos, Views: sum.Views, AdViews: sum.AdViews, Amounts: sum.Amounts}
		if found.Totals.Amount, err = sum.Total(); err != nil {
			return found, err
		}
		if sum.Videos == 0 {
			_, err = requireCreator(ctx, books, creator)
		}
		return found, err
	})
}
