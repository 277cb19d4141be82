// Package replication tells how the replicas of the primary are doing: whether
// they answer and follow, and how far behind they are; and it lets rows be read from
// those that have all that they are to have. It has connections of its own, so that it
// can also tell when all others are in use.
package replication

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"creatorpay/db/server"
)

// limit is how long a server is waited for. One that does not answer in this time
// is down to those who read from it, too.
const limit = 2 * time.Second

// Watch looks at a primary and its replicas. It is safe for concurrent use.
type Watch struct {
	primary  *server.Pool
	replicas []*server.Pool
}

// Open makes ready to look at the servers that the DSNs name, of which all may be
// down. Malformed DSNs, and two of one server, of which one may be the primary's,
// are errors, all of them at once.
func Open(primaryDSN string, replicaDSNs []string) (*Watch, error) {
	primary, replicas, err := openAll(primaryDSN, replicaDSNs, func(dsn string) (*server.Pool, error) {
		return server.OpenLazily(dsn, 1, limit)
	})
	if err != nil {
		return nil, err
	}
	return &Watch{primary: primary, replicas: replicas}, nil
}

// openAll opens the primary, to be asked for its position, and the replicas as told.
func openAll(primaryDSN string, replicaDSNs []string, openReplica func(dsn string) (*server.Pool, error)) (primary *server.Pool, replicas []*server.Pool, err error) {
	var problems []error
	if primary, err = server.OpenLazily(primaryDSN, 1+len(replicaDSNs), limit); err != nil {
		problems = append(problems, fmt.Errorf("MYSQL_DSN %w", err))
	}
	for i, dsn := range replicaDSNs {
		replica, err := openReplica(dsn)
		if err != nil {
			problems = append(problems, fmt.Errorf("MYSQL_REPLICA_DSNS: number %d %w", i+1, err))
			continue
		}
		switch {
		case primary != nil && primary.Address == replica.Address:
			problems = append(problems, fmt.Errorf("MYSQL_REPLICA_DSNS: number %d names the primary, %s: take it out", i+1, replica.Address))
		case slices.ContainsFunc(replicas, func(other *server.Pool) bool { return other.Address == replica.Address }):
			problems = append(problems, fmt.Errorf("MYSQL_REPLICA_DSNS: number %d names %s again", i+1, replica.Address))
		}
		replicas = append(replicas, replica)
	}
	if err := errors.Join(problems...); err != nil {
		closeAll(primary, replicas)
		return nil, nil, err
	}
	return primary, replicas, nil
}

func closeAll(primary *server.Pool, replicas []*server.Pool) {
	if primary != nil {
		_ = primary.Close()
	}
	for _, replica := range replicas {
		_ = replica.Close()
	}
}

// Close closes all connections.
func (w *Watch) Close() { closeAll(w.primary, w.replicas) }

// Look asks all replicas at once and returns their states in the order of their
// DSNs, within a few seconds, whatever is down.
func (w *Watch) Look(ctx context.Context) []State {
	states := make([]State, len(w.replicas))
	var asked sync.WaitGroup
	for i, replica := range w.replicas {
		asked.Go(func() { states[i] = w.look(ctx, replica) })
	}
	asked.Wait()
	return states
}

// look asks the replica before it asks the primary, so that what the replica has
// and the primary has not did not just come from there.
func (w *Watch) look(ctx context.Context, replica *server.Pool) State {
	state := State{Replica: replica.Address}
	var its position
	if state.Down = within(ctx, func(ctx context.Context) (err error) {
		if its, err = readPosition(ctx, replica); err != nil {
			return err
		}
		state.ReadOnly = its.ReadOnly
		return state.readThreads(ctx, replica, its)
	}); errors.Is(state.Down, errOneStore) {
		// Nothing is missing there, and what is written there is written to all.
		return State{Replica: replica.Address, ReadOnly: true, Hidden: errOneStore}
	} else if state.Down != nil {
		return State{Replica: replica.Address, Down: state.Down}
	}
	state.Incomparable = within(ctx, func(ctx context.Context) error {
		primary, err := readPosition(ctx, w.primary)
		if err != nil {
			return fmt.Errorf("the primary cannot be asked: %w", err)
		}
		state.Missing, state.Stray, err = compare(ctx, w.primary, primary, its)
		return err
	})
	return state
}

func within(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return ask(ctx)
}
