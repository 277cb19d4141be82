package explain

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"creatorpay/engine/export"
	"creatorpay/settlement"
)

// Explain explains the day by what the books hold of it, and nothing else.
func (d Day) Explain() Explanation {
	period, earned := d.Run.Period(), d.Settlement
	explanation := Explanation{
		Head:           export.HeadOf(period),
		VideoID:        d.VideoID,
		CreatorID:      d.CreatorID(),
		Rows:           Rows{All: d.Statistics.Rows(), Statistics: d.Statistics.Statistics},
		Views:          part(d.Rule.Views, earned.OfViews(), earned.VideoAmount),
		Ads:            part(d.Rule.AdViews, earned.OfAdViews(), earned.AdAmount),
		Late:           make([]export.AdjustmentRow, len(d.Late)),
		PriceRule:      PriceRule(d.Rule),
		RepeatWindowMS: d.Run.WindowMS,
		Chunk: Chunk{
			Number: d.Chunk.Number, VideoFrom: d.Chunk.From, VideoBefore: d.Chunk.Before,
			Rows: d.Chunk.Statistics.Rows() + d.Chunk.UnknownRows, Checksum: strconv.FormatUint(d.Chunk.Checksum, 10),
		},
		Seal: d.Run.Seal(),
	}
	if d.Payments.Rows() > 0 {
		explanation.Payments = d.payments()
	}
	if rows := d.Chunk.OwnPayments(); rows > 0 {
		explanation.Chunk.PaymentRows, explanation.Chunk.PaymentsChecksum = rows, strconv.FormatUint(d.Chunk.PaymentsChecksum, 10)
	}
	for i, adjustment := range d.Late {
		explanation.Late[i] = export.AdjustmentRowOf(period, adjustment)
	}
	return explanation
}

// part explains the amount that views with the ordinals were paid.
func part(tiers settlement.Tiers, ordinals settlement.Ordinals, amount settlement.Won) Part {
	found := Part{OrdinalsFrom: ordinals.From, OrdinalsTo: ordinals.To, Count: ordinals.Count(), Shares: []Share{}, Amount: amount}
	sum, last := new(big.Int), ordinals.From
	for share := range tiers.Shares(ordinals) {
		exact := units(share.Count, int64(share.Price))
		found.Shares = append(found.Shares, Share{
			UnitPrice: share.Price, FromOrdinal: last + 1, ToOrdinal: last + share.Count, Count: share.Count, Exact: won(exact),
		})
		sum.Add(sum, exact)
		last += share.Count
	}
	found.Exact = won(sum)
	found.Cut = won(sum.Sub(sum, units(int64(amount), settlement.UnitsPerWon)))
	return found
}

// AddsUp tells whether the amount is the exact sum cut to whole won, as it is unless it was changed by hand.
func (p Part) AddsUp() bool { return strings.HasPrefix(p.Cut, "0.") }

// units are price units, of which so many cost so much each: more than 64 bits hold.
func units(count, price int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(count), big.NewInt(price))
}

// won writes price units as won with all their decimals.
func won(units *big.Int) string {
	whole, rest := new(big.Int).QuoRem(units, big.NewInt(settlement.UnitsPerWon), new(big.Int))
	sign := ""
	if units.Sign() < 0 { // only where an amount was changed by hand
		sign = "-"
	}
	return fmt.Sprintf("%s%d.%04d", sign, whole.Abs(whole), rest.Abs(rest))
}
