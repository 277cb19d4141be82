package copies

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/settlement"
)

var (
	errDown = errors.New("connection refused")
	week    = settlement.Day(19850).Week() // the first one
)

// numberOf numbers the weeks from 1.
func numberOf(period settlement.Period) int64 { return int64(period.Start-week.Start)/7 + 1 }

// fake is one copy without a server. A call ends as the fake is when it begins.
type fake struct {
	closed int64         // weeks, from the first one on
	err    error         // of every call
	takes  time.Duration // each call; one that takes more than the limit ends with the limit
	calls  atomic.Int64
}

func (f *fake) call(ctx context.Context) error {
	f.calls.Add(1)
	takes, err := f.takes, f.err
	if takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

// fakes are copies that know which of them is asked.
type fakes struct {
	*Copies
	of map[*db.DB]*fake
}

var defaults = Config{
	Connections: 16, CallLimit: 500 * time.Millisecond, PrimaryCalls: 8,
	BreakerCalls: 100, BreakerFailures: 50, BreakerDelay: 10 * time.Second, BreakerTrials: 3,
}

func newFakes(primary *fake, replicas ...*fake) *fakes {
	return newFakesWith(defaults, slog.New(slog.DiscardHandler), primary, replicas...)
}

func newFakesWith(config Config, logger *slog.Logger, primary *fake, replicas ...*fake) *fakes {
	f := &fakes{of: make(map[*db.DB]*fake)}
	books := func(of *fake) *db.DB {
		books := new(db.DB)
		f.of[books] = of
		return books
	}
	f.Copies = &Copies{primary: newPrimary(books(primary), config, logger), asked: questions{f.sealedRun, f.extent}}
	for i, replica := range replicas {
		f.replicas = append(f.replicas, newReplica(i, books(replica), config, logger))
	}
	return f
}

func (f *fakes) sealedRun(ctx context.Context, books *db.DB, period settlement.Period) (db.SealedRun, error) {
	if err := f.of[books].call(ctx); err != nil {
		return db.SealedRun{}, err
	}
	if numberOf(period) > f.of[books].closed {
		return db.SealedRun{}, settlement.NotClosed(period, settlement.NeverRun)
	}
	return db.SealedRun{Run: db.Run{Kind: period.Kind, StartsOn: period.Start, State: settlement.Closed}}, nil
}

func (f *fakes) extent(ctx context.Context, books *db.DB, _ settlement.Kind) (db.Extent, error) {
	return db.Extent{Closed: f.of[books].closed}, f.of[books].call(ctx)
}

// answeredBy asks about the week and tells which copy answered.
func (f *fakes) answeredBy(ctx context.Context) (by *fake, err error) {
	err = f.Closed(ctx, week, func(_ context.Context, books *db.DB, _ db.SealedRun) error {
		by = f.of[books]
		return nil
	})
	return by, err
}

// list asks for a list and tells which copy it was read from.
func (f *fakes) list(ctx context.Context) (by *fake, through Through, err error) {
	through, err = f.List(ctx, settlement.Weekly, nil, func(_ context.Context, books *db.DB) error {
		by = f.of[books]
		return nil
	})
	return by, through, err
}

func requireUnavailable(t *testing.T, err error, retryAfter time.Duration) {
	t.Helper()
	var unavailable *Unavailable
	require.ErrorAs(t, err, &unavailable)
	require.Equal(t, retryAfter, unavailable.RetryAfter)
	require.Empty(t, settlement.KindOf(err), "nothing is known")
}

// pass lets so much of the bubble's time pass.
func pass(d time.Duration) { <-time.After(d) }
