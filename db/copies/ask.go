package copies

import (
	"context"
	"errors"
	"fmt"
	"time"

	"creatorpay/settlement"
)

// Unavailable says that no copy could answer.
type Unavailable struct {
	RetryAfter time.Duration // until a copy may be asked again; at least a second
	causes     []error       // of each copy that was asked: a replica's no is one, and no answer
}

// leastRetryAfter is for copies that may be asked again at once.
const leastRetryAfter = time.Second

func (e *Unavailable) Error() string {
	return fmt.Sprintf("no copy of the books can answer: %s", errors.Join(e.causes...))
}

// Behind is for a caller who has seen on another copy that the primary's answer no
// longer holds: the primary, too, will know in a moment.
func Behind(answer error) *Unavailable {
	return &Unavailable{RetryAfter: leastRetryAfter, causes: []error{fmt.Errorf("primary: %w, but another copy has said more", answer)}}
}

// question is what a copy is called for.
type question func(ctx context.Context, of *guarded) error

// ask calls the copies in their order until one answers.
func ask(ctx context.Context, copies []*guarded, q question) error {
	unavailable := &Unavailable{}
	for _, of := range copies {
		if final, err := unavailable.ask(ctx, of, q); final {
			return err
		}
	}
	return unavailable
}

// ask calls the copy and tells whether that is final, or why another copy has to
// be asked.
func (e *Unavailable) ask(ctx context.Context, of *guarded, q question) (final bool, err error) {
	err = of.call(ctx, q)
	var panicked *panicError
	if err == nil || errors.As(err, &panicked) || of.primary() && settlement.KindOf(err) != "" {
		return true, err
	}
	if ctx.Err() != nil {
		return true, ctx.Err() // the caller has left
	}
	wait := max(of.breaker.RemainingDelay(), leastRetryAfter)
	if len(e.causes) == 0 || wait < e.RetryAfter {
		e.RetryAfter = wait
	}
	e.causes = append(e.causes, fmt.Errorf("%s: %w", of.name, err))
	return false, err
}
