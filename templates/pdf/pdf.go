// Package pdf draws pages of text and rectangles, in one font, as a PDF. It is
// the only package that knows gofpdf.
package pdf

import (
	"bytes"
	"time"

	"github.com/jung-kurt/gofpdf"
)

// Document is what a file holds. Lengths are in points, from the upper left
// corner of a page.
type Document struct {
	Title string
	Date  time.Time // of its making, as it says
	Font  *Font
	Pages []Page
}

// Page is an A4 page. Its texts lie upon its boxes.
type Page struct {
	Boxes []Box
	Texts []Text
}

// PageWidth is that of a page.
const PageWidth = 595.28

// Box is a filled rectangle.
type Box struct {
	X, Y, Width, Height float64
	Colour              Colour
}

// Text is one line of characters that the font has; Y is the line on which its
// letters stand.
type Text struct {
	X, Y    float64
	Style   Style
	Content string
}

// Style is how a text looks.
type Style struct {
	Bold   bool
	Size   float64
	Colour Colour
}

// Colour has parts from 0 to 255.
type Colour struct{ Red, Green, Blue uint8 }

const family = "text"

// Bytes draws the document. The same document always gives the same bytes. A
// character that the font does not have ([Font.Has]) is an empty box, or a panic
// if it is beyond the basic plane.
func (d *Document) Bytes() ([]byte, error) {
	file := gofpdf.New("P", "pt", "A4", "")
	file.SetAutoPageBreak(false, 0)
	// What would otherwise differ from run to run:
	file.SetCatalogSort(true)
	file.SetCreationDate(d.Date.UTC())
	file.SetModificationDate(d.Date.UTC())
	file.SetTitle(d.Title, true)
	file.SetCreator("creatorpay", true)
	file.SetProducer("creatorpay", true)

	file.AddUTF8FontFromBytes(family, "", d.Font.subset(d.characters()))
	for _, page := range d.Pages {
		file.AddPage()
		page.draw(file)
	}
	var out bytes.Buffer
	if err := file.Output(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// characters are those that the document shows.
func (d *Document) characters() map[rune]bool {
	used := map[rune]bool{}
	for _, page := range d.Pages {
		for _, text := range page.Texts {
			for _, r := range text.Content {
				used[r] = true
			}
		}
	}
	return used
}

func (p *Page) draw(file *gofpdf.Fpdf) {
	for _, box := range p.Boxes {
		file.SetFillColor(box.Colour.parts())
		file.Rect(box.X, box.Y, box.Width, box.Height, "F")
	}
	var current Style
	for _, text := range p.Texts {
		text.Style.apply(file, current)
		current = text.Style
		file.Text(text.X, text.Y, text.Content)
	}
}

// Bold is the same font with its outline drawn too: a second font would double
// what a document costs, since most of that is gofpdf's work on fonts.
const boldOutline = 0.034 // of the type size

// apply changes only what the style before it did not have.
func (s Style) apply(file *gofpdf.Fpdf, before Style) {
	if s.Size != before.Size {
		file.SetFont(family, "", s.Size)
	}
	if s.Colour != before.Colour {
		file.SetTextColor(s.Colour.parts())
	}
	if s.Bold {
		file.SetDrawColor(s.Colour.parts())
		file.SetLineWidth(s.Size * boldOutline)
	}
	if s.Bold != before.Bold {
		mode := 0
		if s.Bold {
			mode = 2
		}
		file.SetTextRenderingMode(mode)
	}
}

func (c Colour) parts() (red, green, blue int) { return int(c.Red), int(c.Green), int(c.Blue) }
