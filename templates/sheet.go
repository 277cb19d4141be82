package templates

import "strings"

// A4 in points, and the margins within which everything is drawn.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
	left       = 50.0
	right      = pageWidth - left
	width      = right - left
	bodyTop    = 78.0  // of pages after the first
	bodyBottom = 786.0 // below it is the footer
)

type colour struct{ red, green, blue uint8 }

// One accent, and greys.
var (
	accent = colour{0x1F, 0x4F, 0xD8}
	tint   = colour{0xF3, 0xF6, 0xFD}
	ink    = colour{0x16, 0x1B, 0x26}
	muted  = colour{0x5F, 0x68, 0x78}
	pale   = colour{0xC5, 0xCD, 0xDC}
	line   = colour{0xE3, 0xE7, 0xEE}
)

// style is how a text looks.
type style struct {
	bold   bool
	size   float64
	colour colour
}

var (
	headline = style{bold: true, size: 21, colour: ink}
	section  = style{bold: true, size: 11, colour: ink}
	body     = style{size: 8.5, colour: ink}
	strong   = style{bold: true, size: 8.5, colour: ink}
	caption  = style{size: 7.5, colour: muted}
	note     = style{size: 7, colour: muted}
)

// leading is the distance between the lines of a paragraph.
func (s style) leading() float64 { return s.size * 1.5 }

// word is a text at its place; y is the line on which the letters stand.
type word struct {
	x, y  float64
	style style
	text  string
}

// box is a filled rectangle; a rule is a thin one.
type box struct {
	x, y, width, height float64
	colour              colour
}

type page struct {
	boxes []box
	words []word
}

// sheet is a document as it is laid out: all that will be drawn, page by page,
// before anything is. So its text is known when the font is cut, the number
// of pages when the first footer is written, and both when it is tested.
type sheet struct {
	face    *typeface
	pages   []page
	current int     // the page that is written on
	y       float64 // how far down it is used
}

func newSheet(face *typeface) *sheet { return &sheet{face: face, pages: make([]page, 1)} }

func (s *sheet) nextPage() {
	s.pages = append(s.pages, page{})
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

func (s *sheet) width(st style, text string) float64 {
	return s.face.width(text, st.size)
}

func (s *sheet) fit(st style, text string, width float64) string {
	return s.face.fit(text, st.size, width)
}

// shrunk is the style in a size in which the text is at most the width.
func (s *sheet) shrunk(st style, text string, width float64) style {
	if actual := s.width(st, text); actual > width {
		st.size *= width / actual
	}
	return st
}

func (s *sheet) write(x, y float64, st style, text string) {
	if text != "" {
		page := &s.pages[s.current]
		page.words = append(page.words, word{x: x, y: y, style: st, text: text})
	}
}

func (s *sheet) writeRight(x, y float64, st style, text string) {
	s.write(x-s.width(st, text), y, st, text)
}

func (s *sheet) writeCentred(x, y float64, st style, text string) {
	s.write(x-s.width(st, text)/2, y, st, text)
}

func (s *sheet) fill(x, y, width, height float64, c colour) {
	page := &s.pages[s.current]
	page.boxes = append(page.boxes, box{x: x, y: y, width: width, height: height, colour: c})
}

// rule draws a hairline across the page.
func (s *sheet) rule(y float64, c colour) { s.fill(left, y, width, 0.6, c) }

// wrap breaks the parts, with a space between them, into lines of at most the
// width. A part that is wider by itself is cut with an ellipsis.
func (s *sheet) wrap(st style, parts []string, width float64) (lines []string) {
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
func (s *sheet) paragraph(st style, text string) {
	for _, line := range s.wrap(st, strings.Fields(text), width) {
		s.needs(st.leading())
		s.down(st.leading())
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
