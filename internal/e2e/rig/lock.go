package rig

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"github.com/stretchr/testify/require"

	"creatorpay/db/server"
)

// Lock holds a run up at a certain point: what needs the locked rows waits until
// the lock is released.
type Lock struct {
	s       *System
	session *sql.Conn
	end     string
	once    sync.Once
}

// LockCounting keeps every chunk from being counted or settled, and a day from being
// ranked.
func (s *System) LockCounting() *Lock {
	s.T.Helper()
	return s.lockTable("videos")
}

// LockCounts keeps what was counted from being stored. Unlike [System.LockCounting]
// it lets the ranking pass, which reads titles.
func (s *System) LockCounts() *Lock {
	s.T.Helper()
	return s.lockTable("adjustments")
}

// LockRanking keeps a day whose chunks are settled from being ranked, and so
// from being closed.
func (s *System) LockRanking() *Lock {
	s.T.Helper()
	return s.lockTable("top_videos")
}

// LockChunk keeps the result of one chunk from being stored.
func (s *System) LockChunk(day string, chunk int) *Lock {
	s.T.Helper()
	return s.lock("ROLLBACK", "BEGIN", fmt.Sprintf(
		`SELECT * FROM run_chunks WHERE kind = 'daily' AND starts_on = '%s' AND version = 1 AND chunk = %d FOR UPDATE`, day, chunk))
}

// lockTable keeps others from reading the table. Nothing on TiDB does, so there the
// test ends here.
func (s *System) lockTable(table string) *Lock {
	s.T.Helper()
	if s.isTiDB() {
		s.T.Skip("TiDB has no locks that keep others from reading a table")
	}
	return s.lock("UNLOCK TABLES", "LOCK TABLES "+table+" WRITE")
}

func (s *System) lock(end string, begin ...string) *Lock {
	s.T.Helper()
	session, err := s.SQL.Conn(s.T.Context())
	require.NoError(s.T, err)
	l := &Lock{s: s, session: session, end: end}
	s.T.Cleanup(l.Release)
	for _, statement := range begin {
		_, err := session.ExecContext(s.T.Context(), statement)
		require.NoError(s.T, err)
	}
	return l
}

// Release lets the run go on. It may be called more than once.
func (l *Lock) Release() {
	l.once.Do(func() {
		_, err := l.session.ExecContext(context.WithoutCancel(l.s.T.Context()), l.end)
		require.NoError(l.s.T, err)
		require.NoError(l.s.T, l.session.Close())
	})
}

// cannotConvert is MySQL's error where any session's statement has characters that the
// list of sessions cannot show, such as the film camera of a title.
const cannotConvert = 3854

// WaitingForVideos is how many statements wait for the lock of [System.LockCounting]; 0
// where the server cannot tell at this moment.
func (s *System) WaitingForVideos() (statements int64) {
	s.T.Helper()
	err := s.SQL.QueryRowContext(s.T.Context(), `
		SELECT COUNT(*)
		FROM information_schema.PROCESSLIST
		WHERE DB = DATABASE() AND ID <> CONNECTION_ID() AND INFO LIKE '%FROM videos%'`).Scan(&statements)
	if server.ErrorNumber(err) == cannotConvert {
		return 0
	}
	require.NoError(s.T, err)
	return statements
}
