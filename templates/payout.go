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
	_, earned := l.statement.Totals()
	total := (earned.VideoAmount + earned.AdAmount).String()
	const height = 78
	l.fill(left, l.y, width, height, tint)
	l.fill(left, l.y, 3, height, accent)
	const inset = 20
	l.write(left+inset, l.y+25, pdf.Style{Size: 9, Colour: muted}, l.total)
	amount := pdf.Style{Bold: true, Size: 30, Colour: ink}
	l.write(left+inset, l.y+59, l.shrunk(amount, total, width*0.55), total)

	y := l.y + 35
	for _, part := range []struct {
		label  string
		amount string
	}{{l.videoAmount, earned.VideoAmount.String()}, {l.adAmount, earned.AdAmount.String()}} {
		l.write(right-168, y, caption, part.label)
		l.writeRight(right-inset, y, l.shrunk(strong, part.amount, 92), part.amount)
		y += 19
	}
	l.down(height)
}

// writeDays draws a bar for each day of the period.
func (l *letter) writeDays() {
	const barsHeight = 48
	l.section(l.daily, barsHeight+50)
	var highest settlement.Won
	for _, day := range l.statement.Days {
		highest = max(highest, day.Amount)
	}
	slot := width / float64(max(len(l.statement.Days), 1))
	foot := l.y + 16 + barsHeight
	for i, day := range l.statement.Days {
		middle := left + slot*(float64(i)+0.5)
		barWidth := min(slot*0.56, 34)
		barHeight := barsHeight * share(int64(day.Amount), int64(highest))
		l.fill(middle-barWidth/2, foot-barHeight, barWidth, barHeight, accent)
		l.writeInSlot(middle, foot-barHeight-5, slot, pdf.Style{Size: 7.5, Colour: ink}, day.Amount.String())
		l.writeInSlot(middle, foot+12, slot, pdf.Style{Size: 7.5, Colour: ink}, l.Weekday(day.Day))
		l.writeInSlot(middle, foot+22, slot, note, l.Short(day.Day))
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
	sum, _ := l.statement.Totals()
	l.section(l.counted, 58)
	l.write(right-column, l.y-8, section, l.leftOut)
	top := l.y
	ofWhichLate := ""
	if late := l.statement.lateViews(); late > 0 {
		ofWhichLate = fmt.Sprintf(l.ofWhichLate, settlement.Number(late))
	}
	l.writeFact(left, l.views, ofWhichLate, settlement.Number(sum.Views))
	l.writeFact(left, l.playTime, "", Duration(sum.PlayedSeconds))
	l.writeFact(left, l.adViews, "", settlement.Number(sum.AdViews))
	l.y = top
	l.writeFact(right-column, l.self, l.selfReason, settlement.Number(sum.SelfViews))
	l.writeFact(right-column, l.repeat, l.repeatReason, settlement.Number(sum.RepeatViews))
	l.y = top + 3*factHeight
}

// Facts and prices are in two columns.
const (
	column     = width/2 - 14
	factHeight = 17
)

func (l *letter) writeFact(x float64, label, reason, value string) {
	l.write(x, l.y+12, body, label)
	l.writeRight(x+column, l.y+12, strong, value)
	used := l.width(body, label) + 8
	l.write(x+used, l.y+12, note, l.fit(note, reason, column-used-l.width(strong, value)-8))
	l.down(factHeight)
	l.fill(x, l.y, column, 0.6, line)
}

func (l *letter) writeQuestions() {
	l.section(l.questions, 2*leading(body))
	l.paragraph(body, fmt.Sprintf(l.ask, l.contact))
	l.paragraph(body, fmt.Sprintf(l.quote, l.number))
}
