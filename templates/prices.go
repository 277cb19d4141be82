package templates

import (
	"fmt"

	"creatorpay/settlement"
)

const tierHeight = 15

// writePrices shows the tiers of each rule that a day was settled by.
func (l *letter) writePrices() {
	l.section(l.prices, 110)
	for _, rule := range l.statement.Prices {
		tiers := max(len(rule.Views), len(rule.AdViews))
		l.needs(33 + tierHeight*float64(min(tiers, 20)))
		l.down(12)
		l.write(left, l.y, body, fmt.Sprintf(l.priceRule, settlement.Number(rule.Version), l.Day(rule.HoldsFrom)))
		l.down(16)
		l.writeTierHeads(left, l.fromView, l.perView)
		l.writeTierHeads(right-column, l.fromAd, l.perAd)
		l.down(5)
		for i := range tiers {
			l.needs(tierHeight)
			l.writeTier(left, rule.Views, i)
			l.writeTier(right-column, rule.AdViews, i)
			l.down(tierHeight)
		}
		l.down(6)
	}
	l.paragraph(note, l.rounding)
}

func (l *letter) writeTierHeads(x float64, from, price string) {
	l.write(x, l.y, caption, from)
	l.writeRight(x+column, l.y, caption, price)
	l.fill(x, l.y+5, column, 0.6, pale)
}

func (l *letter) writeTier(x float64, tiers settlement.Tiers, i int) {
	if i < len(tiers) {
		l.write(x, l.y+12, body, fmt.Sprintf(l.ordinal, settlement.Number(tiers[i].From)))
		l.writeRight(x+column, l.y+12, strong, Price(tiers[i].Price))
	}
}
