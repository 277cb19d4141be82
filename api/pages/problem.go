package pages

import (
	"errors"
	"net/http"

	"creatorpay/api/access"
	"creatorpay/api/answers"
	"creatorpay/api/observe"
	"creatorpay/db/copies"
	"creatorpay/engine/link"
	"creatorpay/settlement"
)

// problem is why there is no page; the words of each language know its name.
type problem string

const (
	signIn      problem = "signIn"
	expiredLink problem = "expired"
	badLink     problem = "badLink"
	notFound    problem = "notFound"
	notClosed   problem = "notClosed"
	tooMany     problem = "tooMany"
	unavailable problem = "unavailable"
	noCreator   problem = "noCreator"
	wrongMethod problem = "method"
	failed      problem = "failed"
)

// errNoPage says that an address names nothing that there could be.
var errNoPage = errors.New("no such page")

func (s *site) writeProblem(w http.ResponseWriter, r *http.Request, status int, why problem) {
	s.writeProblemIn(w, r, newFrame(r, ""), status, why)
}

func (s *site) writeProblemIn(w http.ResponseWriter, r *http.Request, in frame, status int, why problem) {
	s.write(w, r, status, in.Language, problemPage, struct {
		frame
		Problem problem
	}{in, why})
}

// refuse answers a request of which it is not known who sends it.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, why *access.Refused) {
	why.SetHeaders(w.Header())
	shown := signIn
	switch {
	case errors.Is(why, link.ErrExpired):
		shown = expiredLink
	case why.Status == http.StatusTooManyRequests:
		shown = tooMany
	case why.Status == http.StatusServiceUnavailable:
		shown = unavailable
	}
	s.writeProblem(w, r, why.Status, shown)
}

// openLink answers the link of a mail.
func (s *site) openLink(w http.ResponseWriter, r *http.Request) {
	switch err := s.gate.OpenLink(w, r); {
	case errors.Is(err, link.ErrExpired):
		s.writeProblem(w, r, http.StatusGone, expiredLink)
	case err != nil:
		s.writeProblem(w, r, http.StatusNotFound, badLink)
	}
}

// fail answers a question that the books did not answer.
func (s *site) fail(w http.ResponseWriter, r *http.Request, in frame, err error) {
	if r.Context().Err() != nil { // the reader has left, which is no failure
		panic(http.ErrAbortHandler)
	}
	var away *copies.Unavailable
	var missing answers.ErrNotFound
	switch {
	case errors.Is(err, errNoPage), errors.As(err, &missing):
		s.writeProblemIn(w, r, in, http.StatusNotFound, notFound)
	case settlement.KindOf(err) == settlement.ErrNotClosed:
		s.writeProblemIn(w, r, in, http.StatusNotFound, notClosed)
	case errors.As(err, &away):
		access.SetRetryAfter(w.Header(), away.RetryAfter)
		s.writeProblemIn(w, r, in, http.StatusServiceUnavailable, unavailable)
	default:
		s.logger.ErrorContext(r.Context(), "cannot answer with a page", "request_id", observe.ID(r.Context()), "error", err)
		s.writeProblemIn(w, r, in, http.StatusInternalServerError, failed)
	}
}
