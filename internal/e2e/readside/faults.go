package readside

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
)

// The servers and processes that fail. The replicas and apis are numbered from 1.
const thePrimary = "primary"

func replicaName(i int) string { return fmt.Sprintf("replica %d", i+1) }

func apiName(i int) string { return fmt.Sprintf("api %d", i+1) }

// fault is one that can be injected: it lasts until it is ended.
type fault struct {
	kind       string
	begin, end func(context.Context) error
}

// faulty is one of the servers and processes, or some that fail at once, with the
// faults that it can have.
type faulty struct {
	names  []string
	faults []fault
	// recovered returns when it has all that it needs to answer.
	recovered func(context.Context) error
}

// injector makes everything fail at random moments.
type injector struct {
	stack   *stack
	lost    func(replica int) // is told that a replica went back to what it was
	lag     time.Duration     // the longest one of a replica
	backups []string
	failing map[string]*sync.Mutex // by name: nothing has two faults at a time
}

func newInjector(s *stack, lasts time.Duration, lost func(replica int)) *injector {
	s.Helper()
	in := &injector{stack: s, lost: lost, lag: min(lasts/5, longestLag), failing: map[string]*sync.Mutex{}}
	dir := devtest.Dir(s)
	for i, replica := range s.cluster.Replicas {
		in.backups = append(in.backups, filepath.Join(dir, fmt.Sprint(i)))
		require.NoError(s, replica.Kill())
		require.NoError(s, replica.Backup(s.Context(), in.backups[i]))
		require.NoError(s, replica.Restart(s.Context()))
	}
	require.NoError(s, s.cluster.CatchUp(s.Context()))
	return in
}

// The faults come this far apart, and last so long. The longer ones outlast every
// answer.
func between(random *rand.Rand) time.Duration {
	return 2*time.Second + time.Duration(random.IntN(8000))*time.Millisecond
}

func (in *injector) lasts(random *rand.Rand, kind string) time.Duration {
	if kind == lagging {
		return time.Duration(random.Int64N(int64(in.lag)))
	}
	return 200*time.Millisecond + time.Duration(random.IntN(1+random.IntN(8000)))*time.Millisecond
}

// longestLag is how long a replica's replication is stopped at most, in a run that is
// five times as long.
const longestLag = 2 * time.Minute

// inject lets everything fail, each independently of the others, until ctx ends.
// When it returns all is well again.
func (in *injector) inject(ctx context.Context, random *rand.Rand) error {
	var lanes sync.WaitGroup
	targets := in.targets()
	problems := make([]error, len(targets))
	for _, target := range targets {
		for _, name := range target.names {
			in.failing[name] = &sync.Mutex{}
		}
	}
	for i, target := range targets {
		lane := another(random)
		lanes.Go(func() {
			for problems[i] == nil {
				pause(ctx, between(lane)*time.Duration(len(target.names)))
				if ctx.Err() != nil {
					return
				}
				fault := target.faults[lane.IntN(len(target.faults))]
				problems[i] = in.fail(ctx, target, fault, in.lasts(lane, fault.kind))
			}
		})
	}
	lanes.Wait()
	return errors.Join(problems...)
}

// mendingTakes is how long it may take to put something back.
const mendingTakes = 2 * time.Minute

// fail injects one fault and mends it, whether ctx ends meanwhile or not. Faults that
// the target has already are mended first.
func (in *injector) fail(ctx context.Context, target faulty, fault fault, length time.Duration) error {
	for _, name := range target.names {
		in.failing[name].Lock()
		defer in.failing[name].Unlock()
	}
	name := strings.Join(target.names, ", ")
	certain, cancel := context.WithTimeout(context.WithoutCancel(ctx), mendingTakes)
	defer cancel()
	var noted []*trouble
	for _, name := range target.names {
		noted = append(noted, in.stack.troubles.begin(name, fault.kind))
	}
	in.stack.Logf("%s  %s: %s for %s", noted[0].From.Format("15:04:05.000"), name, fault.kind, length)
	if err := fault.begin(certain); err != nil {
		return fmt.Errorf("%s: %s: %w", name, fault.kind, err)
	}
	pause(ctx, length)
	err := fault.end(certain)
	if err == nil {
		err = target.recovered(certain)
	}
	in.stack.troubles.end(noted...)
	if err != nil {
		return fmt.Errorf("%s: end of %s: %w", name, fault.kind, err)
	}
	return nil
}

func (in *injector) targets() []faulty {
	s := in.stack
	targets := []faulty{{[]string{thePrimary}, serverFaults(s.cluster.Primary), nothingMore}}
	copies := []string{thePrimary}
	for i, replica := range s.cluster.Replicas {
		copies = append(copies, replicaName(i))
		targets = append(targets, faulty{[]string{replicaName(i)}, append(serverFaults(replica.MySQL),
			fault{lagging, replica.StopReplication, replica.StartReplication},
			fault{"restored from an old backup", func(ctx context.Context) error { return in.restore(ctx, i) }, nothingMore},
		), in.catchUp(i)})
	}
	targets = append(targets, in.allCopies(copies))
	for i, one := range s.apis {
		if one == nil {
			continue
		}
		targets = append(targets, faulty{[]string{apiName(i)}, apiFaults(one), func(context.Context) error { one.awaitReady(); return nil }})
	}
	return targets
}

// allCopies are the primary and its replicas, which are all gone at once.
func (in *injector) allCopies(names []string) faulty {
	cluster := in.stack.cluster
	each := func(do func(*devstack.MySQL) error) func(context.Context) error {
		return func(context.Context) error {
			err := do(cluster.Primary)
			for _, replica := range cluster.Replicas {
				err = errors.Join(err, do(replica.MySQL))
			}
			return err
		}
	}
	return faulty{names, []fault{
		{"all copies killed", each(func(m *devstack.MySQL) error { return m.Kill() }), func(ctx context.Context) error {
			return each(func(m *devstack.MySQL) error { return m.Restart(ctx) })(ctx)
		}},
		{"all copies frozen", each(func(m *devstack.MySQL) error { return m.Freeze() }), each(func(m *devstack.MySQL) error { return m.Thaw() })},
	}, func(ctx context.Context) (err error) {
		for i := range cluster.Replicas {
			err = errors.Join(err, in.catchUp(i)(ctx))
		}
		return err
	}}
}

func nothingMore(context.Context) error { return nil }

func serverFaults(server *devstack.MySQL) []fault {
	return []fault{
		{"killed", func(context.Context) error { return server.Kill() }, server.Restart},
		{frozen, func(context.Context) error { return server.Freeze() }, func(context.Context) error { return server.Thaw() }},
		{"restarted", func(context.Context) error { return server.Stop() }, server.Restart},
	}
}

func apiFaults(one *api) []fault {
	again := func(context.Context) error { one.start(); return nil }
	return []fault{
		{"killed", func(context.Context) error { one.kill(); return nil }, again},
		{frozen, func(context.Context) error { return one.signal(syscall.SIGSTOP) }, func(context.Context) error { return one.signal(syscall.SIGCONT) }},
		{"told to stop", func(context.Context) error {
			err := one.signal(syscall.SIGTERM)
			if outcome := one.running().Wait(); outcome.Code != 0 {
				err = errors.Join(err, fmt.Errorf("it ended with %d: %s", outcome.Code, outcome.Stderr))
			}
			return err
		}, again},
	}
}

// restore puts the replica back to what it was at the beginning.
func (in *injector) restore(ctx context.Context, i int) error {
	in.lost(i)
	replica := in.stack.cluster.Replicas[i]
	return errors.Join(replica.Kill(), replica.Restore(ctx, in.backups[i]), replica.Restart(ctx))
}

// hasDiverged is in the error of a MariaDB replica that was killed within a DDL
// statement of its primary: its crash recovery finishes the statement as a transaction
// of its own, after which it cannot follow any more.
const hasDiverged = "would create an out-of-order sequence number"

// catchUp waits until the replica has what the primary has now, also while the
// primary is down at first. One that has diverged is restored.
func (in *injector) catchUp(i int) func(context.Context) error {
	replica := in.stack.cluster.Replicas[i]
	return func(ctx context.Context) error {
		for {
			short, cancel := context.WithTimeout(ctx, 20*time.Second)
			err := replica.CatchUp(short)
			cancel()
			if err == nil {
				return nil
			}
			if strings.Contains(err.Error(), hasDiverged) {
				in.stack.Logf("%s has diverged and is restored", replicaName(i))
				if err := in.restore(ctx, i); err != nil {
					return err
				}
			}
			if pause(ctx, 100*time.Millisecond); ctx.Err() != nil {
				return fmt.Errorf("%w\n%s", err, replica.LogTail())
			}
		}
	}
}
