package pages

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"creatorpay/api/access"
	"creatorpay/api/answers"
	"creatorpay/settlement"
)

// question is a request for a page of the creator who asks.
type question struct {
	*http.Request
	frame
	creator int64
}

// shown is what a page shows, and the name of the page.
type shown struct {
	page string
	view any
	// rests is on what the page rests: as long as that is the same, so is the page. It is empty where the page may be
	// another one the next time.
	rests string
}

// content is how one kind of page is made.
type content struct {
	gather func(q question) (shown, error)
	// rests tells without gathering on what the page rests; empty if that cannot be told. It may be nil.
	rests func(q question) string
}

// page answers a creator. The pages of a creator who is not in the catalogue say that there is nothing.
func (s *site) page(of content) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reader := access.From(r.Context())
		if reader.CreatorID == 0 {
			s.writeProblem(w, r, http.StatusNotFound, noCreator)
			return
		}
		in := newFrame(r, "")
		if !in.chosen {
			in = newFrame(r, s.localeOf(r.Context(), reader.CreatorID))
		}
		in.SignedIn = true
		q := question{Request: r, frame: in, creator: reader.CreatorID}
		if of.rests != nil && s.writeKept(w, q, of.rests(q)) {
			return
		}
		what, err := of.gather(q)
		if err != nil {
			s.fail(w, r, in, err)
			return
		}
		if s.writeKept(w, q, what.rests) {
			return
		}
		if html := s.write(w, r, http.StatusOK, in.Language, what.page, what.view); html != nil && what.rests != "" {
			s.kept.Set(q.keyOf(what.rests), bytes.Clone(html)) // without room to grow, for which nobody accounts
		}
	})
}

// localeOf is the language of the creator in the catalogue, or what it was while it cannot be told now; empty if it was never
// known. Without it a page is in the browser's language: it may not need the catalogue.
func (s *site) localeOf(ctx context.Context, creator int64) string {
	now := time.Now()
	known, found := s.locales.GetIfPresent(creator)
	if found && now.Before(known.until) {
		return known.language
	}
	language, err := s.books.Locale(ctx, creator)
	var missing answers.ErrNotFound
	switch {
	case errors.As(err, &missing):
		return ""
	case err != nil:
		return known.language
	}
	s.locales.Set(creator, locale{language, now.Add(localeFor)})
	return language
}

// videoID is the video that the address names.
func (q question) videoID() (int64, error) {
	id, err := strconv.ParseInt(q.PathValue("video"), 10, 64)
	if err != nil || id <= 0 {
		return 0, errNoPage
	}
	return id, nil
}

// dayOf is the day that an address names.
func dayOf(text string) (settlement.Day, error) {
	day, err := settlement.ParseDay(text)
	if err != nil || day.Validate() != nil {
		return 0, errNoPage
	}
	return day, nil
}

// pageParameter is the parameter of an address that tells which part of a list is shown, from 1 on.
const pageParameter = "page"

// part is one page of a list.
type part struct {
	First, Last, All int64  // of the items shown, from 1 on
	Before, After    string // addresses of the pages beside it; empty if there is none
}

// paged cuts a list into pages of so many items, and is the one that is asked for; the nearest if there is no such one.
func paged[T any](q question, all []T, size int) ([]T, part) {
	chunks := slices.Collect(slices.Chunk(all, size))
	if len(chunks) == 0 {
		return nil, part{}
	}
	number, _ := strconv.Atoi(q.query.Get(pageParameter)) // anything else is the first page
	number = min(max(number, 1), len(chunks))
	shown := chunks[number-1]
	p := part{First: int64((number-1)*size + 1), All: int64(len(all))}
	p.Last = p.First + int64(len(shown)) - 1
	if number > 1 {
		p.Before = q.with(pageParameter, strconv.Itoa(number-1))
	}
	if number < len(chunks) {
		p.After = q.with(pageParameter, strconv.Itoa(number+1))
	}
	return shown, p
}
