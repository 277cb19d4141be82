package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"creatorpay/templates"
)

// languageParameter is the parameter of an address with which a reader chooses a language. Links of the page keep it.
const languageParameter = "lang"

// frame is what all pages have: the language, and the way to the same page in the other one.
type frame struct {
	Language string // Korean or English
	SignedIn bool
	chosen   bool // by the reader
	query    url.Values
}

// newFrame is in the language that the reader has chosen, otherwise in that of the locale, otherwise in the one that the
// browser prefers.
func newFrame(r *http.Request, locale string) frame {
	f := frame{query: r.URL.Query()}
	f.Language = f.query.Get(languageParameter)
	f.chosen = isLanguage(f.Language)
	switch {
	case f.chosen:
	case isLanguage(locale):
		f.Language = locale
	default:
		f.Language = preferred(r.Header.Get("Accept-Language"))
	}
	return f
}

func isLanguage(text string) bool { return text == templates.Korean || text == templates.English }

// preferred is the language of ours that Accept-Language weighs most, the first among equals; English if it names none.
func preferred(header string) string {
	best, bestWeight := templates.English, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, parameters, _ := strings.Cut(part, ";")
		language, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		weight := 1.0
		if text, found := strings.CutPrefix(strings.TrimSpace(parameters), "q="); found {
			weight, _ = strconv.ParseFloat(text, 64) // what is no weight is none
		}
		if isLanguage(language) && weight > bestWeight {
			best, bestWeight = language, weight
		}
	}
	return best
}

// Link is the address of another page, in the language that the reader has chosen.
func (f frame) Link(address string) string {
	if !f.chosen {
		return address
	}
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + languageParameter + "=" + f.Language
}

// Other is the other language.
func (f frame) Other() string {
	if f.Language == templates.Korean {
		return templates.English
	}
	return templates.Korean
}

// InOther is the address of the same page in the other language.
func (f frame) InOther() string { return f.with(languageParameter, f.Other()) }

// with is the address of the same page with another value of a parameter.
func (f frame) with(name, value string) string {
	query := url.Values{}
	for key, values := range f.query {
		query[key] = slices.Clone(values)
	}
	query.Set(name, value)
	return "?" + query.Encode()
}
