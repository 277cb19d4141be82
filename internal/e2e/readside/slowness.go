package readside

import (
	"context"
	"database/sql"
	"time"
)

// late is how long the least of questions takes where calls must be expected to outlive their limit: a call asks a few,
// and draws documents.
const late = callLimit / 6

// probeInterval is how often the servers and processes are asked.
const probeInterval = 50 * time.Millisecond

// watchSlowness notes when a server or a process is slow, until the test ends: it answers, but so late that the machine
// had no time for it. Calls on it may have outlived their limit meanwhile, which says nothing about the apis.
func (s *stack) watchSlowness() {
	for i, one := range s.apis {
		s.probe(apiName(i), func(ctx context.Context) error {
			_, err := one.healthOf(ctx, "/healthz")
			return err
		})
	}
	s.probe(thePrimary, asks(s.primary))
	for i, replica := range s.replicas {
		s.probe(replicaName(i), asks(replica))
	}
}

// asks is a question to a server that takes next to nothing.
func asks(of *sql.DB) func(context.Context) error {
	return func(ctx context.Context) error {
		var runs int
		return of.QueryRowContext(ctx, `SELECT COUNT(*) FROM runs`).Scan(&runs)
	}
}

// probe asks again and again. Only an answer shows slowness: none may be the defect that a test looks for.
func (s *stack) probe(name string, question func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.Context()))
	ended := make(chan struct{})
	s.Cleanup(func() { cancel(); <-ended })
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			asked := time.Now()
			if err := question(ctx); err == nil && time.Since(asked) > late {
				s.troubles.add(&trouble{Of: name, Kind: slow, From: asked, To: time.Now()})
			}
			pause(ctx, probeInterval)
		}
	}()
}
