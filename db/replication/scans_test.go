package replication

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"creatorpay/db/server"
	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
)

// passed is a probe that every server passes.
func passed(context.Context, *server.Pool) error { return nil }

// scanning scans the cluster's replicas as a reader.
type scanning struct {
	*Scans
	said *bytes.Buffer // the log
}

func (c watched) scan(t *testing.T) scanning {
	t.Helper()
	return c.scanAs(t, (*devstack.MySQL).ReaderDSN)
}

func (c watched) scanAs(t *testing.T, dsn func(*devstack.MySQL, string) string) scanning {
	t.Helper()
	var replicas []string
	for _, replica := range c.Replicas {
		replicas = append(replicas, dsn(replica.MySQL, c.database))
	}
	said := &bytes.Buffer{}
	scans, err := OpenScans(c.Primary.ReaderDSN(c.database), replicas, 2, passed, slog.New(slog.NewTextHandler(said, nil)))
	require.NoError(t, err)
	t.Cleanup(scans.Close)
	return scanning{scans, said}
}

// numbers scans the table, on the replicas alone.
func (s scanning) numbers(t *testing.T, position string) (numbers []int, done bool) {
	t.Helper()
	require.NotEmpty(t, position)
	done = s.At(position)(t.Context(), func(from *server.Pool) error {
		numbers = nil
		return from.SelectContext(t.Context(), &numbers, "SELECT n FROM numbers ORDER BY n")
	})
	return numbers, done
}

// scans are how many scans of the replica have had the outcome.
func (s scanning) scans(t *testing.T, of *devstack.Replica, outcome string) int {
	t.Helper()
	return int(testutil.ToFloat64(s.became.WithLabelValues(address(t, of.MySQL), outcome)))
}

func TestReplicasThatHaveAllAreScannedInTurn(t *testing.T) {
	cluster := share(t, 2)
	s := cluster.scan(t)
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1), (2)")
	require.NoError(t, cluster.CatchUp(t.Context())) // on a slow machine that takes longer than a scan waits

	position := s.Position(t.Context())

	for range 2 {
		numbers, done := s.numbers(t, position)
		require.True(t, done)
		require.Equal(t, []int{1, 2}, numbers)
	}
	for _, replica := range cluster.Replicas {
		require.Equal(t, 1, s.scans(t, replica, scanRead))
	}
	require.Empty(t, s.said.String())
}

func TestAReplicaThatIsBehindIsPassedOver(t *testing.T) {
	cluster := share(t, 2)
	s := cluster.scan(t)
	cluster.exec(t, cluster.Replicas[0].MySQL, "STOP REPLICA SQL_THREAD")
	t.Cleanup(func() { require.NoError(t, cluster.Replicas[0].StartReplication(context.WithoutCancel(t.Context()))) })
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1)")
	require.NoError(t, cluster.Replicas[1].CatchUp(t.Context()))

	for range 4 {
		numbers, done := s.numbers(t, s.Position(t.Context()))
		require.True(t, done)
		require.Equal(t, []int{1}, numbers)
	}

	require.Zero(t, s.scans(t, cluster.Replicas[0], scanRead))
	require.Equal(t, 1, s.scans(t, cluster.Replicas[0], scanBehind), "then it is left alone")
	require.Equal(t, 1, s.scans(t, cluster.Replicas[0], scanNotAsked))
	require.Contains(t, s.said.String(), "replica="+address(t, cluster.Replicas[0].MySQL))
	require.Contains(t, s.said.String(), errBehind.Error())
}

func TestAReplicaIsProbedBeforeItIsScannedAndPassedOverIfItFails(t *testing.T) {
	cluster := share(t, 2)
	s := cluster.scan(t)
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1)")
	require.NoError(t, cluster.CatchUp(t.Context()))
	probed := map[string]int{}
	s.probe = func(_ context.Context, replica *server.Pool) error {
		probed[replica.Address]++
		if replica.Address == address(t, cluster.Replicas[0].MySQL) {
			return errors.New("it reads wrongly")
		}
		return nil
	}

	for range 4 {
		numbers, done := s.numbers(t, s.Position(t.Context()))
		require.True(t, done)
		require.Equal(t, []int{1}, numbers)
	}

	require.Zero(t, s.scans(t, cluster.Replicas[0], scanRead))
	require.Equal(t, 1, s.scans(t, cluster.Replicas[0], scanFailed))
	require.Contains(t, s.said.String(), "it reads wrongly")
	require.Equal(t, map[string]int{address(t, cluster.Replicas[0].MySQL): 1, address(t, cluster.Replicas[1].MySQL): 1}, probed)
}

func TestAScanThatBreaksOffBeginsAnewElsewhere(t *testing.T) {
	cluster := own(t, 2)
	s := cluster.scanAs(t, func(server *devstack.MySQL, database string) string {
		config, err := mysql.ParseDSN(server.ReaderDSN(database))
		require.NoError(t, err)
		config.ReadTimeout = 2 * time.Second
		return config.FormatDSN()
	})
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1)")
	breakOff := []func() error{cluster.Replicas[0].Kill, cluster.Replicas[1].Freeze}
	s.turns.Store(1) // the first one is next
	begun := 0

	done := s.At(s.Position(t.Context()))(t.Context(), func(from *server.Pool) error {
		require.NoError(t, from.GetContext(t.Context(), new(int), "SELECT n FROM numbers"))
		require.NoError(t, breakOff[begun]())
		begun++
		return from.GetContext(t.Context(), new(int), "SELECT n FROM numbers")
	})

	require.False(t, done, "the primary is to be asked")
	require.Equal(t, 2, begun)
	for _, replica := range cluster.Replicas {
		require.Equal(t, 1, s.scans(t, replica, scanFailed))
	}
	require.NoError(t, cluster.Replicas[1].Thaw())
}

func TestAReplicaThatWritesWhileItIsScannedIsPassedOver(t *testing.T) {
	cluster := own(t, 1)
	s := cluster.scan(t)

	done := s.At(s.Position(t.Context()))(t.Context(), func(*server.Pool) error {
		cluster.exec(t, cluster.Replicas[0].MySQL, "SET GLOBAL read_only = OFF", "INSERT INTO numbers VALUES (1)")
		return nil
	})

	require.False(t, done)
	require.Equal(t, 1, s.scans(t, cluster.Replicas[0], scanStray))
	require.Contains(t, s.said.String(), errStray.Error())
}

func TestAnOldCopyThatFollowsNobodyIsPassedOver(t *testing.T) {
	cluster := own(t, 1)
	replica, backup := cluster.Replicas[0], devtest.Dir(t)
	cluster.exec(t, replica.MySQL, "STOP REPLICA", "RESET REPLICA ALL")
	require.NoError(t, replica.Stop())
	require.NoError(t, replica.Backup(t.Context(), backup))
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1)")
	require.NoError(t, replica.Restore(t.Context(), backup))
	require.NoError(t, replica.Restart(t.Context()))

	s := cluster.scan(t)
	_, done := s.numbers(t, s.Position(t.Context()))

	require.False(t, done)
	require.Equal(t, 1, s.scans(t, replica, scanBehind))
}

func TestAReplicaIsPassedOverIfThePrimaryWasRestoredFromAnOldBackup(t *testing.T) {
	cluster := own(t, 1)
	backup := devtest.Dir(t)
	require.NoError(t, cluster.Primary.Stop())
	require.NoError(t, cluster.Primary.Backup(t.Context(), backup))
	require.NoError(t, cluster.Primary.Restart(t.Context()))
	s := cluster.scan(t)
	before := s.Position(t.Context())
	cluster.exec(t, cluster.Primary, "INSERT INTO numbers VALUES (1)")
	require.NoError(t, cluster.CatchUp(t.Context()))
	require.NoError(t, cluster.Primary.Stop())
	require.NoError(t, cluster.Primary.Restore(t.Context(), backup))
	require.NoError(t, cluster.Primary.Restart(t.Context()))

	_, done := s.numbers(t, before)

	require.False(t, done)
	require.Equal(t, 1, s.scans(t, cluster.Replicas[0], scanStray))
}

func TestAReplicaOfAnotherServerIsPassedOver(t *testing.T) {
	cluster, other := share(t, 1), own(t, 1)
	for n := range 50 { // far more than the other one has done
		cluster.exec(t, cluster.Primary, fmt.Sprintf("INSERT INTO numbers VALUES (%d)", n))
	}
	scans, err := OpenScans(cluster.Primary.ReaderDSN(cluster.database), []string{other.Replicas[0].ReaderDSN(other.database)}, 1, passed, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(scans.Close)
	s := scanning{Scans: scans}

	_, done := s.numbers(t, s.Position(t.Context()))

	require.False(t, done)
	require.Equal(t, 1, s.scans(t, other.Replicas[0], scanBehind))
}

func TestWhoLeavesSaysNothingAboutAReplica(t *testing.T) {
	cluster := share(t, 1)
	s := cluster.scan(t)
	position := s.Position(t.Context())
	ctx, leave := context.WithCancel(t.Context())

	done := s.At(position)(ctx, func(*server.Pool) error {
		leave()
		return ctx.Err()
	})

	require.False(t, done)
	_, done = s.numbers(t, position)
	require.True(t, done, "it is not left alone")
}

func TestRowsThatLeadToAnErrorAreReadElsewhere(t *testing.T) {
	s := share(t, 2).scan(t)
	asked := 0

	done := s.At(s.Position(t.Context()))(t.Context(), func(*server.Pool) error {
		asked++
		return errors.New("a row that cannot be")
	})

	require.False(t, done)
	require.Equal(t, 2, asked)
}

func TestWithoutReplicasNobodyIsAsked(t *testing.T) {
	said := &bytes.Buffer{}
	scans, err := OpenScans("nobody@tcp(127.0.0.1:1)/nowhere", nil, 1, passed, slog.New(slog.NewTextHandler(said, nil)))
	require.NoError(t, err)
	t.Cleanup(scans.Close)

	require.Empty(t, scans.Position(t.Context()))
	require.Nil(t, scans.At(""))
	require.False(t, scans.At("of another worker")(t.Context(), nil))
	require.Empty(t, said.String())
}

func TestWithoutItsPositionThePrimaryIsScanned(t *testing.T) {
	for name, c := range map[string]struct{ primary, says string }{
		"no GTIDs": {devtest.Database(t), "the primary has no GTIDs"},
		"down":     {"nobody@tcp(127.0.0.1:1)/nowhere", "the primary did not tell its position"},
	} {
		t.Run(name, func(t *testing.T) {
			said := &bytes.Buffer{}
			scans, err := OpenScans(c.primary, []string{"reader@tcp(127.0.0.1:2)/nowhere"}, 1, passed, slog.New(slog.NewTextHandler(said, nil)))
			require.NoError(t, err)
			t.Cleanup(scans.Close)

			require.Empty(t, scans.Position(t.Context()))
			require.Contains(t, said.String(), c.says)
		})
	}
}

func TestOpenScansNamesEveryDSNThatIsWrong(t *testing.T) {
	_, err := OpenScans("primary:secret", []string{"replica:secret"}, 1, passed, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "MYSQL_DSN cannot be read")
	require.ErrorContains(t, err, "MYSQL_REPLICA_DSNS: number 1 cannot be read")
}
