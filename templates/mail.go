package templates

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"io"
	"strings"
	texttemplate "text/template"
	"unicode"

	"creatorpay/settlement"

	"golang.org/x/text/unicode/norm"
)

// Mail is what goes with the documents: the week in a few figures. Text and HTML
// say the same.
type Mail struct {
	Subject    string // one line; it shows on locked screens, so nothing personal and no amount
	Text, HTML string
}

//go:embed mail
var mailFiles embed.FS

// The templates of each language. The HTML is the layout with the language's words.
var (
	mailTexts = map[string]*texttemplate.Template{
		Korean:  texttemplate.Must(texttemplate.ParseFS(mailFiles, "mail/ko.txt.tmpl")),
		English: texttemplate.Must(texttemplate.ParseFS(mailFiles, "mail/en.txt.tmpl")),
	}
	mailPages = map[string]*htmltemplate.Template{
		Korean:  htmltemplate.Must(htmltemplate.ParseFS(mailFiles, "mail/layout.html.tmpl", "mail/ko.html.tmpl")),
		English: htmltemplate.Must(htmltemplate.ParseFS(mailFiles, "mail/layout.html.tmpl", "mail/en.html.tmpl")),
	}
)

// mailFigures are what the templates write, ready for people.
type mailFigures struct {
	Name                         string
	Period, Dates                string
	Total, VideoAmount, AdAmount string
	Sales                        string      // net of payments; empty where there are none
	Payout                       *mailPayout // nil where all of the total is paid, and no more
	Views                        string
	Late                         string     // of the views; empty where none came late
	Best                         *mailVideo // nil where nothing was earned
	Pages                        string     // the link to the creator's pages; empty for none
	Number, Contact              string
}

type mailVideo struct {
	Title, Views, Amount string // what the views earned; without views empty
	Sales                string // empty without payments
}

// mailPayout is what is paid, and empty where nothing is carried from or to other weeks.
type mailPayout struct{ BroughtForward, Payable, CarriedForward string }

// NewMail writes the mail of a statement. pages is the link that opens the
// creator's pages; without it the mail has none. It fails only if a template is
// broken.
func NewMail(s *Statement, pages string) (Mail, error) {
	language := English
	if s.Locale == Korean {
		language = Korean
	}
	figures := s.mailFigures()
	figures.Pages = pages
	subject, err := mailPart(mailTexts[language], "subject", figures)
	if err != nil {
		return Mail{}, err
	}
	text, err := mailPart(mailTexts[language], "body", figures)
	if err != nil {
		return Mail{}, err
	}
	page, err := mailPart(mailPages[language], "layout", figures)
	if err != nil {
		return Mail{}, err
	}
	return Mail{Subject: OneLine(subject), Text: text, HTML: page}, nil
}

func (s *Statement) mailFigures() mailFigures {
	sum, earned := s.Totals()
	late := ""
	if views := s.lateViews(); views > 0 {
		late = settlement.Number(views)
	}
	sales := ""
	if of := s.Sales(); of.Rows() > 0 {
		sales = of.Net.String()
	}
	return mailFigures{
		Name:        OneLine(s.Creator),
		Period:      s.Period.String(),
		Dates:       s.labels().Period(s.Period),
		Total:       s.Total().String(),
		VideoAmount: earned.VideoAmount.String(),
		AdAmount:    earned.AdAmount.String(),
		Sales:       sales,
		Payout:      s.mailPayout(),
		Views:       settlement.Number(sum.Views),
		Late:        late,
		Best:        s.bestVideo(),
		Number:      s.Number,
		Contact:     OneLine(s.Contact),
	}
}

func (s *Statement) mailPayout() *mailPayout {
	if s.Payout.IsZero() {
		return nil
	}
	payout := &mailPayout{Payable: s.Payout.Payable.String()}
	if s.Payout.BroughtForward != 0 {
		payout.BroughtForward = s.Payout.BroughtForward.String()
	}
	if s.Payout.CarriedForward != 0 {
		payout.CarriedForward = s.Payout.CarriedForward.String()
	}
	return payout
}

// bestVideo is the one that earned most, with its payments; the more viewed, then the
// one with the smaller id goes first among equals. One that lost money is not it.
func (s *Statement) bestVideo() *mailVideo {
	var best *Line
	for i := range s.Lines {
		line := &s.Lines[i]
		if (line.WithLate().Views > 0 || line.Payments.Payments > 0) && line.earned() >= 0 && (best == nil || line.isAheadOf(best)) {
			best = line
		}
	}
	if best == nil {
		return nil
	}
	video := &mailVideo{Title: cmp.Or(OneLine(best.Title), s.labels().nameless(best.VideoID))}
	if views := best.WithLate().Views; views > 0 {
		video.Views, video.Amount = settlement.Number(views), (best.VideoAmount + best.AdAmount).String()
	}
	if best.Payments.Rows() > 0 {
		video.Sales = best.Payments.Net.String()
	}
	return video
}

// earned is all that the video earned. It fits if all of the statement does, or else
// it is some other one that earned most.
func (l *Line) earned() settlement.Won {
	all, _ := l.TotalWith(l.Payments.Net)
	return all
}

func (l *Line) isAheadOf(other *Line) bool {
	views, otherViews := l.WithLate().Views, other.WithLate().Views
	switch amount, otherAmount := l.earned(), other.earned(); {
	case amount != otherAmount:
		return amount > otherAmount
	case views != otherViews:
		return views > otherViews
	default:
		return l.VideoID < other.VideoID
	}
}

func mailPart(template interface {
	ExecuteTemplate(w io.Writer, name string, data any) error
}, name string, figures mailFigures) (string, error) {
	var part bytes.Buffer
	if err := template.ExecuteTemplate(&part, name, figures); err != nil {
		return "", fmt.Errorf("write the %s of a mail: %w", name, err)
	}
	return part.String(), nil
}

// OneLine makes one line of foreign text: without control characters, and
// without the marks that turn the direction of writing and so could disguise
// what follows. Unlike in the documents, emoji stay: a mail program or a browser has
// the fonts.
func OneLine(text string) string {
	text = norm.NFC.String(strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case isBlank(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		default:
			return r
		}
	}, text)), " ")
}
