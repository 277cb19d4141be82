package copies

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"creatorpay/db"
	"creatorpay/settlement"
)

// guarded is one copy.
type guarded struct {
	name    string // primary, replica-1, replica-2 …
	books   *db.DB
	limit   time.Duration
	primary bool
}

func newGuarded(name string, books *db.DB, config Config, _ *slog.Logger) *guarded {
	return &guarded{name: name, books: books, limit: config.CallLimit, primary: name == "primary"}
}

// retryAfter is when to ask again where nothing better is known.
const retryAfter = time.Second

// Unavailable says that no copy could answer.
type Unavailable struct {
	RetryAfter time.Duration // until a copy may be asked again; at least a second
	causes     error         // of each copy that was asked; a replica's no is one, but no answer
}

func (e *Unavailable) Error() string {
	return fmt.Sprintf("no copy of the books can answer: %s", e.causes)
}

// ask asks the copies in their order until one answers.
func ask(ctx context.Context, copies []*guarded, question func(context.Context, *guarded) error) error {
	var causes []error
	for _, g := range copies {
		if err := ctx.Err(); err != nil {
			return err // the caller has left
		}
		err := g.call(ctx, question)
		var panicked *panicError
		if err == nil || errors.As(err, &panicked) || g.primary && settlement.KindOf(err) != "" {
			return err
		}
		causes = append(causes, fmt.Errorf("%s: %w", g.name, err))
	}
	return &Unavailable{RetryAfter: retryAfter, causes: errors.Join(causes...)}
}

// call asks the copy, within the limit. What becomes of the call does not depend
// on whether the caller is still there.
func (g *guarded) call(ctx context.Context, question func(context.Context, *guarded) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.limit)
	defer cancel()
	return recovered(func() error { return question(ctx, g) })
}

// panicError is a panic of a reader. It is the program's fault and no copy's, and
// would come again on the next one.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.value, e.stack) }

func recovered(question func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{value, debug.Stack()}
		}
	}()
	return question()
}
