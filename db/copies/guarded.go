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

// guarded is one copy behind its circuit breaker; the primary has a bulkhead, too.
type guarded struct {
	name     string // primary, replica-1, replica-2 …
	books    *db.DB
	limit    time.Duration
	breaker  circuitbreaker.CircuitBreaker[any]
	failure  atomic.Pointer[error]  // the last one
	bulkhead bulkhead.Bulkhead[any] // nil for a replica
	inUse    atomic.Int64           // of the bulkhead
	outcomes outcomes
}

// primaryWait is how long a call waits until the primary has room for it.
const primaryWait = 100 * time.Millisecond

var (
	errLeftAlone = errors.New("left alone after calls that failed")
	errFull      = errors.New("as many calls as it may have are under way")
)

func newGuarded(name string, books *db.DB, config Config, logger *slog.Logger) *guarded {
	g := &guarded{name: name, books: books, limit: config.CallLimit, outcomes: newOutcomes(name)}
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

// newPrimary is the copy that only so many calls at a time may ask, so that
// readers leave it to the job.
func newPrimary(books *db.DB, config Config, logger *slog.Logger) *guarded {
	g := newGuarded("primary", books, config, logger)
	g.bulkhead = bulkhead.New[any](uint(config.PrimaryCalls))
	return g
}

// replicaName numbers the replicas from 1, in the order of their DSNs.
func replicaName(i int) string { return fmt.Sprintf("replica-%d", i+1) }

func (g *guarded) primary() bool { return g.bulkhead != nil }

// call asks the copy, within the limit. What becomes of it does not depend on
// whether the caller is still there.
func (g *guarded) call(ctx context.Context, q question) (err error) {
	if g.bulkhead != nil {
		if g.bulkhead.AcquirePermitWithMaxWait(ctx, primaryWait) != nil {
			g.outcomes.count(full)
			return errFull
		}
		g.inUse.Add(1)
		defer func() {
			g.inUse.Add(-1)
			g.bulkhead.ReleasePermit()
		}()
	}
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
