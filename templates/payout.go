package templates

import (
	"fmt"

	"creatorpay/settlement"
	"creatorpay/templates/pdf"
)

// layOutPayout is the table of contents of the payout statement.
func layOutPayout(font *pdf.Font, s *Statement) *sheet {
	l := newLetter(font, s, s.labels().payout)
	l.writeHead()
	l.writeTotal()
	l.writeDays()
	l.writeCounts()
	l.writeVideos()
	l.writePrices()
	l.writeQuestions()
	l.writeFooters()
	return l.sheet
}

func (l *letter) writeTotal() {
	_, videoAmount, adAmount := l.statement.Totals()
	const height = 78
	l.fill(left, l.y, width, height, tint)
	l.fill(left, l.y, 3, height, accent)
	const inset = 20
	l.write(left+inset, l.y+25, pdf.Style{Size: 9, Colour: muted}, l.total)
	amount := pdf.Style{Bold: true, Size: 30, Colour: ink}
	l.write(left+inset, l.y+59, l.shrunk(amount, won(videoAmount+adAmount), width*0.55), won(videoAmount+adAmount))

	y := l.y + 35
	for _, part := range []struct {
		label  string
		amount int64
	}{{l.videoAmount, videoAmount}, {l.adAmount, adAmount}} {
		l.write(right-168, y, caption, part.label)
		l.writeRight(right-inset, y, l.shrunk(strong, won(part.amount), 92), won(part.amount))
		y += 19
	}
	l.down(height)
}

// writeDays draws a bar for each day of the period.
func (l *letter) writeDays() {
	const barsHeight = 48
	l.section(l.daily, barsHeight+50)
	var highest int64
	for _, day := range l.statement.Days {
		highest = max(highest, day.Amount)
	}
	slot := width / float64(max(len(l.statement.Days), 1))
	foot := l.y + 16 + barsHeight
	for i, day := range l.statement.Days {
		middle := left + slot*(float64(i)+0.5)
		barWidth := min(slot*0.56, 34)
		barHeight := barsHeight * share(day.Amount, highest)
		l.fill(middle-barWidth/2, foot-barHeight, barWidth, barHeight, accent)
		l.writeInSlot(middle, foot-barHeight-5, slot, pdf.Style{Size: 7.5, Colour: ink}, won(day.Amount))
		weekday, date := l.shortDay(day.Day)
		l.writeInSlot(middle, foot+12, slot, pdf.Style{Size: 7.5, Colour: ink}, weekday)
		l.writeInSlot(middle, foot+22, slot, note, date)
	}
	l.rule(foot, pale)
	l.down(16 + barsHeight + 24)
}

// share is how much of the whole a part is, from 0 to 1.
func share(part, whole int64) float64 { return float64(part) / float64(max(whole, 1)) }

// writeInSlot writes a text that must not run into its neighbours; one that
// would be too small to read is left out.
func (l *letter) writeInSlot(middle, y, slot float64, st pdf.Style, text string) {
	if st = l.shrunk(st, text, slot-3); st.Size >= 4.5 {
		l.writeCentred(middle, y, st, text)
	}
}

// writeCounts tells what was counted and what was left out, and why.
func (l *letter) writeCounts() {
	sum, _, _ := l.statement.Totals()
	l.section(l.counted, 58)
	l.write(right-column, l.y-8, section, l.leftOut)
	top := l.y
	ofWhichLate := ""
	if late := l.statement.lateViews(); late > 0 {
		ofWhichLate = fmt.Sprintf(l.ofWhichLate, settlement.Number(late))
	}
	l.writeFact(left, l.views, ofWhichLate, settlement.Number(sum.Views))
	l.writeFact(left, l.playTime, "", duration(sum.PlayedSeconds))
	l.writeFact(left, l.adViews, "", settlement.Number(sum.AdViews))
	l.y = top
	l.writeFact(right-column, l.self, l.selfReason, settlement.Number(sum.SelfViews))
	l.writeFact(right-column, l.repeat, l.repeatReason, settlement.Number(sum.RepeatViews))
	l.y = top + 3*factHeight
}

// Facts and prices stand in two columns.
const (
	column     = width/2 - 14
	factHeight = 17
	tierHeight = 15
)

func (l *letter) writeFact(x float64, label, reason, value string) {
	l.write(x, l.y+12, body, label)
	l.writeRight(x+column, l.y+12, strong, value)
	used := l.width(body, label) + 8
	l.write(x+used, l.y+12, note, l.fit(note, reason, column-used-l.width(strong, value)-8))
	l.down(factHeight)
	l.fill(x, l.y, column, 0.6, line)
}

func (l *letter) writeVideos() {
	l.section(l.perVideo, 96)
	if len(l.statement.Lines) == 0 {
		l.paragraph(body, l.noVideos)
		return
	}
	l.writeTable(l.videoTable())
	if l.statement.lateViews() > 0 {
		l.down(4)
		l.paragraph(note, l.lateReason)
	}
}

// videoTable has a row for each video and one for all of them.
func (l *letter) videoTable() table {
	videos := table{heads: []string{l.video, l.views, l.playTime, l.adViews, l.videoAmount, l.adAmount}}
	for _, line := range l.statement.Lines {
		videos.rows = append(videos.rows, row{
			cells:   figures(l.videoTitle(line.Title, line.VideoID), line.WithLate(), line.VideoAmount, line.AdAmount),
			details: l.videoDetails(line),
			parts:   l.lateParts(line),
		})
	}
	sum, videoAmount, adAmount := l.statement.Totals()
	videos.total = figures(l.sum, sum, videoAmount, adAmount)
	return videos
}

func figures(name string, s settlement.Statistics, videoAmount, adAmount int64) []string {
	return []string{name, settlement.Number(s.Views), duration(s.PlayedSeconds), settlement.Number(s.AdViews), won(videoAmount), won(adAmount)}
}

// separator stands before a part of the small print that does not begin a line.
const separator = "· "

// videoDetails are the ordinals, how many at which price, and what was left out.
func (l *letter) videoDetails(line Line) []string {
	details := []string{fmt.Sprintf("ID %d", line.VideoID)}
	details = append(details, l.pricedOrdinals(l.viewOrdinals, line.ViewsFrom, line.ViewsTo, line.ViewShares)...)
	details = append(details, l.pricedOrdinals(l.adOrdinals, line.AdViewsFrom, line.AdViewsTo, line.AdShares)...)
	all := line.WithLate()
	return append(details, separator+fmt.Sprintf(l.leftOutOf, settlement.Number(all.SelfViews), settlement.Number(all.RepeatViews)))
}

// lateParts tell from which days the late views of the video's figures are.
func (l *letter) lateParts(line Line) (parts [][]string) {
	for _, late := range line.Late {
		if late.Views > 0 {
			_, paidOn := l.shortDay(late.PaidOn)
			days := fmt.Sprintf(l.lateDays, l.date(midnight(late.WatchedOn)), paidOn)
			parts = append(parts, figures(days, late.Statistics, late.VideoAmount, late.AdAmount))
		}
	}
	return parts
}

func (l *letter) pricedOrdinals(format string, from, to int64, shares []Share) (parts []string) {
	if from == to {
		return nil
	}
	for i, share := range shares {
		priced := fmt.Sprintf(l.share, settlement.Number(share.Count), price(share.Price))
		if i == 0 {
			priced = separator + fmt.Sprintf(format, settlement.Number(from+1), settlement.Number(to)) + " " + priced
		} else {
			priced = "+ " + priced
		}
		parts = append(parts, priced)
	}
	return parts
}

// writePrices shows the tiers of each rule that a day was settled by.
func (l *letter) writePrices() {
	l.section(l.prices, 110)
	for _, rule := range l.statement.Prices {
		tiers := max(len(rule.Views), len(rule.AdViews))
		l.needs(33 + tierHeight*float64(min(tiers, 20)))
		l.down(12)
		l.write(left, l.y, body, fmt.Sprintf(l.priceRule, settlement.Number(rule.Version), l.date(midnight(rule.HoldsFrom))))
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
		l.writeRight(x+column, l.y+12, strong, price(tiers[i].Price))
	}
}

func (l *letter) writeQuestions() {
	l.section(l.questions, 2*leading(body))
	l.paragraph(body, fmt.Sprintf(l.ask, l.contact))
	l.paragraph(body, fmt.Sprintf(l.quote, l.number))
}
