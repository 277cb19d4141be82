package copies

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
)

// one is a replica, the first, beside a primary that always answers.
type one struct {
	*testing.T
	*fakes
	*fake
}

func newOne(t *testing.T) one {
	replica := &fake{closed: 1}
	return one{t, newFakes(&fake{closed: 1}, replica), replica}
}

// ask asks so many times; every question has its answer, whatever the replica does.
func (o one) ask(times int) {
	o.Helper()
	for range times {
		_, err := o.answeredBy(o.Context())
		require.NoError(o, err)
	}
}

// succeed and fail ask so many times while the replica answers or is down.
func (o one) succeed(times int) { o.err = nil; o.ask(times) }
func (o one) fail(times int)    { o.err = errDown; o.ask(times) }

// requireAsked asks once more, after which the replica has been asked or not.
func (o one) requireAsked(asked bool) {
	o.Helper()
	before := o.calls.Load()
	o.ask(1)
	require.Equal(o, asked, o.calls.Load() > before)
}

func (o one) requireState(state float64) {
	o.Helper()
	require.InDelta(o, state, o.replicas[0].state(), 0)
}

// opened fails until the replica is left alone.
func (o one) opened() {
	o.fail(defaults.failures())
	o.requireState(stateOpen)
	o.err = nil
}

func inBubble(t *testing.T, test func(one)) {
	synctest.Test(t, func(t *testing.T) { test(newOne(t)) })
}

func TestACopyIsLeftAloneAfter50FailedCalls(t *testing.T) {
	inBubble(t, func(o one) {
		o.fail(49)
		o.requireAsked(true)
		o.requireAsked(false)
	})
}

func TestOnlyTheLast100CallsCount(t *testing.T) {
	inBubble(t, func(o one) {
		o.fail(49)
		o.succeed(51)
		o.fail(1) // for which the oldest failure goes
		o.requireState(stateClosed)
	})
	inBubble(t, func(o one) {
		o.fail(49)
		o.succeed(50)
		o.fail(1)
		o.requireState(stateOpen)
	})
}

func TestACopyIsLeftAloneFor10Seconds(t *testing.T) {
	inBubble(t, func(o one) {
		o.opened()
		pass(defaults.BreakerDelay - time.Millisecond)
		o.requireAsked(false)
		o.requireState(stateOpen)
		pass(time.Millisecond)
		o.requireState(stateHalfOpen)
		o.requireAsked(true)
	})
}

func TestThreeTrialsAreUnderWayAtATime(t *testing.T) {
	inBubble(t, func(o one) {
		o.opened()
		pass(defaults.BreakerDelay)
		before := o.calls.Load()
		o.takes = time.Millisecond
		var callers sync.WaitGroup
		for range 4 {
			callers.Go(func() { o.ask(1) })
		}
		synctest.Wait()
		require.EqualValues(o, 3, o.calls.Load()-before)
		callers.Wait()
	})
}

func TestThreeTrialsThatSucceedEndTheTrial(t *testing.T) {
	inBubble(t, func(o one) {
		o.opened()
		pass(defaults.BreakerDelay)
		o.ask(2)
		o.requireState(stateHalfOpen)
		o.ask(1)
		o.requireState(stateClosed)
		o.fail(49) // the failures from before are forgotten
		o.requireState(stateClosed)
	})
}

func TestATrialThatFailsLeavesTheCopyAloneAgain(t *testing.T) {
	inBubble(t, func(o one) {
		o.opened()
		pass(defaults.BreakerDelay)
		o.succeed(2)
		o.fail(1)
		pass(defaults.BreakerDelay - time.Millisecond)
		o.requireAsked(false)
	})
}

func TestASlowCallIsAFailedOne(t *testing.T) {
	inBubble(t, func(o one) {
		o.takes = defaults.CallLimit - time.Millisecond
		o.ask(100)
		o.requireState(stateClosed)
	})
	inBubble(t, func(o one) {
		o.takes = time.Hour
		began := time.Now()
		o.ask(50)
		require.Equal(o, 50*defaults.CallLimit, time.Since(began))
		o.requireState(stateOpen)
	})
}

func TestAnAnswerThatComesTooLateIsGivenAndCountsAsFailed(t *testing.T) {
	inBubble(t, func(o one) {
		for range 50 {
			require.NoError(o, o.Closed(o.Context(), week, func(context.Context, *db.DB, db.SealedRun) error {
				pass(defaults.CallLimit + time.Millisecond) // it computes, and does not see its context end
				return nil
			}))
		}
		o.requireState(stateOpen)
	})
}

// leave asks with a caller who leaves after the time.
func (o one) leave(after time.Duration) error {
	ctx, cancel := context.WithTimeout(o.Context(), after)
	defer cancel()
	_, err := o.answeredBy(ctx)
	return err
}

func TestACallerWhoLeavesIsNoFailure(t *testing.T) {
	inBubble(t, func(o one) {
		o.takes = 2 * time.Millisecond
		for range 100 {
			require.NoError(o, o.leave(time.Millisecond), "the copy answered all the same")
		}
		o.requireState(stateClosed)
	})
}

func TestACallerWhoLeavesIsNoSuccess(t *testing.T) {
	inBubble(t, func(o one) {
		o.takes = time.Hour
		for range 50 {
			require.ErrorIs(o, o.leave(time.Millisecond), context.DeadlineExceeded)
		}
		o.requireState(stateOpen)
		require.Zero(o, o.of[o.primary.books].calls.Load(), "nobody waits for another copy")
	})
}

func TestAPanicIsAnErrorAndNoFailureOfTheCopy(t *testing.T) {
	inBubble(t, func(o one) {
		for range 100 {
			err := o.Closed(o.Context(), week, func(context.Context, *db.DB, db.SealedRun) error { panic("index out of range") })
			require.ErrorContains(o, err, "panic: index out of range")
		}
		o.requireState(stateClosed)
		require.Zero(o, o.of[o.primary.books].calls.Load(), "it would panic there as well")
	})
}

func TestAPanicKeepsNoTrialForEver(t *testing.T) {
	inBubble(t, func(o one) {
		o.opened()
		pass(defaults.BreakerDelay)
		for range 3 {
			require.Error(o, o.Closed(o.Context(), week, func(context.Context, *db.DB, db.SealedRun) error { panic("") }))
		}
		o.requireAsked(true)
	})
}

func TestACallFromBeforeTheBreakerOpenedIsNoTrial(t *testing.T) {
	inBubble(t, func(o one) {
		o.takes = defaults.CallLimit - time.Millisecond
		var callers sync.WaitGroup
		for range 5 {
			callers.Go(func() { o.ask(1) })
		}
		synctest.Wait()
		o.takes = 0
		o.opened()
		callers.Wait()
		o.requireState(stateOpen)
		pass(defaults.BreakerDelay)
		o.ask(2)
		o.requireState(stateHalfOpen)
	})
}

func TestAReplicaThatIsBehindIsNotLeftAlone(t *testing.T) {
	inBubble(t, func(o one) {
		o.closed = 0
		o.ask(100)
		o.requireState(stateClosed)
	})
}
