package templates

import (
	"strings"

	"creatorpay/templates/pdf"
)

// The margins within which everything is drawn, in points.
const (
	left       = 50.0
	right      = pdf.PageWidth - left
	width      = right - left
	bodyTop    = 78.0  // of pages after the first
	bodyBottom = 786.0 // below it is the footer
)

// One accent, and greys.
var (
	accent = pdf.Colour{Red: 0x1F, Green: 0x4F, Blue: 0xD8}
	tint   = pdf.Colour{Red: 0xF3, Green: 0xF6, Blue: 0xFD}
	ink    = pdf.Colour{Red: 0x16, Green: 0x1B, Blue: 0x26}
	muted  = pdf.Colour{Red: 0x5F, Green: 0x68, Blue: 0x78}
	pale   = pdf.Colour{Red: 0xC5, Green: 0xCD, Blue: 0xDC}
	line   = pdf.Colour{Red: 0xE3, Green: 0xE7, Blue: 0xEE}
)

var (
	headline = pdf.Style{Bold: true, Size: 21, Colour: ink}
	section  = pdf.Style{Bold: true, Size: 11, Colour: ink}
	body     = pdf.Style{Size: 8.5, Colour: ink}
	strong   = pdf.Style{Bold: true, Size: 8.5, Colour: ink}
	caption  = pdf.Style{Size: 7.5, Colour: muted}
	note     = pdf.Style{Size: 7, Colour: muted}
)

// leading is the distance between the lines of a paragraph.
func leading(st pdf.Style) float64 { return st.Size * 1.5 }

// sheet is a document as it is laid out: all that will be drawn, page by page,
// before anything is. So its text is known when the font is cut, the number
// of pages when the first footer is written, and both when it is tested.
type sheet struct {
	font    *pdf.Font
	pages   []pdf.Page
	current int     // the page that is written on
	y       float64 // how far down it is used
}

func newSheet(font *pdf.Font) *sheet { return &sheet{font: font, pages: make([]pdf.Page, 1)} }

func (s *sheet) nextPage() {
	s.pages = append(s.pages, pdf.Page{})
	s.current = len(s.pages) - 1
	s.y = bodyTop
}

// down leaves a distance free.
func (s *sheet) down(distance float64) { s.y += distance }

// needs begins a new page where this one has no more room for the height.
func (s *sheet) needs(height float64) (broke bool) {
	if s.y+height <= bodyBottom {
		return false
	}
	s.nextPage()
	return true
}

func (s *sheet) width(st pdf.Style, text string) float64 {
	return s.font.Width(text, st.Size)
}

func (s *sheet) fit(st pdf.Style, text string, width float64) string {
	return s.font.Fit(text, st.Size, width)
}

// shrunk is the style in a size in which the text is at most the width.
func (s *sheet) shrunk(st pdf.Style, text string, width float64) pdf.Style {
	if actual := s.width(st, text); actual > width {
		st.Size *= width / actual
	}
	return st
}

func (s *sheet) write(x, y float64, st pdf.Style, text string) {
	if text != "" {
		page := &s.pages[s.current]
		page.Texts = append(page.Texts, pdf.Text{X: x, Y: y, Style: st, Content: text})
	}
}

func (s *sheet) writeRight(x, y float64, st pdf.Style, text string) {
	s.write(x-s.width(st, text), y, st, text)
}

func (s *sheet) writeCentred(x, y float64, st pdf.Style, text string) {
	s.write(x-s.width(st, text)/2, y, st, text)
}

func (s *sheet) fill(x, y, width, height float64, c pdf.Colour) {
	page := &s.pages[s.current]
	page.Boxes = append(page.Boxes, pdf.Box{X: x, Y: y, Width: width, Height: height, Colour: c})
}

// rule draws a hairline across the page.
func (s *sheet) rule(y float64, c pdf.Colour) { s.fill(left, y, width, 0.6, c) }

// wrap breaks the parts, with a space between them, into lines of at most the
// width. A part that is wider by itself is cut with an ellipsis.
func (s *sheet) wrap(st pdf.Style, parts []string, width float64) (lines []string) {
	for _, part := range parts {
		if n := len(lines); n > 0 {
			if longer := lines[n-1] + " " + part; s.width(st, longer) <= width {
				lines[n-1] = longer
				continue
			}
		}
		lines = append(lines, s.fit(st, part, width))
	}
	return lines
}

// paragraph writes wrapped text from where the sheet is.
func (s *sheet) paragraph(st pdf.Style, text string) {
	for _, line := range s.wrap(st, strings.Fields(text), width) {
		s.needs(leading(st))
		s.down(leading(st))
		s.write(left, s.y, st, line)
	}
}

// section begins a part that has at least the height below its heading on the
// same page.
func (s *sheet) section(title string, height float64) {
	s.needs(height + 36)
	s.down(28)
	s.write(left, s.y, section, title)
	s.down(8)
}
