package daily

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

// onReplicas is a system on the cluster, and the setting that has its replicas
// scanned by a user who may only read.
func onReplicas(t *testing.T, cluster *devstack.Cluster) (s *rig.System, setting, database string) {
	t.Helper()
	primary, _ := devtest.ReplicatedDatabase(t, cluster)
	config, err := mysql.ParseDSN(primary)
	require.NoError(t, err)
	require.NoError(t, cluster.Primary.CreateReader(t.Context(), config.DBName))
	var dsns []string
	for _, replica := range cluster.Replicas {
		dsns = append(dsns, replica.ReaderDSN(config.DBName))
	}
	return rig.NewOn(t, primary, devtest.Temporal(t)), "MYSQL_REPLICA_DSNS=" + strings.Join(dsns, " "), config.DBName
}

// served is a replica that has done scans, as a worker counts them.
var served = regexp.MustCompile(`(?m)^creatorpay_replica_scans_total\{outcome="read",replica=".*"\} [1-9]`)

func TestScansOnReplicasGiveTheGoldenExports(t *testing.T) {
	t.Parallel()
	cluster := devtest.NewCluster(t, 2) // of its own: what other tests store would keep the replicas behind
	s, replicas, _ := onReplicas(t, cluster)
	p := nastyWeek()
	s.Migrate(p)
	s.Load(p)
	require.NoError(t, cluster.CatchUp(t.Context()))
	metrics := startOnReplicas(s, replicas)

	requireNastyWeek(s, p, "--chunk-rows", "60")

	requireServed(t, metrics)
}

// startOnReplicas starts a worker, and gives the address of its metrics.
func startOnReplicas(s *rig.System, replicas string) (listen string) {
	s.T.Helper()
	port, err := devstack.FreePort(s.T.Context())
	require.NoError(s.T, err)
	listen = fmt.Sprintf("127.0.0.1:%d", port)
	s.StartWorker(replicas, "WORKER_LISTEN="+listen)
	return listen
}

// requireServed makes sure that replicas have done scans. One that was slow once may have been left alone ever since.
func requireServed(t *testing.T, metrics string) {
	t.Helper()
	require.Regexp(t, served, rig.Metrics(t, metrics))
}

func TestWhatIsScannedOnReplicasIsWorthTheSameWhateverBecomesOfThem(t *testing.T) {
	cluster := devtest.NewCluster(t, 2)
	random := rig.NewRandom(t)
	p := rig.FewPlays(random, rig.Today, 3)
	rig.RandomPayments(random, p, rig.Today, rig.DayAfterTomorrow, false)
	days := p.Settle(rig.Today, rig.DayAfterTomorrow)
	s, replicas, database := onReplicas(t, cluster)
	s.Migrate(p)
	s.Load(p)
	s.AddDays(rig.Today, oracle.DaysAfter(rig.Today, 7)) // no run makes room first, for which replicas would be waited
	require.NoError(t, cluster.CatchUp(t.Context()))
	worker := s.StartWorker(replicas)
	settled := func(day int) (countings int64) {
		s.RunDay(days[day].Start, "--chunk-rows", "40").RequireSuccess()
		s.RequireSettled(days[day])
		s.Start("starter", []string{replicas}, "verify", "--date", days[day].Start).Wait().RequireSuccess()
		return s.Number(`SELECT MAX(counts) FROM run_chunks WHERE starts_on = ?`, days[day].Start)
	}

	for _, replica := range cluster.Replicas {
		require.NoError(t, replica.Change(t.Context(), database, `DELETE FROM watch_log WHERE watched_on = '`+days[0].Start+`' ORDER BY video_id LIMIT 1`))
	}
	require.GreaterOrEqual(t, settled(0), int64(2), "replicas lacked a row")
	require.NotContains(t, worker.Stderr.String(), "passed over")

	require.NoError(t, cluster.Replicas[0].StopReplication(t.Context()))
	settled(1)
	worker.WaitUntilSaid("it does not have all that the primary had")

	require.NoError(t, cluster.Replicas[1].Kill())
	settled(2)
	s.Starter("audit", "--from", rig.Today, "--to", rig.DayAfterTomorrow).RequireSuccess()
}
