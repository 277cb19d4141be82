// Package explain shows how the amount of one video on one closed day came about, step by step: the rows, what of
// them counted, their ordinals, what each price paid, and the cut to whole won; and what became of its payments. It
// rests on the books alone.
package explain

import (
	"creatorpay/engine/export"
	"creatorpay/settlement"
)

// Explanation is how one video's amount of one closed day came about. It rests on sealed rows only, so that it is
// the same for ever.
type Explanation struct {
	export.Head
	VideoID   int64 `json:"video_id"`
	CreatorID int64 `json:"creator_id" doc:"For whom the video was counted."`

	Rows           Rows                   `json:"rows" doc:"The rows of the day itself, and what became of them."`
	Views          Part                   `json:"views" doc:"What the counted views earned."`
	Ads            Part                   `json:"ads" doc:"What the ad views of counted views earned."`
	Late           []export.AdjustmentRow `json:"late" nullable:"false" doc:"Views of earlier, closed days that the day paid; their ordinals and amounts are part of those above."`
	PriceRule      PriceRule              `json:"price_rule"`
	RepeatWindowMS int64                  `json:"repeat_window_ms" doc:"A view is a repeat that starts less than so many milliseconds after the same viewer's previous one of the video."`
	Payments       *Payments              `json:"payments,omitempty" doc:"What became of its payments; missing without any row of them."`
	Chunk          Chunk                  `json:"chunk" doc:"The part of the day with which the video was counted."`
	Seal           string                 `json:"seal" doc:"SHA-256, in hexadecimal, of the period, when it closed, and the seals of its rows."`
}

// Rows are the rows that the watch log had of the video when the day closed.
type Rows struct {
	All int64 `json:"all" doc:"Rows of the watch log: counted views, self views and repeat views."`
	settlement.Statistics
}

// Part is what views of one sort earned, late ones among them. All is 0 where nothing counted.
type Part struct {
	OrdinalsFrom int64          `json:"ordinals_from" doc:"The ordinal in the video's whole life at which its last settled day ended."`
	OrdinalsTo   int64          `json:"ordinals_to" doc:"The ordinal of the last view that is paid here."`
	Count        int64          `json:"count"`
	Shares       []Share        `json:"shares" nullable:"false" doc:"The views by the price that pays them, in the order of their ordinals."`
	Exact        string         `json:"exact" doc:"The sum of the shares in won, with four decimals."`
	Cut          string         `json:"cut" doc:"What cutting the exact sum to whole won takes off: once per video, day and sort, with four decimals."`
	Amount       settlement.Won `json:"amount" doc:"Whole won."`
}

// Share is the views that one price pays.
type Share struct {
	UnitPrice   settlement.UnitPrice `json:"unit_price" doc:"Price of one view in 1/10,000 won: 11000 is 1.1 won."`
	FromOrdinal int64                `json:"from_ordinal" doc:"Ordinal of the first of them."`
	ToOrdinal   int64                `json:"to_ordinal" doc:"Ordinal of the last of them."`
	Count       int64                `json:"count"`
	Exact       string               `json:"exact" doc:"What they earned in won, with four decimals."`
}

// PriceRule is one version of the prices: a [settlement.PriceRule] as readers are given it.
type PriceRule struct {
	Version   int64            `json:"version"`
	HoldsFrom settlement.Day   `json:"holds_from" format:"date" doc:"First day that is settled by it."`
	Views     settlement.Tiers `json:"views" nullable:"false" doc:"Unit prices in 1/10,000 won, and the ordinals from which on they hold."`
	AdViews   settlement.Tiers `json:"ad_views" nullable:"false" doc:"The same for ad views."`
}

// Chunk is the range of videos with which the video was counted.
type Chunk struct {
	Number      int    `json:"number" doc:"1, 2, 3 ... in the order of the videos."`
	VideoFrom   *int64 `json:"video_from" doc:"Its first video; null for no lower end."`
	VideoBefore *int64 `json:"video_before" doc:"The first video after it; null for no upper end."`
	Rows        int64  `json:"rows" doc:"Rows of the watch log that it read."`
	Checksum    string `json:"checksum" doc:"Of these rows, in any order; a decimal number below 2^64."`

	PaymentRows      int64  `json:"payment_rows,omitzero" doc:"Rows of the payments log that it read; missing without any."`
	PaymentsChecksum string `json:"payments_checksum,omitempty" doc:"Of those rows, as the other one; missing without any."`
}
