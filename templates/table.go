package templates

import (
	"strings"

	"creatorpay/templates/pdf"
)

// table is what a table says, before it is laid out: a text and figures in each
// row, and below them small print and the parts of the figures that need a word
// of their own.
type table struct {
	heads []string
	rows  []row
	total []string
}

type row struct {
	cells   []string
	details []string
	parts   [][]string // each with as many cells
}

const (
	columnGap  = 13.0
	leastTitle = 120.0 // the first column is never narrower
	rowHeight  = 20.0  // of one line, without small print
	partHeight = 11.0  // of one line
	partInset  = 8.0
)

// tableLayout is where the columns end and how small their figures must be.
type tableLayout struct {
	*letter
	table
	ends  []float64
	title float64 // width of the first column
	scale float64 // of the type size of figures, 1 unless they are huge
}

// layOutTable makes each column as wide as its widest figure; titles get the rest.
func (l *letter) layOutTable(t table) *tableLayout {
	layout := &tableLayout{letter: l, table: t, ends: make([]float64, len(t.heads)), scale: 1}
	widths := make([]float64, len(t.heads))
	var sum float64
	for i := 1; i < len(t.heads); i++ {
		widths[i] = max(l.width(caption, t.heads[i]), l.width(strong, t.total[i]))
		for _, row := range t.rows {
			widths[i] = max(widths[i], l.width(body, row.cells[i]))
			for _, part := range row.parts {
				widths[i] = max(widths[i], l.width(note, part[i]))
			}
		}
		sum += widths[i]
	}
	gaps := columnGap * float64(len(t.heads)-1)
	if room := width - leastTitle - gaps; sum > room {
		layout.scale = room / sum
	}
	layout.title = width - gaps - sum*layout.scale
	end := right
	for i := len(t.heads) - 1; i > 0; i-- {
		layout.ends[i] = end
		end -= widths[i]*layout.scale + columnGap
	}
	return layout
}

func (l *letter) writeTable(t table) {
	layout := l.layOutTable(t)
	layout.writeHeads()
	for i, row := range t.rows {
		last := i == len(t.rows)-1
		layout.writeRow(row, last)
	}
	layout.fill(left, layout.y, width, 0.9, ink)
	layout.writeCells(strong, t.total[:1], t.total)
	layout.down(rowHeight)
}

func (t *tableLayout) writeHeads() {
	t.writeCells(caption, t.heads[:1], t.heads)
	t.down(rowHeight)
	t.rule(t.y, pale)
}

// breakFor repeats the heads where the height does not fit on the page.
func (t *tableLayout) breakFor(height float64) (broke bool) {
	if broke = t.needs(height); broke {
		t.writeHeads()
	}
	return broke
}

// writeRow keeps the row on one page, and the last one on that of the total;
// only small print that would fill half a page by itself is divided, and parts
// may go on over any number of pages.
func (t *tableLayout) writeRow(row row, last bool) {
	titles := t.titleLines(row.cells[0])
	details := t.wrap(note, row.details, width)
	height := rowHeight + leading(body)*float64(len(titles)-1) + leading(note)*float64(min(len(details), 30))
	if last && len(row.parts) == 0 {
		height += rowHeight
	}
	t.breakFor(height)
	t.writeCells(body, titles, row.cells)
	t.down(rowHeight - 4 + leading(body)*float64(len(titles)-1))
	for _, text := range details {
		t.breakFor(leading(note))
		t.down(leading(note))
		t.write(left, t.y, note, strings.TrimPrefix(text, separator))
	}
	if len(row.parts) > 0 {
		t.writeParts(row.parts, titles[:1], last)
	}
	t.down(6)
	t.rule(t.y, line)
}

// writeParts repeats the title on each further page.
func (t *tableLayout) writeParts(parts [][]string, title []string, last bool) {
	small := note
	small.Colour = ink
	t.down(3)
	for i, part := range parts {
		names := t.wrap(small, strings.Fields(part[0]), t.title-partInset)
		height := partHeight * float64(len(names))
		needed := height + 6
		if last && i == len(parts)-1 {
			needed += rowHeight
		}
		if t.breakFor(needed) {
			t.writeCells(body, title, title)
			t.down(rowHeight)
		}
		t.fill(left, t.y+1, 1.5, height, pale)
		for n, name := range names {
			t.write(left+partInset, t.y+partHeight*float64(n)+8.5, small, name)
		}
		figures := small
		figures.Size *= t.scale
		for n, cell := range part[1:] {
			t.writeRight(t.ends[n+1], t.y+8.5, figures, cell)
		}
		t.down(height)
	}
}

// titleLines breaks a title into at most two lines.
func (t *tableLayout) titleLines(title string) []string {
	lines := t.wrap(body, strings.Fields(title), t.title)
	if len(lines) > 2 {
		lines = []string{lines[0], t.fit(body, strings.Join(lines[1:], " "), t.title)}
	}
	return lines
}

// writeCells writes the first cell, which may have several lines, and the others.
func (t *tableLayout) writeCells(st pdf.Style, titles, cells []string) {
	const baseline = 14
	for i, title := range titles {
		t.write(left, t.y+baseline+leading(st)*float64(i), st, t.fit(st, title, t.title))
	}
	st.Size *= t.scale
	for i, cell := range cells[1:] {
		t.writeRight(t.ends[i+1], t.y+baseline, st, cell)
	}
}
