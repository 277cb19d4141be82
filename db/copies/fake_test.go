package copies

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"creatorpay/db"
	"creatorpay/settlement"
)

var (
	errDown = errors.New("connection refused")
	week    = settlement.Day(19850).Week()
)

// fake is one copy without a server.
type fake struct {
	closed int64         // periods, and whether the one that is asked for is among them
	err    error         // of every call
	takes  time.Duration // each call; more than the limit ends with the limit
	calls  int
}

func (f *fake) call(ctx context.Context) error {
	f.calls++
	if f.takes > 0 {
		select {
		case <-time.After(f.takes):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return f.err
}

// fakes are copies that know which of them is asked.
type fakes struct {
	*Copies
	of map[*db.DB]*fake
}

var defaults = Config{Connections: 16, CallLimit: 500 * time.Millisecond, PrimaryCalls: 8}

func newFakes(t *testing.T, config Config, primary *fake, replicas ...*fake) *fakes {
	t.Helper()
	f := &fakes{of: make(map[*db.DB]*fake)}
	guard := func(name string, of *fake) *guarded {
		books := new(db.DB)
		f.of[books] = of
		return newGuarded(name, books, config, slog.New(slog.DiscardHandler))
	}
	f.Copies = &Copies{primary: guard("primary", primary), asked: questions{f.sealedRun, f.extent}}
	for i, replica := range replicas {
		f.replicas = append(f.replicas, guard(fmt.Sprintf("replica-%d", i+1), replica))
	}
	return f
}

func (f *fakes) sealedRun(ctx context.Context, books *db.DB, period settlement.Period) (db.SealedRun, error) {
	if err := f.of[books].call(ctx); err != nil {
		return db.SealedRun{}, err
	}
	if f.of[books].closed == 0 {
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
