package readside

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
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

// frozen is the kind of a fault after which a process goes on where it was.
const frozen = "frozen"

// trouble is that something failed, until it had all that it needs to answer again.
type trouble struct {
	Of, Kind string
	From, To time.Time // To is zero while it lasts
}

func (tr trouble) overlaps(from, to time.Time) bool {
	return !tr.From.After(to) && (tr.To.IsZero() || !tr.To.Before(from))
}

// troubles are what failed, and when.
type troubles struct {
	mutex sync.Mutex
	all   []*trouble
}

func (t *troubles) begin(of, kind string) *trouble {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	one := &trouble{Of: of, Kind: kind, From: time.Now()}
	t.all = append(t.all, one)
	return one
}

func (t *troubles) end(one *trouble) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	one.To = time.Now()
}

// during tells whether the named one failed at any time between the two.
func (t *troubles) during(of string, from, to time.Time) bool {
	return t.any(func(one *trouble) bool { return one.Of == of && one.overlaps(from, to) })
}

// hung tells whether the named one was frozen at any time between the two.
func (t *troubles) hung(of string, from, to time.Time) bool {
	return t.any(func(one *trouble) bool { return one.Of == of && one.Kind == frozen && one.overlaps(from, to) })
}

func (t *troubles) any(is func(*trouble) bool) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return slices.ContainsFunc(t.all, is)
}

// fault is one that can be injected: it lasts until it is ended.
type fault struct {
	kind       string
	begin, end func(context.Context) error
}

// faulty is one of the servers and processes, with the faults that it can have.
type faulty struct {
	name   string
	faults []fault
	// recovered returns when it has all that it needs to answer.
	recovered func(context.Context) error
}

// injector makes everything fail at random moments.
type injector struct {
	stack    *stack
	troubles *troubles
	lost     func(replica int) // is told that a replica went back to what it was
	backups  []string
}

func newInjector(s *stack, lost func(replica int)) *injector {
	s.Helper()
	in := &injector{stack: s, troubles: &troubles{}, lost: lost}
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

func lasts(random *rand.Rand) time.Duration {
	return 200*time.Millisecond + time.Duration(random.IntN(1+random.IntN(8000)))*time.Millisecond
}

// inject lets everything fail, each independently of the others, until ctx ends.
// When it returns all is well again.
func (in *injector) inject(ctx context.Context, random *rand.Rand) error {
	var lanes sync.WaitGroup
	targets := in.targets()
	problems := make([]error, len(targets))
	for i, target := range targets {
		lane := another(random)
		lanes.Go(func() {
			for problems[i] == nil {
				pause(ctx, between(lane))
				if ctx.Err() != nil {
					return
				}
				problems[i] = in.fail(ctx, target, target.faults[lane.IntN(len(target.faults))], lasts(lane))
			}
		})
	}
	lanes.Wait()
	return errors.Join(problems...)
}

// mendingTakes is how long it may take to put something back.
const mendingTakes = 2 * time.Minute

// fail injects one fault and mends it, whether ctx ends meanwhile or not.
func (in *injector) fail(ctx context.Context, target faulty, fault fault, length time.Duration) error {
	certain, cancel := context.WithTimeout(context.WithoutCancel(ctx), mendingTakes)
	defer cancel()
	noted := in.troubles.begin(target.name, fault.kind)
	in.stack.Logf("%s  %s: %s for %s", noted.From.Format("15:04:05.000"), target.name, fault.kind, length)
	if err := fault.begin(certain); err != nil {
		return fmt.Errorf("%s: %s: %w", target.name, fault.kind, err)
	}
	pause(ctx, length)
	err := fault.end(certain)
	if err == nil {
		err = target.recovered(certain)
	}
	in.troubles.end(noted)
	if err != nil {
		return fmt.Errorf("%s: end of %s: %w", target.name, fault.kind, err)
	}
	return nil
}

func (in *injector) targets() []faulty {
	s := in.stack
	targets := []faulty{{thePrimary, serverFaults(s.cluster.Primary), nothingMore}}
	for i, replica := range s.cluster.Replicas {
		targets = append(targets, faulty{replicaName(i), append(serverFaults(replica.MySQL),
			fault{"replication stopped", replica.StopReplication, replica.StartReplication},
			fault{"restored from an old backup", func(ctx context.Context) error {
				in.lost(i)
				return errors.Join(replica.Kill(), replica.Restore(ctx, in.backups[i]), replica.Restart(ctx))
			}, nothingMore},
		), in.catchUp(replica)})
	}
	for i, one := range s.apis {
		if one == nil {
			continue
		}
		targets = append(targets, faulty{apiName(i), apiFaults(one), func(context.Context) error { one.awaitReady(); return nil }})
	}
	return targets
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

// catchUp waits until the replica has what the primary has now, also while the
// primary is down at first.
func (in *injector) catchUp(replica *devstack.Replica) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			short, cancel := context.WithTimeout(ctx, 20*time.Second)
			err := replica.CatchUp(short)
			cancel()
			if err == nil {
				return nil
			}
			if pause(ctx, 100*time.Millisecond); ctx.Err() != nil {
				return fmt.Errorf("%w\n%s", err, replica.LogTail())
			}
		}
	}
}

// String lists them.
func (t *troubles) String() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	var text strings.Builder
	for _, one := range t.all {
		to := "now"
		if !one.To.IsZero() {
			to = one.To.Format("15:04:05.000")
		}
		fmt.Fprintf(&text, "%s to %s  %s: %s\n", one.From.Format("15:04:05.000"), to, one.Of, one.Kind)
	}
	return text.String()
}
