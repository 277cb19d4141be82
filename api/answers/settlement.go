package answers

import (
	"context"

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
func (b *Books) Settlement(ctx context.Context, creator int64, period settlement.Period, page Page) (Sealed[Settlement], error) {
	return Sealed[Settlement]{}, errStub
}
