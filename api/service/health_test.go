package service

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/copies"
)

func TestCopiesAreLookedAtUntilEachCouldBeUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away, shuffling := errors.New("connection refused"), errors.New("replica_preserve_commit_order = OFF")
		looks := [][]copies.Health{
			{{Copy: "primary", Err: away}, {Copy: "replica-1", Err: away}},
			{{Copy: "primary", Err: away}, {Copy: "replica-1"}},
			{{Copy: "primary", Err: shuffling}, {Copy: "replica-1"}},
			{{Copy: "primary", Beyond: []string{"INSERT", "UPDATE"}}, {Copy: "replica-1"}},
		}
		var log bytes.Buffer
		h := &health{logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
			if attr.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return attr
		}}))}
		usable := []bool{}
		h.ask = func(context.Context) []copies.Health {
			usable = append(usable, h.usable.Load())
			return looks[len(usable)-1]
		}
		began := time.Now()
		h.look(t.Context())
		require.Equal(t, []bool{false, false, true, true}, usable)
		require.Equal(t, lookInterval+2*laterInterval, time.Since(began))
		require.Equal(t, `level=WARN msg="a copy of the books cannot be used" copy=primary error="connection refused"
level=WARN msg="a copy of the books cannot be used" copy=replica-1 error="connection refused"
level=WARN msg="a copy of the books cannot be used" copy=primary error="replica_preserve_commit_order = OFF"
level=WARN msg="the database's user may do more than read: give the api one that has only SELECT" copy=primary beyond="INSERT, UPDATE"
`, log.String())
	})
}
