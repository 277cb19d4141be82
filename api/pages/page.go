package pages

import (
	"net/http"
	"slices"
	"strconv"

	"creatorpay/api/access"
)

// question is a request for a page of the creator who asks.
type question struct {
	*http.Request
	frame
	creator int64
}

// builder gathers what a page shows, and names the page.
type builder func(q question) (page string, view any, err error)

// page answers a creator. The pages of a creator who is not in the catalogue say that there is nothing.
func (s *site) page(build builder) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reader := access.From(r.Context())
		if reader.CreatorID == 0 {
			s.writeProblem(w, r, http.StatusNotFound, noCreator)
			return
		}
		in := newFrame(r, "")
		if !in.chosen {
			// Without an answer the page is in the browser's language: it may not need the catalogue.
			if creator, err := s.books.Creator(r.Context(), reader.CreatorID); err == nil {
				in = newFrame(r, creator.Locale)
			}
		}
		in.SignedIn = true
		page, view, err := build(question{Request: r, frame: in, creator: reader.CreatorID})
		if err != nil {
			s.fail(w, r, in, err)
			return
		}
		s.write(w, r, http.StatusOK, in.Language, page, view)
	})
}

// videoID is the video that the address names.
func (q question) videoID() (int64, error) {
	id, err := strconv.ParseInt(q.PathValue("video"), 10, 64)
	if err != nil || id <= 0 {
		return 0, errNoPage
	}
	return id, nil
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
