package templates

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/jung-kurt/gofpdf"
)

// Renderer draws documents. It may be used by many goroutines at once.
type Renderer struct {
	face *typeface
	// slots bounds how many documents are drawn at once: drawing only computes,
	// so more than there are processors would cost memory and gain nothing.
	slots chan struct{}
}

// NewRenderer loads the font, which is part of the program.
func NewRenderer() (*Renderer, error) {
	face, err := loadTypeface(creatorpaySans)
	if err != nil {
		return nil, err
	}
	return &Renderer{face: face, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}, nil
}

// Payout draws the payout statement as a PDF. The same statement always gives
// the same bytes. A statement that does not add up is refused.
func (r *Renderer) Payout(ctx context.Context, s *Statement) ([]byte, error) {
	if err := s.addsUp(); err != nil {
		return nil, s.failed(err)
	}
	return r.draw(ctx, s, s.labels().payout, layOutPayout)
}

// TopFive draws the Top 5 as a PDF. The same statement always gives the same bytes.
func (r *Renderer) TopFive(ctx context.Context, s *Statement) ([]byte, error) {
	return r.draw(ctx, s, s.labels().topFive, layOutTopFive)
}

func (r *Renderer) draw(ctx context.Context, s *Statement, title string, layOut func(*typeface, *Statement) *sheet) (pdf []byte, err error) {
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-r.slots }()
	// gofpdf panics on text that it cannot write; one bad document must not take
	// the process and the other documents with it.
	defer func() {
		if cause := recover(); cause != nil {
			err = s.failed(fmt.Errorf("draw %q: %v", title, cause))
		}
	}()
	pdf, err = layOut(r.face, s).pdf(title+" "+r.face.clean(s.Number), s.ClosedAt)
	if err != nil {
		return nil, s.failed(fmt.Errorf("draw %q: %w", title, err))
	}
	return pdf, nil
}

// failed names the statement with which something went wrong.
func (s *Statement) failed(err error) error {
	return fmt.Errorf("statement %q of creator %d: %w", s.Number, s.CreatorID, err)
}

const fontFamily = "text"

// pdf draws the sheet. It is the only code that knows gofpdf.
func (s *sheet) pdf(title string, date time.Time) ([]byte, error) {
	pdf := gofpdf.New("P", "pt", "A4", "")
	pdf.SetAutoPageBreak(false, 0)
	// What would otherwise differ from run to run:
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(date.UTC())
	pdf.SetModificationDate(date.UTC())
	pdf.SetTitle(title, true)
	pdf.SetCreator("creatorpay", true)
	pdf.SetProducer("creatorpay", true)

	pdf.AddUTF8FontFromBytes(fontFamily, "", s.face.subset(s.characters()))
	for _, page := range s.pages {
		pdf.AddPage()
		page.draw(pdf)
	}
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// characters are those that the sheet shows.
func (s *sheet) characters() map[rune]bool {
	used := map[rune]bool{}
	for _, page := range s.pages {
		for _, word := range page.words {
			for _, r := range word.text {
				used[r] = true
			}
		}
	}
	return used
}

func (p *page) draw(pdf *gofpdf.Fpdf) {
	for _, box := range p.boxes {
		pdf.SetFillColor(int(box.colour.red), int(box.colour.green), int(box.colour.blue))
		pdf.Rect(box.x, box.y, box.width, box.height, "F")
	}
	var current style
	for _, word := range p.words {
		word.style.apply(pdf, current)
		current = word.style
		pdf.Text(word.x, word.y, word.text)
	}
}

// Bold is the same font with its outline drawn too: a second font would double
// what a document costs, since most of that is gofpdf's work on fonts.
const boldOutline = 0.034 // of the type size

// apply changes only what the style before it did not have.
func (s style) apply(pdf *gofpdf.Fpdf, before style) {
	if s.size != before.size {
		pdf.SetFont(fontFamily, "", s.size)
	}
	if s.colour != before.colour {
		pdf.SetTextColor(int(s.colour.red), int(s.colour.green), int(s.colour.blue))
	}
	if s.bold {
		pdf.SetDrawColor(int(s.colour.red), int(s.colour.green), int(s.colour.blue))
		pdf.SetLineWidth(s.size * boldOutline)
	}
	if s.bold != before.bold {
		mode := 0
		if s.bold {
			mode = 2
		}
		pdf.SetTextRenderingMode(mode)
	}
}
