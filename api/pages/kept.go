package pages

import (
	"net/http"
	"time"

	"github.com/maypok86/otter/v2"

	"creatorpay/settlement"
)

const (
	// localeFor is how long a creator's language is taken for known: a new one shows that much later.
	localeFor = time.Minute
	// mostLocales bounds the memory for them.
	mostLocales = 100_000
)

// keptKey names a page by the creator who asks, its address and language, and by what it rests on.
type keptKey struct {
	creator           int64
	language, address string
	rests             string
}

func newKept(memory uint64) *otter.Cache[keptKey, []byte] {
	return otter.Must(&otter.Options[keptKey, []byte]{
		MaximumWeight: max(1, memory), // 0 would be no limit; no page weighs as little as 1
		Weigher:       func(key keptKey, html []byte) uint32 { return uint32(len(key.address) + len(html)) },
	})
}

// locale is the language of a creator in the catalogue, for as long as it is taken for that.
type locale struct {
	language string
	until    time.Time
}

func newLocales() *otter.Cache[int64, locale] {
	return otter.Must(&otter.Options[int64, locale]{MaximumSize: mostLocales})
}

// keyOf names the page that is asked for and rests on what is given.
func (q question) keyOf(rests string) keptKey {
	return keptKey{q.creator, q.Language, q.URL.RequestURI(), rests}
}

// writeKept answers with the page that is asked for, if there is one that rests on what is given.
func (s *site) writeKept(w http.ResponseWriter, q question, rests string) bool {
	html, found := s.kept.GetIfPresent(q.keyOf(rests))
	if found {
		s.writeHTML(w, http.StatusOK, q.Language, html)
	}
	return found
}

// statementRests is on the week's seal.
func (s *site) statementRests(q question) string {
	week, err := settlement.ParseWeek(q.PathValue("week"))
	if err != nil {
		return ""
	}
	seal, err := s.books.Seal(q.Context(), week)
	if err != nil {
		return "" // the page itself says what is wrong
	}
	return seal
}
