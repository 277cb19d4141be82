package templates

import (
	"cmp"
	"fmt"

	"creatorpay/settlement"
	"creatorpay/templates/pdf"
)

// letter is what both documents have in common: who it is for and what it is,
// on the first page, and a footer on every page. Its texts are clean.
type letter struct {
	*sheet
	*labels
	statement *Statement
	title     string
	creator   string
	number    string
	contact   string
}

func newLetter(font *pdf.Font, s *Statement, title string) *letter {
	l := s.labels()
	return &letter{
		sheet: newSheet(font), labels: l, statement: s, title: title,
		creator: cmp.Or(clean(font, s.Creator), l.unnamed),
		number:  clean(font, s.Number),
		contact: clean(font, s.Contact),
	}
}

// videoTitle is a clean title, or the video's id where nothing is left of it.
func (l *letter) videoTitle(title string, videoID int64) string {
	return cmp.Or(clean(l.font, title), l.nameless(videoID))
}

// writeHead writes the sender, the title and who, what and when.
func (l *letter) writeHead() {
	l.fill(left, 46, 9, 9, accent)
	l.write(left+15, 54, pdf.Style{Bold: true, Size: 10.5, Colour: ink}, "creatorpay")
	l.write(left, 96, headline, l.title)
	l.y = 108

	const second = 312.0 // what is longest stands in the first column
	id := fmt.Sprintf(" (ID %d)", l.statement.CreatorID)
	l.down(18)
	l.writeLabelled(left, width-labelWidth, l.labels.creator, l.fit(body, l.creator, width-labelWidth-l.width(body, id))+id)
	l.down(18)
	l.writeLabelled(left, second-labelWidth-10, l.labels.number, l.versionedNumber())
	l.writeLabelled(left+second, width-second-labelWidth, l.closed, l.At(l.statement.ClosedAt))
	period := l.Period(l.statement.Period)
	if l.statement.Period.Kind == settlement.Weekly {
		period += fmt.Sprintf(" · %s %s", l.week, l.statement.Period)
	}
	l.down(18)
	l.writeLabelled(left, width-labelWidth, l.period, period) // two long dates want the whole width
	l.down(16)
}

const labelWidth = 84.0

// writeLabelled writes a label and, to its right, a text of at most the width.
func (l *letter) writeLabelled(x, width float64, label, text string) {
	l.write(x, l.y, caption, label)
	l.write(x+labelWidth, l.y, body, l.fit(body, text, width))
}

func (l *letter) versionedNumber() string {
	return fmt.Sprintf("%s · %s %d", l.number, l.version, l.statement.Version)
}

// writeFooters writes the footer of every page and, after the first, what it belongs to.
func (l *letter) writeFooters() {
	for i := range l.pages {
		l.current = i
		if i > 0 {
			l.write(left, 58, caption, l.fit(caption, l.title+" · "+l.creator, width))
			l.rule(66, line)
		}
		l.rule(bodyBottom+14, line)
		page := fmt.Sprintf(l.page, i+1, len(l.pages))
		l.writeRight(right, bodyBottom+28, caption, page)
		l.write(left, bodyBottom+28, caption, l.fit(caption, l.versionedNumber(), width-l.width(caption, page)-24))
	}
}
