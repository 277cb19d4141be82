package copies

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
)

func TestWhatThePrimaryRefusesIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		copies := newFakes(&fake{})
		for range 100 {
			_, err := copies.answeredBy(t.Context())
			require.Error(t, err)
		}
		require.InDelta(t, stateClosed, copies.primary.state(), 0)
	})
}

func TestWithoutAnyCopyCallersHearAtOnceWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		primary, replica := &fake{err: errDown}, &fake{err: errDown}
		copies := newFakes(primary, replica)
		for range 49 {
			_, err := copies.answeredBy(t.Context())
			requireUnavailable(t, err, time.Second)
		}
		require.Error(t, copies.Primary(t.Context(), func(context.Context, *db.DB) error { return errDown }))
		pass(4 * time.Second)
		_, err := copies.answeredBy(t.Context()) // opens the replica's
		requireUnavailable(t, err, 6*time.Second)
		began := time.Now()
		_, err = copies.answeredBy(t.Context())
		requireUnavailable(t, err, 6*time.Second)
		require.Zero(t, time.Since(began))
		require.EqualError(t, err, "no copy of the books can answer: replica-1: left alone after calls that failed\nprimary: left alone after calls that failed")
	})
}

func TestReadersNeverHaveMoreThan8CallsOnThePrimary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		primary := &fake{closed: 1, takes: 400 * time.Millisecond}
		copies := newFakes(primary)
		var callers sync.WaitGroup
		for range defaults.PrimaryCalls {
			callers.Go(func() {
				_, err := copies.answeredBy(t.Context())
				require.NoError(t, err)
			})
		}
		synctest.Wait()
		began := time.Now()
		_, err := copies.answeredBy(t.Context())
		requireUnavailable(t, err, time.Second)
		require.Equal(t, roomWait, time.Since(began))
		require.EqualValues(t, defaults.PrimaryCalls, primary.calls.Load())

		pass(250 * time.Millisecond) // until those before are about to end
		_, err = copies.answeredBy(t.Context())
		require.NoError(t, err)
		callers.Wait()
		require.Zero(t, copies.primary.inUse.Load())
	})
}

func TestAReplicaWithoutAConnectionToSpareIsPassedOverAndNotBlamed(t *testing.T) {
	inBubble(t, func(o one) {
		o.takes = 400 * time.Millisecond
		var callers sync.WaitGroup
		for range defaults.Connections {
			callers.Go(func() { o.ask(1) })
		}
		synctest.Wait()
		began := time.Now()
		for range defaults.BreakerCalls {
			callers.Go(func() { o.ask(1) })
		}
		callers.Wait()
		require.Equal(o, 400*time.Millisecond, time.Since(began))
		require.EqualValues(o, defaults.Connections, o.calls.Load())
		o.requireState(stateClosed)
		require.Contains(o, scrape(o.T, o.Copies), `creatorpay_copy_calls_total{copy="replica-1",outcome="full"} 100`)
	})
}

func TestACallerWhoLeftIsNotCountedAsOneWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		primary := &fake{closed: 1, takes: 400 * time.Millisecond}
		copies := newFakes(primary)
		ask := func(ctx context.Context) error {
			_, err := copies.answeredBy(ctx)
			return err
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		require.ErrorIs(t, ask(gone), context.Canceled)
		require.Zero(t, primary.calls.Load())

		var callers sync.WaitGroup
		for range defaults.PrimaryCalls {
			callers.Go(func() { require.NoError(t, ask(t.Context())) })
		}
		synctest.Wait()
		hurried, leave := context.WithTimeout(t.Context(), roomWait/2)
		defer leave()
		require.ErrorIs(t, ask(hurried), context.DeadlineExceeded)
		callers.Wait()
		require.Equal(t, "creatorpay_copy_calls_total{copy=\"primary\",outcome=\"answered\"} 8\n", scrape(t, copies.Copies))
	})
}

func TestEachChangeOfABreakerIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		handler := slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
			if attr.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return attr
		}})
		replica := &fake{err: errors.New("dial tcp 10.0.0.3:3306: connection refused")}
		copies := newFakesWith(defaults, slog.New(handler), &fake{closed: 1}, replica)
		for range 50 {
			_, err := copies.answeredBy(t.Context())
			require.NoError(t, err)
		}
		pass(defaults.BreakerDelay)
		replica.err = nil
		for range 3 {
			_, err := copies.answeredBy(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, `level=WARN msg="a copy of the books is left alone" copy=replica-1 for=10s error="dial tcp 10.0.0.3:3306: connection refused"
level=INFO msg="a copy of the books is on trial" copy=replica-1
level=INFO msg="a copy of the books is asked again" copy=replica-1
`, log.String())
	})
}
