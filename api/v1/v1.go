// Package v1 answers over HTTP in JSON: the first version of the api, whose paths begin with /v1. What is answered is
// the business of the package answers, and who is asking that of the package access. The contract is the OpenAPI
// document that the code makes ([Document]); docs/api.md explains it.
package v1

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"creatorpay/api/access"
	"creatorpay/api/answers"
	"creatorpay/api/observe"
	"creatorpay/engine/explain"
	"creatorpay/settlement"
)

// Config is what this version can be told. Its tags make the command line's flags and environment variables.
type Config struct {
	Keep int `env:"API_KEEP" default:"64" help:"Memory for answers about closed periods that are kept, in MiB; pages and lists may take as much again. 0 keeps nothing."`
}

// Memory is [Config.Keep] in bytes.
func (c Config) Memory() uint64 { return uint64(c.Keep) << 20 }

// Validate says what is wrong with the settings.
func (c Config) Validate() error {
	if c.Keep < 0 {
		return fmt.Errorf("--keep is %d: choose 0 to keep no answers, or more", c.Keep)
	}
	return nil
}

// Books are what answers are read from: see [answers.Books], which they are.
type Books interface {
	Seal(ctx context.Context, period settlement.Period) (string, error)
	Top5(ctx context.Context, period settlement.Period) (answers.Sealed[answers.Top5], error)
	Settlement(ctx context.Context, creator int64, period settlement.Period, page answers.Page) (answers.Sealed[answers.Settlement], error)
	Statistics(ctx context.Context, creator int64, period settlement.Period, page answers.Page) (answers.Sealed[answers.Statistics], error)
	Statements(ctx context.Context, creator int64, page answers.WeekPage) (answers.Statements, error)
	Statement(ctx context.Context, creator int64, week settlement.Period) (answers.Sealed[answers.Statement], error)
	Document(ctx context.Context, creator int64, week settlement.Period, kind answers.DocumentKind) (answers.Document, error)
	Explanation(ctx context.Context, creator, video int64, day settlement.Day) (answers.Sealed[explain.Explanation], error)
	History(ctx context.Context, creator, video int64, from, to settlement.Day) (answers.History, error)
	Periods(ctx context.Context, kind settlement.Kind, from, to settlement.Day, page answers.PeriodPage) (answers.Periods, error)
}

// Guard lets only requests through of whom is known who sends them, with the [access.Reader] in their context: see
// [access.Access.Guard].
type Guard interface {
	Guard(refuse func(http.ResponseWriter, *http.Request, *access.Refused)) func(http.Handler) http.Handler
}

// Patterns are where the handler of [New] is to be mounted, in the form of [http.ServeMux]. What lies under them is
// answered by it alone, also with 404.
var Patterns = []string{"/v1/", openAPIPath, problemsPath}

// New answers /v1/..., /openapi.json and /problems/...: mount it under [Patterns]. Requests are seen by
// seen. The settings must be valid.
func New(books Books, guard Guard, config Config, seen *observe.Requests, logger *slog.Logger) http.Handler {
	return seen.Handler(limited(newService(books, guard, config, logger).mux), panicked)
}
