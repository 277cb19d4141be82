// Package pages shows creators what they earned and why: in Korean and English, on a phone as on a desk, without
// scripts. Its pages only read.
package pages

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/maypok86/otter/v2"

	"creatorpay/api/access"
	"creatorpay/api/answers"
	"creatorpay/api/observe"
	"creatorpay/engine/explain"
	"creatorpay/engine/link"
	"creatorpay/settlement"
)

// Books are what the pages ask; [answers.Books] are some.
type Books interface {
	Seal(ctx context.Context, period settlement.Period) (string, error)
	Locale(ctx context.Context, creator int64) (string, error)
	Title(ctx context.Context, creator, video int64) (string, error)
	Statements(ctx context.Context, creator int64, page answers.WeekPage) (answers.Statements, error)
	Statement(ctx context.Context, creator int64, week settlement.Period) (answers.Sealed[answers.Statement], error)
	History(ctx context.Context, creator, video int64, from, to settlement.Day) (answers.History, error)
	Explanation(ctx context.Context, creator, video int64, day settlement.Day) (answers.Sealed[explain.Explanation], error)
}

type site struct {
	books   Books
	gate    *access.Access
	logger  *slog.Logger
	kept    *otter.Cache[keptKey, []byte]
	locales *otter.Cache[int64, locale]
}

// New serves the pages of the creator who asks, and those that say how to become known. Pages that
// change only when a further week closes take so many bytes of memory; 0 keeps none. Requests are seen by seen.
func New(books Books, gate *access.Access, memory uint64, seen *observe.Requests, logger *slog.Logger) http.Handler {
	s := &site{books: books, gate: gate, logger: logger, kept: newKept(memory), locales: newLocales()}
	mux := http.NewServeMux()
	known := gate.Guard(s.refuse)
	for pattern, of := range map[string]content{
		"GET /{$}":                   {gather: s.home},
		"GET /statements/{week}":     {gather: s.statement, rests: s.statementRests},
		"GET /videos/{video}":        {gather: s.video},
		"GET /videos/{video}/{date}": {gather: s.explanation},
	} {
		mux.Handle(pattern, known(s.page(of)))
	}
	mux.HandleFunc("GET "+link.Path+"{token}", s.openLink)
	mux.HandleFunc("GET /sign-in", func(w http.ResponseWriter, r *http.Request) { s.writeProblem(w, r, http.StatusOK, signIn) })
	mux.HandleFunc("GET "+stylePath, serveStyle)
	mux.HandleFunc("/", s.other)
	return seen.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setSecurity(w.Header())
		mux.ServeHTTP(w, r)
	}), func(w http.ResponseWriter, r *http.Request) {
		s.writeProblem(w, r, http.StatusInternalServerError, failed)
	})
}

// setSecurity lets a page load the style sheet of this site, and nothing else from anywhere.
func setSecurity(header http.Header) {
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
}

// other answers what is no page.
func (s *site) other(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		s.writeProblem(w, r, http.StatusMethodNotAllowed, wrongMethod)
		return
	}
	s.writeProblem(w, r, http.StatusNotFound, notFound)
}
