package v1

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/maypok86/otter/v2"

	"creatorpay/api/answers"
	"creatorpay/api/observe"
	"creatorpay/settlement"
)

// service answers requests.
type service struct {
	books  Books
	logger *slog.Logger
	mux    *http.ServeMux
	api    huma.API
	kept   *otter.Cache[string, *representation] // by request; sealed ones only
}

func newService(books Books, guard Guard, config Config, logger *slog.Logger) *service {
	s := &service{
		books:  books,
		logger: logger,
		mux:    http.NewServeMux(),
		kept: otter.Must(&otter.Options[string, *representation]{
			MaximumWeight: max(1, config.Memory()), // 0 would be no limit; no answer weighs as little as 1
			Weigher:       func(request string, kept *representation) uint32 { return uint32(len(request) + kept.size()) },
		}),
	}
	s.api = newAPI(guardedMux{s.mux, guard.Guard(s.refuse)})
	s.addPaths()
	s.serveOpenAPI()
	s.mux.HandleFunc("GET "+problemsPath+"{name}", explainProblem)
	s.mux.Handle(problemsPath+"{name}", onlyReads)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { nothing().write(w) })
	return s
}

// panicked answers a request in which the program broke.
func panicked(w http.ResponseWriter, r *http.Request) {
	p := internal.problem("")
	p.RequestID = observe.ID(r.Context())
	p.write(w)
}

// content is what a request is answered with, before it is bytes.
type content[Body any] struct {
	body Body
	seal string // of the rows that it rests on; empty if it may be another the next time
	next string // key after which the next page begins; empty if there is none
}

// paged is a body that says where the next page begins.
type paged interface{ setNext(cursor string) }

// Next is the part of a body that says where the next page begins.
type Next struct {
	NextPage string `json:"next,omitempty" doc:"The cursor of the next page; left out on the last one. The header Link has its whole address."`
}

func (n *Next) setNext(cursor string) { n.NextPage = cursor }

// represent makes the bytes of the content.
func represent[Body any](r request, from content[Body]) (*representation, error) {
	made := &representation{contentType: contentTypeJSON, tag: tagOf(from.seal, r)}
	if list, ok := any(&from.body).(paged); ok && from.next != "" {
		cursor := cursorOf(from.seal, r, from.next)
		list.setNext(cursor)
		made.next = r.with("cursor", cursor).String()
	}
	var err error
	if made.plain, err = json.Marshal(from.body); err != nil {
		return nil, fmt.Errorf("write an answer as JSON: %w", err)
	}
	return made, made.compress()
}

const contentTypeJSON = "application/json"

// unsealed carries an answer past the kept ones, which only an error passes.
type unsealed struct{ *representation }

func (unsealed) Error() string { return "the answer may be another one the next time" }

// makeTimeout bounds how long an answer is made, since it is made to the end, whoever leaves: a document may wait for
// others to be drawn. Twice as long leaves time to write it before the server cuts the client off.
const makeTimeout = 10 * time.Second

// serveKept answers with the kept answer to the request, or makes it. Requests for one answer that come while it is
// made wait for it: it is made to the end, whoever of them leaves. They share only an answer that is kept. Any other
// one may rest on what was so before a request came: that a period is not closed, which the client has since seen
// closed.
func (s *service) serveKept(w http.ResponseWriter, r *http.Request, asked string, produce func(context.Context) (*representation, error)) {
	produceInTime := func(ctx context.Context) (*representation, error) {
		ctx, cancel := context.WithTimeout(ctx, makeTimeout)
		defer cancel()
		return produce(ctx)
	}
	own := false // the answer was made for this request
	load := otter.LoaderFunc[string, *representation](func(ctx context.Context, _ string) (*representation, error) {
		own = true
		made, err := produceInTime(ctx)
		if err == nil && made.tag == "" {
			return nil, unsealed{made}
		}
		return made, err
	})
	made, err := s.kept.Get(context.WithoutCancel(r.Context()), asked, load)
	if err != nil && !own && problemOf(err).Status != unavailable.status {
		made, err = produceInTime(r.Context())
	}
	var passed unsealed
	switch {
	case err == nil:
		made.serve(w, r)
	case errors.As(err, &passed):
		passed.serve(w, r)
	default:
		s.fail(w, r, err)
	}
}

// serveSealed answers from a closed period. A client that has the answer is told so without a database, once it is
// known that the period is closed: its tag names the whole request, so the client was given that answer.
func serveSealed[Body any](s *service, w http.ResponseWriter, r *http.Request, period settlement.Period, page *Paging, answer func(context.Context) (content[Body], error)) {
	asked := requestOf(r)
	key := asked.String()
	if _, kept := s.kept.GetIfPresent(key); !kept && r.Header.Get("If-None-Match") != "" {
		seal, err := s.books.Seal(r.Context(), period)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if has := tagOf(seal, asked).clientHas(r, false); has != "" {
			writeNotModified(w, has)
			return
		}
	}
	s.serveKept(w, r, key, func(ctx context.Context) (*representation, error) {
		if page != nil && page.Cursor != "" {
			seal, err := s.books.Seal(ctx, period)
			if err != nil {
				return nil, err
			}
			if err := page.goOn(seal, asked); err != nil {
				return nil, err
			}
		}
		made, err := answer(ctx)
		if err != nil {
			return nil, err
		}
		return represent(asked, made)
	})
}

// serveGrowing answers from what grows with each period that closes.
func serveGrowing[Body any](s *service, w http.ResponseWriter, r *http.Request, page *Paging, answer func(context.Context) (content[Body], error)) {
	asked := requestOf(r)
	made, err := func() (*representation, error) {
		if page != nil && page.Cursor != "" {
			if err := page.goOn("", asked); err != nil {
				return nil, err
			}
		}
		made, err := answer(r.Context())
		if err != nil {
			return nil, err
		}
		return represent(asked, made)
	}()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	made.serve(w, r)
}

// serveDocument answers with a document, whose tag is its own hash.
func (s *service) serveDocument(w http.ResponseWriter, r *http.Request, read func(context.Context) (answers.Document, error)) {
	s.serveKept(w, r, requestOf(r).String(), func(ctx context.Context) (*representation, error) {
		document, err := read(ctx)
		if err != nil {
			return nil, err
		}
		return &representation{contentType: contentTypePDF, fileName: document.Name, tag: entityTag(document.SHA256), plain: document.Data}, nil
	})
}

const contentTypePDF = "application/pdf"

// fail answers with the problem that the error is. What is our own fault is logged as an error under the request's
// id; that copies are away, their breakers have logged, once and not with every request. If the client has left, that may be all there is to it, and nobody is there to be answered.
func (s *service) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		panic(http.ErrAbortHandler)
	}
	p := problemOf(err)
	if p.Status == internal.status {
		p.RequestID = observe.ID(r.Context())
		s.logger.ErrorContext(r.Context(), "a request failed", "request_id", p.RequestID, "error", err)
	} else {
		s.logger.DebugContext(r.Context(), "a request was not answered", "request_id", observe.ID(r.Context()), "status", p.Status, "error", err)
	}
	p.write(w)
}
