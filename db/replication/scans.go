package replication

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"

	"creatorpay/db/server"
)

const (
	// waitLimit is how long a replica is waited for until it has what the primary had.
	waitLimit = time.Second
	// rest is how long a replica is left alone after it was passed over.
	rest = 10 * time.Second
)

// Scans read from replicas that have all that the primary had at a position and
// nothing that it has not. A replica of which that cannot be said, or that breaks off,
// is passed over and left alone for a while. It is safe for concurrent use.
type Scans struct {
	primary  *server.Pool
	replicas []*scanned
	turns    atomic.Uint64
	became   *prometheus.CounterVec
	probe    Probe
	logger   *slog.Logger
}

// Probe fails for a server from which rows may be read wrongly, such as
// creatorpay/db/probe.CheckReads.
type Probe func(context.Context, *server.Pool) error

// scanned is a replica that is scanned.
type scanned struct {
	*server.Pool
	probed     atomic.Bool  // once it has passed
	restsUntil atomic.Int64 // milliseconds since 1970-01-01 UTC
}

// OpenScans makes ready to scan so many ranges at a time on each of the replicas that
// the DSNs name. Without any, nobody is ever asked for anything. All servers may be
// down; each replica is probed before it is scanned for the first time. Errors are those
// of [Open].
func OpenScans(primaryDSN string, replicaDSNs []string, scans int, probe Probe, logger *slog.Logger) (*Scans, error) {
	primary, replicas, err := openAll(primaryDSN, replicaDSNs, func(dsn string) (*server.Pool, error) {
		return server.OpenToScan(dsn, scans)
	})
	if err != nil {
		return nil, err
	}
	s := &Scans{primary: primary, became: newScanOutcomes(), probe: probe, logger: logger}
	for _, replica := range replicas {
		s.replicas = append(s.replicas, &scanned{Pool: replica})
		for _, outcome := range scanOutcomes {
			s.became.WithLabelValues(replica.Address, outcome)
		}
	}
	return s, nil
}

// Close closes all connections.
func (s *Scans) Close() {
	_ = s.primary.Close()
	for _, replica := range s.replicas {
		_ = replica.Close()
	}
}

// Position is what the primary has: all that was acknowledged to anybody before the
// call. It is empty, and the log says why, where the primary cannot tell, and without
// replicas.
func (s *Scans) Position(ctx context.Context) (gtids string) {
	if s == nil || len(s.replicas) == 0 {
		return ""
	}
	if err := within(ctx, func(ctx context.Context) error {
		at, err := readPosition(ctx, s.primary)
		gtids = at.GTIDs
		return err
	}); err != nil {
		s.logger.Warn("no replica is scanned: the primary did not tell its position", "error", err)
	} else if gtids == "" {
		s.logger.Warn("no replica is scanned: the primary has no GTIDs")
	}
	return gtids
}

// At are the replicas that have all that the primary had at the position; nil if the
// position is empty.
func (s *Scans) At(position string) server.OnReplicas {
	if s == nil || position == "" {
		return nil
	}
	return func(ctx context.Context, read func(*server.Pool) error) (done bool) {
		first := s.turns.Add(1)
		for i := range uint64(len(s.replicas)) {
			replica := s.replicas[(first+i)%uint64(len(s.replicas))]
			if time.Now().UnixMilli() < replica.restsUntil.Load() {
				s.count(replica, scanNotAsked)
				continue
			}
			err := s.scan(ctx, replica, position, read)
			if err == nil {
				s.count(replica, scanRead)
				return true
			}
			if ctx.Err() != nil {
				return false // nobody wants the rows any more
			}
			s.passOver(replica, err)
		}
		return false
	}
}

// scan reads from the replica. The check after it is the one that decides: what a server
// has done only becomes more, so whatever the rows came from is among what the primary
// is found to have then. The one before it spares reading for nothing.
func (s *Scans) scan(ctx context.Context, replica *scanned, position string, read func(*server.Pool) error) error {
	if err := s.check(ctx, replica, position); err != nil {
		return err
	}
	// Only then: a new replica has the tables that it is probed with.
	if !replica.probed.Load() {
		if err := s.probe(ctx, replica.Pool); err != nil {
			return err
		}
		replica.probed.Store(true)
	}
	if err := read(replica.Pool); err != nil {
		return err
	}
	return s.check(ctx, replica, position)
}

var (
	errBehind = errors.New("it does not have all that the primary had before the rows were to be read")
	errStray  = errors.New("it has transactions that the primary does not have: make it anew")
)

// check fails unless the replica has the position, and nothing of its own.
func (s *Scans) check(ctx context.Context, replica *scanned, position string) error {
	return within(ctx, func(ctx context.Context) error {
		if err := await(ctx, replica.Pool, position); err != nil {
			return err
		}
		// As in [Watch.look], the replica first.
		its, err := readPosition(ctx, replica.Pool)
		if err != nil {
			return err
		}
		primary, err := readPosition(ctx, s.primary)
		if err != nil {
			return fmt.Errorf("the primary cannot be asked: %w", err)
		}
		_, stray, err := compare(ctx, s.primary, primary, its)
		if err == nil && stray > 0 {
			err = errStray
		}
		return err
	})
}

// await waits until the replica has applied the position. A position of another kind
// of server is an error.
func await(ctx context.Context, replica *server.Pool, position string) error {
	var outcome *int64 // 0 if it is there
	if err := sqlx.GetContext(ctx, replica, &outcome, `
		SELECT /*!80000 WAIT_FOR_EXECUTED_GTID_SET */ /*M! MASTER_GTID_WAIT */ (?, ?)`, position, waitLimit.Seconds()); err != nil {
		return err
	}
	if outcome == nil || *outcome != 0 {
		return errBehind
	}
	return nil
}

func (s *Scans) passOver(replica *scanned, err error) {
	replica.restsUntil.Store(time.Now().Add(rest).UnixMilli())
	outcome := scanFailed
	switch {
	case errors.Is(err, errBehind):
		outcome = scanBehind
	case errors.Is(err, errStray):
		outcome = scanStray
	}
	s.count(replica, outcome)
	s.logger.Warn("a replica was passed over: the rows are read elsewhere", "replica", replica.Address, "error", err)
}
