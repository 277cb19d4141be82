package failover

import (
	"context"
	"database/sql"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

// Plays that the platform inserts while the primary is lost have ids from here on.
const firstInserted = 1_000_000

// insertEvery is how long the platform waits between two plays at least.
const insertEvery = 20 * time.Millisecond

// inserter is the platform, which stores one play of a day after the other, each
// in a transaction of its own, and goes on after every error.
type inserter struct {
	day     string
	plays   []oracle.View // those that it has tried to store, by id; to be read when it has ended
	errors  map[string]int
	mutex   sync.Mutex
	stored  map[int64]struct{} // ids of which the server has said that they are stored
	end     context.CancelFunc
	working sync.WaitGroup
}

// insertPlays has the platform insert plays of the day until its end is asked for.
func insertPlays(t testing.TB, into *sql.DB, p *oracle.Platform, day string) *inserter {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	w := &inserter{day: day, errors: map[string]int{}, stored: map[int64]struct{}{}, end: end}
	w.working.Go(func() {
		pace := time.NewTicker(insertEvery)
		defer pace.Stop()
		for n := int64(0); ; n++ {
			play := oracle.View{
				ID: firstInserted + n, Video: p.Videos[n%int64(len(p.Videos))].ID, Viewer: n % 11,
				At: p.Midnight(day).Add(time.Duration(n) * time.Second), Seconds: 30, Ads: uint32(n % 3),
			}
			select {
			case <-ctx.Done():
				return
			case <-pace.C:
			}
			w.plays = append(w.plays, play)
			w.insert(ctx, into, play)
		}
	})
	t.Cleanup(w.stop)
	return w
}

func (w *inserter) insert(ctx context.Context, into *sql.DB, play oracle.View) {
	_, err := into.ExecContext(ctx, `
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		w.day, play.Video, play.Viewer, play.At.UTC().Format(time.DateTime), play.ID, play.Seconds, play.Ads)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if err != nil {
		w.errors[err.Error()]++
		return
	}
	w.stored[play.ID] = struct{}{}
}

func (w *inserter) acknowledged() int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return len(w.stored)
}

// waitForMore waits until more plays have been acknowledged than there are now.
func (w *inserter) waitForMore(t testing.TB) {
	t.Helper()
	before := w.acknowledged()
	rig.WaitUntil(t, "the platform's plays are stored", func() bool { return w.acknowledged() > before+3 })
}

// stop ends the inserts, when the last one has an answer.
func (w *inserter) stop() {
	w.end()
	w.working.Wait()
}

// addFound gives the platform those plays that the database has. All that were
// acknowledged must be among them; it says how many it has lost of the others.
func (w *inserter) addFound(s *rig.System, p *oracle.Platform) (lost int) {
	s.T.Helper()
	rows, err := s.SQL.QueryContext(s.T.Context(), `SELECT view_id FROM watch_log WHERE watched_on = ? AND view_id >= ?`, w.day, firstInserted)
	require.NoError(s.T, err)
	defer rows.Close()
	found := map[int64]struct{}{}
	for rows.Next() {
		var id int64
		require.NoError(s.T, rows.Scan(&id))
		found[id] = struct{}{}
	}
	require.NoError(s.T, rows.Err())
	for id := range w.stored {
		require.Contains(s.T, found, id, "the server had acknowledged it")
	}
	for _, play := range w.plays {
		if _, stored := found[play.ID]; stored {
			p.Views = append(p.Views, play)
		} else {
			lost++
		}
	}
	return lost
}
