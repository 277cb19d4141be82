package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"github.com/stretchr/testify/require"
)

// lock holds a run up at a certain point: what needs the locked rows waits until
// the lock is released.
type lock struct {
	s       *system
	session *sql.Conn
	end     string
	once    sync.Once
}

// lockCounting keeps every chunk from being counted or settled.
func (s *system) lockCounting() *lock {
	s.t.Helper()
	return s.lock("UNLOCK TABLES", "LOCK TABLES videos WRITE")
}

// lockRanking keeps a day whose chunks are settled from being ranked, and so
// from being closed.
func (s *system) lockRanking() *lock {
	s.t.Helper()
	return s.lock("UNLOCK TABLES", "LOCK TABLES top_videos WRITE")
}

// lockChunk keeps the result of one chunk from being stored.
func (s *system) lockChunk(day string, chunk int) *lock {
	s.t.Helper()
	return s.lock("ROLLBACK", "BEGIN", fmt.Sprintf(
		`SELECT * FROM run_chunks WHERE kind = 'daily' AND starts_on = '%s' AND version = 1 AND chunk = %d FOR UPDATE`, day, chunk))
}

func (s *system) lock(end string, begin ...string) *lock {
	s.t.Helper()
	session, err := s.sql.Conn(s.t.Context())
	require.NoError(s.t, err)
	l := &lock{s: s, session: session, end: end}
	s.t.Cleanup(l.release)
	for _, statement := range begin {
		_, err := session.ExecContext(s.t.Context(), statement)
		require.NoError(s.t, err)
	}
	return l
}

// release may be called more than once.
func (l *lock) release() {
	l.once.Do(func() {
		_, err := l.session.ExecContext(context.WithoutCancel(l.s.t.Context()), l.end)
		require.NoError(l.s.t, err)
		require.NoError(l.s.t, l.session.Close())
	})
}
