package recovery

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

const (
	failoverDatabase = "creatorpay"
	failoverChunks   = 10 // of a plain day
)

// failover is a day whose chunks are settled on a primary that is then lost, with
// its worker.
type failover struct {
	cluster *devstack.Cluster
	s       *rig.System // on the lost primary
	want    oracle.Result
}

// loseThePrimary calls before when the day is planned and nothing is counted yet,
// and lost when all is settled and the worker is gone.
func loseThePrimary(t *testing.T, before, lost func(*devstack.Cluster)) failover {
	t.Helper()
	p := rig.PlainPlatform()
	cluster := devtest.NewCluster(t, 2)
	require.NoError(t, cluster.Primary.CreateDatabase(t.Context(), failoverDatabase))
	s := rig.NewOn(t, cluster.Primary.DSN(failoverDatabase), devtest.Temporal(t))
	s.Migrate(p)
	s.Load(p)

	counting, ranking := s.LockCounting(), s.LockRanking()
	worker := s.StartWorker(scanning(cluster.Replicas...))
	run := s.BeginDay(rig.Today, "--chunk-rows", "10")
	rig.WaitUntil(t, "chunks wait to be counted", func() bool { return s.WaitingForVideos() > 0 })
	require.NoError(t, cluster.CatchUp(t.Context()))
	before(cluster)
	counting.Release()
	s.WaitUntilSettled(failoverChunks)
	worker.Kill()
	run.Kill()
	ranking.Release()
	lost(cluster)
	require.NoError(t, cluster.Primary.Kill())
	return failover{cluster, s, p.Settle(rig.Today, rig.Today)[0]}
}

// promote makes the first replica the primary, and starts a worker on it.
func (f failover) promote(t *testing.T) *rig.System {
	t.Helper()
	primary := f.cluster.Replicas[0]
	require.NoError(t, primary.Promote(t.Context()))
	require.NoError(t, f.cluster.Replicas[1].Follow(t.Context(), primary.MySQL))
	s := f.s.On(primary.DSN(failoverDatabase))
	require.Equal(t, "running", s.StateOf(rig.Today))
	s.StartWorker(scanning(f.cluster.Replicas[1]))
	return s
}

// scanning is the setting of workers that scan the replicas.
func scanning(replicas ...*devstack.Replica) string {
	var dsns []string
	for _, replica := range replicas {
		dsns = append(dsns, replica.DSN(failoverDatabase))
	}
	return "MYSQL_REPLICA_DSNS=" + strings.Join(dsns, " ")
}

func (f failover) requireRight(t *testing.T, s *rig.System) {
	t.Helper()
	s.WaitUntilState(rig.Today, "closed")
	s.RequireSettled(f.want)
	s.Starter("verify", "--date", rig.Today).RequireSuccess()
	require.NoError(t, f.cluster.Replicas[1].CatchUp(t.Context()))
	s.On(f.cluster.Replicas[1].DSN(failoverDatabase)).RequireSettled(f.want)
}

func TestARunGoesOnOnAReplicaThatHadAll(t *testing.T) {
	t.Parallel()
	f := loseThePrimary(t, func(*devstack.Cluster) {}, func(cluster *devstack.Cluster) {
		require.NoError(t, cluster.CatchUp(t.Context()))
	})
	f.requireRight(t, f.promote(t))
}

func TestARunThatIsResetDoesAgainWhatAReplicaHadNot(t *testing.T) {
	t.Parallel()
	f := loseThePrimary(t, func(cluster *devstack.Cluster) {
		for _, replica := range cluster.Replicas {
			require.NoError(t, replica.StopReplication(t.Context()))
		}
	}, func(*devstack.Cluster) {})
	s := f.promote(t)
	require.Zero(t, s.Number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'done'`), "the replica had the plan, and nothing that was settled")
	s.Reset("daily:" + rig.Today)
	f.requireRight(t, s)
}
