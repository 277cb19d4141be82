package v1

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"creatorpay/api/access"
)

// audience is who may read a path. The zero value is nobody: see [read].
type audience int

const (
	creatorOfPath audience = iota + 1 // the creator whose id is in the path, and operators
	operators
	signedIn // whoever is known
)

// operation is one path.
type operation struct {
	who     audience
	id      string
	path    string
	summary string
	help    string
	grows   bool // the answer may be another one the next time: it has no ETag and may not be a 409
}

// allows is whether the reader may read the path. A creator_id that is no id is left to be refused as a parameter.
func (o operation) allows(reader access.Reader, r *http.Request) bool {
	switch o.who {
	case creatorOfPath:
		creator, err := strconv.ParseInt(r.PathValue("creator_id"), 10, 64)
		return err != nil || creator < 1 || reader.MayRead(creator)
	case operators:
		return reader.Operator
	case signedIn:
		return true
	default:
		return false
	}
}

// read registers a path that answers in JSON. Its parameters are the fields of In, and Body is what it answers. A path
// that does not say who may read it, or says the creator of the path without naming one, is a mistake of the program.
func read[In, Body any](s *service, o operation, serve func(http.ResponseWriter, *http.Request, *In)) {
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Body](), true, "")
	register(s, o, contentTypeJSON, schema, serve)
}

// readDocument registers a path that answers with a PDF.
func readDocument[In any](s *service, o operation, serve func(http.ResponseWriter, *http.Request, *In)) {
	register(s, o, contentTypePDF, &huma.Schema{Type: huma.TypeString, Format: "binary"}, serve)
}

func register[In any](s *service, o operation, contentType string, schema *huma.Schema, serve func(http.ResponseWriter, *http.Request, *In)) {
	if o.who == 0 || (o.who == creatorOfPath) != strings.Contains(o.path, "{creator_id}") {
		panic("who may read " + o.path + "?")
	}
	op := huma.Operation{
		OperationID: o.id,
		Method:      http.MethodGet,
		Path:        o.path,
		Summary:     o.summary,
		Description: o.help,
		Responses:   s.responses(o, contentType, schema),
	}
	op.Middlewares = huma.Middlewares{func(c huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(c)
		if !o.allows(access.From(r.Context()), r) {
			nothing().write(w)
			return
		}
		if err := checkSpelling(r, c.Operation().Parameters); err != nil {
			s.fail(w, r, err)
			return
		}
		next(c)
	}}
	huma.Register(s.api, op, func(_ context.Context, in *In) (*streamed, error) {
		return &streamed{func(c huma.Context) {
			r, w := humago.Unwrap(c)
			serve(w, r, in)
		}}, nil
	})
}

// streamed leaves writing the answer to its Body.
type streamed struct{ Body func(huma.Context) }

// guardedMux lets huma's paths be reached through the guard only, and refuses to do anything but read.
type guardedMux struct {
	*http.ServeMux
	guard func(http.Handler) http.Handler
}

// HandleFunc registers the pattern, which has a method.
func (m guardedMux) HandleFunc(pattern string, handle func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, m.guard(http.HandlerFunc(handle)))
	_, path, _ := strings.Cut(pattern, " ")
	m.Handle(path, onlyReads)
}

var onlyReads = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	p := methodNotAllowed.problem("")
	p.header.Set("Allow", "GET, HEAD")
	p.write(w)
})

// refuse answers a request that the guard did not let through.
func (s *service) refuse(w http.ResponseWriter, _ *http.Request, why *access.Refused) {
	refusal(why).write(w)
}

// toProblem makes one of our problems of what huma found wrong with parameters: all else is answered past it.
func toProblem(c huma.Context, _ string, body any) (any, error) {
	found, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	c.SetHeader("Content-Type", contentTypeProblem)
	p := invalid()
	for _, wrong := range found.Errors {
		p.Errors = append(p.Errors, ParameterError{wrong.Location, wrong.Message})
	}
	slices.SortFunc(p.Errors, byLocation)
	return p, nil
}

func byLocation(a, b ParameterError) int { return strings.Compare(a.Location, b.Location) }
