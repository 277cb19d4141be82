package v1

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"creatorpay/api/access"
	"creatorpay/api/answers"
	"creatorpay/db/copies"
	"creatorpay/settlement"
)

// problemType is one kind of problem (RFC 9457): what clients tell apart.
type problemType struct {
	name   string // the last part of its URI
	status int
	title  string
	help   string // what it means and what to do, for people
}

// uri is the type of the problem, relative to the api's address; a GET of it explains the problem.
func (t problemType) uri() string { return problemsPath + t.name }

const (
	problemsPath       = "/problems/"
	contentTypeProblem = "application/problem+json"
)

// The problems. Names and statuses are a contract with clients.
var (
	badRequest = problemType{"bad-request", http.StatusBadRequest, "Not a request that can be read",
		"The credentials cannot be told: send one bearer token, or one cookie."}
	unauthorized = problemType{"unauthorized", http.StatusUnauthorized, "Nobody is signed in",
		"Send a bearer token of the issuer that has not expired, or open the link of your latest mail again."}
	notFound = problemType{"not-found", http.StatusNotFound, "Not found",
		"There is nothing at this address for whoever is signed in: it does not exist, or it is somebody else's."}
	methodNotAllowed = problemType{"method-not-allowed", http.StatusMethodNotAllowed, "This is for reading",
		"The api writes nothing: use GET or HEAD."}
	notClosed = problemType{"period-not-closed", http.StatusConflict, "The period is not closed",
		"Only closed periods have figures that never change. Ask again when the period's run has closed it; state says how it stands."}
	unwantedBody = problemType{"unwanted-body", http.StatusRequestEntityTooLarge, "A request has no body here",
		"Leave out the body: parameters stand in the path and in the query."}
	tooLong = problemType{"uri-too-long", http.StatusRequestURITooLong, "The address is too long",
		"No path with its parameters needs that much: see the parameters of the path."}
	invalidParameter = problemType{"invalid-parameter", http.StatusUnprocessableEntity, "A parameter is wrong",
		"errors names each parameter that is wrong (location) and what is expected (message)."}
	rateLimited = problemType{"rate-limited", http.StatusTooManyRequests, "Too many requests",
		"Wait for as many seconds as Retry-After says. Answers with an ETag need not be asked for again."}
	internal = problemType{"internal", http.StatusInternalServerError, "The api failed",
		"It is not the request's fault. Tell the operators the request_id: the log has the cause under it."}
	unavailable = problemType{"unavailable", http.StatusServiceUnavailable, "Nobody can answer now",
		"No copy of the books that could answer can be reached, or it takes too long now. Ask again after as many seconds as Retry-After says."}
)

var problemTypes = []problemType{
	badRequest, unauthorized, notFound, methodNotAllowed, notClosed, unwantedBody, tooLong, invalidParameter, rateLimited, internal, unavailable,
}

// Problem is an answer that is none: application/problem+json.
type Problem struct {
	Type      string              `json:"type" format:"uri-reference" example:"/problems/period-not-closed" doc:"What clients tell problems apart by; a GET of it explains the problem."`
	Title     string              `json:"title" example:"The period is not closed" doc:"The problem in a few words, always the same for a type."`
	Status    int                 `json:"status" example:"409" doc:"The status of the answer."`
	Detail    string              `json:"detail,omitempty" example:"2024-05-09 is not closed: its run is still going" doc:"What is the matter with this request."`
	Period    string              `json:"period,omitempty" example:"2024-05-09" doc:"Of period-not-closed: the period's name."`
	State     settlement.RunState `json:"state,omitempty" enum:"running,failed" doc:"Of period-not-closed: how its run stands; left out if it was never run."`
	Errors    []ParameterError    `json:"errors,omitempty" nullable:"false" doc:"Of invalid-parameter: each parameter that is wrong."`
	RequestID string              `json:"request_id,omitempty" doc:"Of internal: what the log has the cause under."`

	header http.Header // that its answer has beside the body
}

// ParameterError is what is wrong with one parameter.
type ParameterError struct {
	Location string `json:"location" example:"query.date" doc:"path or query, a dot, and the parameter's name."`
	Message  string `json:"message" example:"expected string to be RFC 3339 date" doc:"What is expected."`
}

// Error is the detail, or the title where there is none.
func (p *Problem) Error() string {
	if p.Detail != "" {
		return p.Detail
	}
	return p.Title
}

// problem makes a problem of the type; the detail may be empty.
func (t problemType) problem(detail string) *Problem {
	return &Problem{Type: t.uri(), Title: t.title, Status: t.status, Detail: detail, header: http.Header{}}
}

// nothing is the one answer for what is not there and for what the reader may not know of.
func nothing() *Problem { return notFound.problem("There is nothing here for you to read.") }

// invalid names parameters that are wrong.
func invalid(wrong ...ParameterError) *Problem {
	p := invalidParameter.problem("")
	p.Errors = wrong
	return p
}

// problemOf is what a client is told of the error. It is [internal] for any that no client can do anything about,
// of which it says nothing.
func problemOf(err error) *Problem {
	var (
		known   *Problem
		missing answers.ErrNotFound
		nobody  *copies.Unavailable
		books   *settlement.Error
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &missing):
		return nothing()
	case errors.As(err, &nobody):
		return unavailableFor(nobody.RetryAfter)
	case errors.Is(err, context.DeadlineExceeded): // of making the answer; that of a copy is an Unavailable
		return unavailableFor(makeTimeout)
	case errors.As(err, &books) && books.Kind == settlement.ErrNotClosed:
		p := notClosed.problem(books.Text)
		p.Period, p.State = books.Period.String(), books.State
		return p
	default:
		return internal.problem("")
	}
}

// unavailableFor tells the client to ask again after the time.
func unavailableFor(wait time.Duration) *Problem {
	p := unavailable.problem("")
	access.SetRetryAfter(p.header, wait)
	return p
}

// refusal is the problem of a request that access has refused.
func refusal(why *access.Refused) *Problem {
	kind := unauthorized
	switch why.Status {
	case http.StatusBadRequest:
		kind = badRequest
	case http.StatusTooManyRequests:
		kind = rateLimited
	case http.StatusServiceUnavailable:
		kind = unavailable
	}
	p := kind.problem("")
	why.SetHeaders(p.header)
	return p
}

// write answers with the problem, which nobody may keep.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.header {
		w.Header()[name] = values
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // it has texts and numbers only
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", contentTypeProblem)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // a client who has left needs no answer
}

// explainProblem answers GET /problems/{name}.
func explainProblem(w http.ResponseWriter, r *http.Request) {
	for _, kind := range problemTypes {
		if kind.name == r.PathValue("name") {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Cache-Control", "public, max-age=3600")
			_, _ = fmt.Fprintf(w, "%s (%d)\n\n%s\n", kind.title, kind.status, kind.help)
			return
		}
	}
	nothing().write(w)
}
