package copies

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// monday starts a week.
const monday = settlement.Day(19849)

// live are books on a primary with two replicas.
type live struct {
	*testing.T
	*devstack.Cluster
	books   *dbtest.Books
	dsn     string
	replica []string // DSNs
}

// newLive opens books with room for three days, of which the first is closed on
// every copy.
func newLive(t *testing.T) *live {
	t.Helper()
	l := &live{T: t, Cluster: devtest.NewCluster(t, 2)}
	dsn, _ := devtest.ReplicatedDatabase(t, l.Cluster)
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	require.NoError(t, l.Primary.CreateReader(t.Context(), config.DBName))
	l.dsn = l.Primary.ReaderDSN(config.DBName)
	for _, replica := range l.Replicas {
		l.replica = append(l.replica, replica.ReaderDSN(config.DBName))
	}
	l.books = dbtest.OpenAt(t, dsn)
	l.books.AddDays(monday, monday+2)
	for video := range int64(20) {
		l.books.AddVideo(1, db.Video{ID: video + 1})
	}
	l.close(monday)
	require.NoError(t, l.CatchUp(t.Context()))
	return l
}

// close has all 20 videos watched on the day, and closes it chunk by chunk.
func (l *live) close(day settlement.Day) {
	l.Helper()
	for video := range int64(20) {
		l.books.Watch(day, video+1, 5)
	}
	l.books.CloseDay(day, 5, 9, 13, 17)
}

// open makes copies that are slow to give up on a server, on a machine that may
// be slow itself, and quick to leave one alone.
func (l *live) open() *Copies {
	l.Helper()
	config := defaults
	config.CallLimit = 9 * time.Second // less than it leaves one alone
	config.BreakerCalls = 4
	copies, err := Open(l.dsn, l.replica, config, slog.New(slog.DiscardHandler))
	require.NoError(l, err)
	l.Cleanup(func() { require.NoError(l, copies.Close()) })
	return copies
}

// answerer asks about the day. The copy that answers must have every row
// with which the day closed.
func answerer(ctx context.Context, copies *Copies, day settlement.Day) (by string, err error) {
	err = copies.Closed(ctx, settlement.DailyPeriod(day), func(ctx context.Context, books *db.DB, run db.SealedRun) error {
		for _, of := range copies.all() {
			if of.books == books {
				by = of.name
			}
		}
		return books.InSnapshot(ctx, func(tx *sqlx.Tx) error {
			found, err := db.ReadSeals(ctx, tx, settlement.Daily, day, day)
			if err != nil {
				return err
			}
			for table, seal := range run.Seals {
				if found[day][table] != seal {
					panic(by + " has the close and not the rows of " + table)
				}
			}
			return nil
		})
	})
	return by, err
}

// requireAnswers asks as often as both replicas have their turn, and returns who
// answered.
func (l *live) requireAnswers(copies *Copies, day settlement.Day) (by []string) {
	l.Helper()
	for range 4 {
		name, err := answerer(l.Context(), copies, day)
		require.NoError(l, err)
		by = append(by, name)
	}
	return by
}

func TestTheLossOfCopiesCostsNoAnswerAboutClosedPeriods(t *testing.T) {
	l := newLive(t)
	one, two := l.Replicas[0], l.Replicas[1]
	ctx := t.Context()
	require.ElementsMatch(t, []string{"replica-1", "replica-1", "replica-2", "replica-2"}, l.requireAnswers(l.open(), monday))

	require.NoError(t, one.StopReplication(ctx))
	l.close(monday + 1)
	require.NoError(t, two.CatchUp(ctx))
	require.NotContains(t, l.requireAnswers(l.open(), monday+1), "replica-1", "it lags")
	through, err := l.open().List(ctx, settlement.Daily, nil, func(context.Context, *db.DB) error { return nil })
	require.NoError(t, err)
	require.Equal(t, Through{Extent: db.Extent{Closed: 2, Newest: monday + 1}, Current: true}, through)

	require.NoError(t, two.Freeze())
	copies := l.open()
	require.NotContains(t, l.requireAnswers(copies, monday), "replica-2", "it stands still")
	require.Contains(t, l.requireAnswers(copies, monday+1), "primary", "the only one left that has it")
	require.NoError(t, two.Thaw())

	copies = l.open()
	l.requireAnswers(copies, monday)
	require.NoError(t, one.Kill())
	require.NotContains(t, l.requireAnswers(copies, monday), "replica-1", "its connections broke")
	require.NoError(t, one.Restart(ctx))

	copies = l.open()
	l.requireAnswers(copies, monday)
	require.NoError(t, l.Primary.Kill())
	l.requireAnswers(copies, monday)
	require.NotContains(t, l.requireAnswers(copies, monday+1), "primary")
	_, err = answerer(ctx, copies, monday+2)
	l.requireUnavailable(err) // only the primary may say that it is not closed
	through, err = l.open().List(ctx, settlement.Daily, nil, func(context.Context, *db.DB) error { return nil })
	require.NoError(t, err)
	require.Equal(t, Through{Extent: db.Extent{Closed: 2, Newest: monday + 1}}, through)

	require.NoError(t, one.Kill())
	require.NoError(t, two.Freeze())
	copies = l.open()
	_, err = answerer(ctx, copies, monday)
	l.requireUnavailable(err)
	require.NoError(t, two.Thaw())
	require.NoError(t, l.Primary.Restart(ctx))
	l.requireAnswers(copies, monday+1)
}

func (l *live) requireUnavailable(err error) {
	l.Helper()
	var unavailable *Unavailable
	require.ErrorAs(l, err, &unavailable)
}

func TestACopyWithAnotherSchemaIsNotHealthy(t *testing.T) {
	l := newLive(t)
	copies := l.open()
	for _, health := range copies.Health(t.Context()) {
		require.NoError(t, health.Err, health.Copy)
		require.Empty(t, health.Beyond, health.Copy)
	}
	require.NoError(t, l.Replicas[0].StopReplication(t.Context()))
	l.books.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`)
	require.NoError(t, l.Replicas[1].Kill())

	health := copies.Health(t.Context())
	require.Equal(t, []string{"primary", "replica-1", "replica-2"}, []string{health[0].Copy, health[1].Copy, health[2].Copy})
	require.ErrorIs(t, health[0].Err, settlement.ErrSchema)
	require.NoError(t, health[1].Err)
	require.Error(t, health[2].Err)
}

func TestACopyThatReadsWronglyIsAskedNothingUntilItIsRight(t *testing.T) {
	l := newLive(t)
	copies := l.open()
	config, err := mysql.ParseDSN(l.replica[0])
	require.NoError(t, err)
	wrong := func(statement string) {
		require.NoError(t, l.Replicas[0].Change(t.Context(), config.DBName, statement))
	}
	require.Contains(t, l.requireAnswers(copies, monday), "replica-1")

	wrong(`UPDATE server_probe_log SET place = 1 WHERE day = '2000-01-02' AND owner = 0 AND place = 9`) // a place of the day before
	require.ErrorContains(t, copies.Health(t.Context())[1].Err, "is refused")
	require.NotContains(t, l.requireAnswers(copies, monday), "replica-1")
	require.NoError(t, l.Replicas[0].Kill())
	require.Error(t, copies.Health(t.Context())[1].Err)
	require.NoError(t, l.Replicas[0].Restart(t.Context()))
	require.NotContains(t, l.requireAnswers(copies, monday), "replica-1", "that it could not be asked says nothing new")

	wrong(`UPDATE server_probe_log SET place = 9 WHERE day = '2000-01-02' AND owner = 0 AND place = 1`)
	require.NoError(t, copies.Health(t.Context())[1].Err)
	require.Contains(t, l.requireAnswers(copies, monday), "replica-1")
}

// What one reader has seen closed, another one sees closed from then on, whatever
// program answers him.
func TestNoReaderSeesAPeriodOpenAfterItWasSeenClosed(t *testing.T) {
	l := newLive(t)
	copies := []*Copies{l.open(), l.open()}
	ctx := t.Context()
	require.NoError(t, l.Replicas[0].StopReplication(ctx))

	var seen atomic.Bool
	var readers sync.WaitGroup
	problems := make(chan error, 4)
	for i := range 4 {
		readers.Go(func() {
			for answers := 0; answers < 50; {
				before := seen.Load()
				_, err := answerer(ctx, copies[i%2], monday+1)
				switch {
				case err == nil:
					seen.Store(true)
					answers++
				case !errors.Is(err, settlement.ErrNotClosed):
					problems <- err
					return
				case before:
					problems <- errors.New("open after it was seen closed")
					return
				}
			}
		})
	}
	l.close(monday + 1)
	require.NoError(t, l.Replicas[0].StartReplication(ctx))
	readers.Wait()
	close(problems)
	for err := range problems {
		require.NoError(t, err)
	}
}
