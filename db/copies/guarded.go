package copies

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"creatorpay/db"
	"creatorpay/settlement"
)

// guarded is one copy behind its bulkhead and its circuit breaker.
type guarded struct {
	name     string // primary, replica-1, replica-2 …
	books    *db.DB
	limit    time.Duration
	bulkhead bulkhead.Bulkhead[any]
	inUse    atomic.Int64 // of the bulkhead
	breaker  circuitbreaker.CircuitBreaker[any]
	failure  atomic.Pointer[error] // the last one
	refusal  atomic.Pointer[error] // why it is asked nothing, nil if it may be
	outcomes outcomes
}

// roomWait is how long a call waits until a copy has room for it.
const roomWait = 100 * time.Millisecond

var (
	errLeftAlone = errors.New("left alone after calls that failed")
	errFull      = errors.New("as many calls as it may have are under way")
)

// newGuarded is the copy that only so many calls at a time may ask: where each has
// a connection, none of them waits for one, which would be held against the copy.
func newGuarded(name string, books *db.DB, calls int, config Config, logger *slog.Logger) *guarded {
	g := &guarded{
		name: name, books: books, limit: config.CallLimit,
		bulkhead: bulkhead.New[any](uint(calls)), outcomes: newOutcomes(name),
	}
	g.breaker = circuitbreaker.NewBuilder[any]().
		WithFailureThresholdRatio(uint(config.failures()), uint(config.BreakerCalls)).
		WithDelay(config.BreakerDelay).
		WithSuccessThreshold(uint(config.BreakerTrials)).
		OnStateChanged(func(change circuitbreaker.StateChangedEvent) {
			switch change.NewState {
			case circuitbreaker.OpenState:
				logger.Warn("a copy of the books is left alone", "copy", name, "for", config.BreakerDelay, "error", *g.failure.Load())
			case circuitbreaker.HalfOpenState:
				logger.Info("a copy of the books is on trial", "copy", name)
			case circuitbreaker.ClosedState:
				logger.Info("a copy of the books is asked again", "copy", name)
			}
		}).
		Build()
	return g
}

const primaryName = "primary"

func newPrimary(books *db.DB, config Config, logger *slog.Logger) *guarded {
	return newGuarded(primaryName, books, config.PrimaryCalls, config, logger)
}

// newReplica is replica i, counted from 0 in the order of their DSNs. Its name
// counts from 1.
func newReplica(i int, books *db.DB, config Config, logger *slog.Logger) *guarded {
	return newGuarded(fmt.Sprintf("replica-%d", i+1), books, config.Connections, config, logger)
}

func (g *guarded) primary() bool { return g.name == primaryName }

// call asks the copy, within the limit. What becomes of a call that has begun does
// not depend on whether the caller is still there.
func (g *guarded) call(ctx context.Context, q question) (err error) {
	if ctx.Err() != nil {
		return ctx.Err() // the caller has left
	}
	if refusal := g.refusal.Load(); refusal != nil {
		g.outcomes.count(refused)
		return *refusal
	}
	if err := g.bulkhead.AcquirePermitWithMaxWait(ctx, roomWait); errors.Is(err, bulkhead.ErrFull) {
		g.outcomes.count(full)
		return errFull
	} else if err != nil {
		return err // the caller left while he waited
	}
	g.inUse.Add(1)
	defer func() {
		g.inUse.Add(-1)
		g.bulkhead.ReleasePermit()
	}()
	if !g.breaker.TryAcquirePermit() {
		g.outcomes.count(refused)
		return errLeftAlone
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.limit)
	defer cancel()
	err = recovered(func() error { return q(ctx, g) })
	g.record(outcomeOf(ctx, err, g.primary()), err)
	return err
}

// heed takes note of what a check of the copy came to. One that could not be asked is
// what it was before.
func (g *guarded) heed(err error) {
	if err == nil {
		g.refusal.Store(nil)
	} else if db.IsRefusal(err) {
		g.refusal.Store(&err)
	}
}

// record gives back the permit of the call.
func (g *guarded) record(became outcome, err error) {
	g.outcomes.count(became)
	if became != slow && became != failed {
		g.breaker.RecordSuccess()
		return
	}
	if err == nil {
		err = context.DeadlineExceeded
	}
	g.failure.Store(&err)
	g.breaker.RecordFailure()
}

// panicError is a panic of a reader. It is the program's fault and no copy's, and
// would come again on the next one.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.value, e.stack) }

// recovered keeps a panic from losing the permit of its call for ever.
func recovered(question func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{value, debug.Stack()}
		}
	}()
	return question()
}

// outcomeOf is what became of a call whose context has not been cancelled yet.
func outcomeOf(ctx context.Context, err error, primary bool) outcome {
	var panicked *panicError
	switch {
	case ctx.Err() != nil:
		return slow
	case errors.As(err, &panicked):
		return panics
	case err == nil, primary && settlement.KindOf(err) != "":
		return answered
	case settlement.KindOf(err) != "":
		return passedOver
	default:
		return failed
	}
}
