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
	l.writeSales()
	l.writePrices()
	l.writeFees()
	l.writeQuestions()
	l.writeFooters()
	return l.sheet
}

func (l *letter) writeTotal() {
	_, earned := l.statement.Totals()
	total := l.statement.Total()
	const height = 78
	l.fill(left, l.y, width, height, tint)
	l.fill(left, l.y, 3, height, accent)
	const inset = 20
	of := l.total
	if !l.statement.Payout.IsZero() {
		of = l.weekTotal
	}
	l.write(left+inset, l.y+25, pdf.Style{Size: 9, Colour: muted}, of)
	amount := pdf.Style{Bold: true, Size: 30, Colour: ink}
	l.write(left+inset, l.y+59, l.shrunk(amount, total.String(), width*0.55), total.String())

	type part struct {
		label  string
		amount string
	}
	y, parts := l.y+35, []part{{l.videoAmount, earned.VideoAmount.String()}, {l.adAmount, earned.AdAmount.String()}}
	if sales := l.statement.Sales(); sales.Rows() > 0 {
		y, parts = l.y+25.5, append(parts, part{l.salesNet, sales.Net.String()})
	}
	for _, part := range parts {
		l.write(right-168, y, caption, part.label)
		l.writeRight(right-inset, y, l.shrunk(strong, part.amount, 92), part.amount)
		y += 19
	}
	l.down(height)
	if total < 0 {
		l.down(4)
		l.paragraph(note, l.negative)
	}
	l.writeCarried()
}

// writeCarried tells what is paid where not all of the total is, and why.
func (l *letter) writeCarried() {
	if l.statement.Payout.IsZero() {
		return
	}
	payout := l.statement.Payout
	l.down(6)
	for _, part := range []struct {
		label  string
		amount settlement.Won
		shown  bool
	}{
		{l.broughtForward, payout.BroughtForward, payout.BroughtForward != 0},
		{l.total, payout.Payable, true},
		{l.carriedForward, payout.CarriedForward, payout.CarriedForward != 0},
	} {
		if part.shown {
			l.write(left, l.y+12, body, part.label)
			l.writeRight(right, l.y+12, strong, part.amount.String())
			l.down(factHeight)
			l.rule(l.y, line)
		}
	}
	l.down(4)
	l.paragraph(note, l.carriedReason)
}

// writeDays draws a bar for each day of the period, below the line where the day is
// negative.
func (l *letter) writeDays() {
	const barsHeight = 48
	l.section(l.daily, barsHeight+50)
	var lowest, highest settlement.Won
	for _, day := range l.statement.Days {
		lowest, highest = min(lowest, day.Amount), max(highest, day.Amount)
	}
	span := float64(highest) - float64(lowest)
	slot := width / float64(max(len(l.statement.Days), 1))
	foot := l.y + 16 + barsHeight
	zero := foot + barsHeight*share(float64(lowest), span)
	for i, day := range l.statement.Days {
		middle := left + slot*(float64(i)+0.5)
		barWidth := min(slot*0.56, 34)
		barHeight := barsHeight * share(float64(day.Amount), span)
		if barHeight < 0 {
			l.fill(middle-barWidth/2, zero, barWidth, -barHeight, muted)
			barHeight = 0
		} else {
			l.fill(middle-barWidth/2, zero-barHeight, barWidth, barHeight, accent)
		}
		l.writeInSlot(middle, zero-barHeight-5, slot, pdf.Style{Size: 7.5, Colour: ink}, day.Amount.String())
		l.writeInSlot(middle, foot+12, slot, pdf.Style{Size: 7.5, Colour: ink}, l.Weekday(day.Day))
		l.writeInSlot(middle, foot+22, slot, note, l.Short(day.Day))
	}
	l.rule(zero, pale)
	l.down(16 + barsHeight + 24)
}

// share is how much of the whole a part is, up to 1.
func share(part, whole float64) float64 { return part / max(whole, 1) }

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
