package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"creatorpay/api/observe"
	"creatorpay/settlement"
	"creatorpay/templates"
)

//go:embed html
var files embed.FS

// The names of the pages, which are those of their files.
const (
	homePage        = "home"
	statementPage   = "statement"
	videoPage       = "video"
	explanationPage = "explanation"
	problemPage     = "problem"
)

// pages are the templates of each page in each language: the layout, the page and the language's words.
var pages = parsePages()

func parsePages() map[string]map[string]*template.Template {
	all := make(map[string]map[string]*template.Template)
	for _, language := range []string{templates.Korean, templates.English} {
		all[language] = make(map[string]*template.Template)
		base := template.Must(template.New("").Funcs(functions(language)).ParseFS(files, "html/layout.html", "html/words."+language+".html"))
		for _, name := range []string{homePage, statementPage, videoPage, explanationPage, problemPage} {
			all[language][name] = template.Must(template.Must(base.Clone()).ParseFS(files, "html/"+name+".html"))
		}
	}
	return all
}

// functions write figures and dates as the documents do.
func functions(language string) template.FuncMap {
	dates := templates.DatesOf(language)
	return template.FuncMap{
		"number":   func(n int64) string { return settlement.Number(n) },
		"price":    templates.Price,
		"fee":      templates.Fee,
		"method":   func(method string) string { return templates.MethodName(language, method) },
		"duration": templates.Duration,
		"line":     templates.OneLine,
		"exact":    exact,
		"fromTo":   fromTo,
		"day":      dates.Day,
		"short":    dates.Short,
		"weekday":  dates.Weekday,
		"dates":    func(p settlement.Period) string { return unbroken(dates.Period(p)) },
		"span": func(p settlement.Period) string {
			return unbroken(dates.Short(p.Start) + " – " + dates.Short(p.End()-1))
		},
		"at":      func(instant time.Time) string { return dates.At(instant) },
		"percent": func(x float64) string { return px(x) + "%" },
		"px":      px,
	}
}

// exact writes won with decimals, of which zeros at the end are left out: ₩1,225.6.
func exact(won string) (string, error) {
	whole, decimals, _ := strings.Cut(won, ".")
	amount, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return "", fmt.Errorf("%q is no amount of won: %w", won, err)
	}
	if decimals = strings.TrimRight(decimals, "0"); decimals != "" {
		decimals = "." + decimals
	}
	return settlement.Won(amount).String() + decimals, nil
}

// fromTo names the ordinals (from, to].
func fromTo(from, to int64) string {
	if from+1 == to {
		return settlement.Number(to)
	}
	return settlement.Number(from+1) + "–" + settlement.Number(to)
}

// unbroken lets lines break only beside the dash of a range, not within its dates.
func unbroken(dates string) string {
	return strings.ReplaceAll(strings.ReplaceAll(dates, " ", "\u00a0"), "\u00a0–\u00a0", "\u00a0– ")
}

// px writes a length of a drawing.
func px(length float64) string {
	return strconv.FormatFloat(length, 'f', -1, 32)
}

// write answers with the page and returns its HTML; nil if the program broke.
func (s *site) write(w http.ResponseWriter, r *http.Request, status int, language, page string, view any) []byte {
	var html bytes.Buffer
	if err := pages[language][page].ExecuteTemplate(&html, "page", view); err != nil {
		s.logger.ErrorContext(r.Context(), "cannot write a page", "request_id", observe.ID(r.Context()), "page", page, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return nil
	}
	s.writeHTML(w, status, language, html.Bytes())
	return html.Bytes()
}

func (*site) writeHTML(w http.ResponseWriter, status int, language string, html []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", language)
	w.Header().Set("Content-Length", strconv.Itoa(len(html)))
	w.WriteHeader(status)
	_, _ = w.Write(html) // the browser may have disconnected
}
