package templates

import (
	"context"
	"fmt"
	"runtime"

	"creatorpay/templates/pdf"
)

// Renderer draws documents. It may be used by many goroutines at once.
type Renderer struct {
	font *pdf.Font
	// slots bounds how many documents are drawn at once: drawing only computes,
	// so more than there are processors would cost memory and gain nothing.
	slots chan struct{}
}

// NewRenderer loads the font, which is part of the program.
func NewRenderer() (*Renderer, error) {
	font, err := pdf.LoadFont()
	if err != nil {
		return nil, err
	}
	return &Renderer{font: font, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}, nil
}

// Payout draws the payout statement as a PDF. The same statement always gives
// the same bytes. A statement that does not add up is refused.
func (r *Renderer) Payout(ctx context.Context, s *Statement) ([]byte, error) {
	if err := s.addsUp(); err != nil {
		return nil, s.failed(err)
	}
	return r.draw(ctx, s, s.labels().payout, layOutPayout)
}

// Top5 draws the Top 5 as a PDF. The same statement always gives the same bytes.
func (r *Renderer) Top5(ctx context.Context, s *Statement) ([]byte, error) {
	return r.draw(ctx, s, s.labels().top5, layOutTop5)
}

func (r *Renderer) draw(ctx context.Context, s *Statement, title string, layOut func(*pdf.Font, *Statement) *sheet) (file []byte, err error) {
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-r.slots }()
	// Drawing panics on some text that cannot be shown; one bad document must not
	// take the process and the other documents with it.
	defer func() {
		if cause := recover(); cause != nil {
			err = s.failed(fmt.Errorf("draw %q: %v", title, cause))
		}
	}()
	document := pdf.Document{
		Title: title + " " + clean(r.font, s.Number),
		Date:  s.ClosedAt,
		Font:  r.font,
		Pages: layOut(r.font, s).pages,
	}
	file, err = document.Bytes()
	if err != nil {
		return nil, s.failed(fmt.Errorf("draw %q: %w", title, err))
	}
	return file, nil
}

// failed names the statement that could not be drawn.
func (s *Statement) failed(err error) error {
	return fmt.Errorf("statement %q of creator %d: %w", s.Number, s.CreatorID, err)
}
