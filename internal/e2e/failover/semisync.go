package failover

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/rig"
)

// pluginsVariable names the folder with MySQL's plugins where that is not the one that the server was built with.
const pluginsVariable = "CREATORPAY_MYSQL_PLUGINS"

// pluginFlags let a MySQL server find its plugins.
func pluginFlags() []string {
	if dir := os.Getenv(pluginsVariable); dir != "" {
		return []string{"--plugin-dir=" + dir}
	}
	return nil
}

// acknowledged is a cluster whose primary says that a transaction is stored when a replica has it, too.
type acknowledged struct {
	*devstack.Cluster
	names semiSyncNames
}

// semiSyncNames are how a product calls what semi-synchronous replication needs.
type semiSyncNames struct{ source, replica string }

// startSemiSync starts a primary that waits for one of two replicas, for as long as it takes, before anybody sees what it
// commits.
func startSemiSync(t *testing.T) *acknowledged {
	t.Helper()
	cluster := devtest.NewCluster(t, 2, append(pluginFlags(),
		"--loose-plugin-load-add=semisync_source.so", "--loose-plugin-load-add=semisync_replica.so", // built into MariaDB
		"--loose-rpl-semi-sync-replica-enabled=ON", "--loose-rpl-semi-sync-slave-enabled=ON",
		"--loose-rpl-semi-sync-source-wait-point=AFTER_SYNC", "--loose-rpl-semi-sync-master-wait-point=AFTER_SYNC",
		"--loose-rpl-semi-sync-source-timeout=3600000", "--loose-rpl-semi-sync-master-timeout=3600000")...)
	a := &acknowledged{cluster, semiSyncNames{"source", "replica"}}
	if _, known := variable(t, cluster.Primary, "rpl_semi_sync_master_enabled"); known {
		a.names = semiSyncNames{"master", "slave"}
	} else if _, known := variable(t, cluster.Primary, "rpl_semi_sync_source_enabled"); !known {
		t.Skipf("semisync_source.so and semisync_replica.so of this MySQL are missing: install them, or name their folder in %s", pluginsVariable)
	}
	a.wait(t, cluster.Primary)
	for _, replica := range cluster.Replicas { // what has connected before is not waited for
		require.NoError(t, replica.StopReplication(t.Context()))
		require.NoError(t, replica.StartReplication(t.Context()))
	}
	return a
}

// wait has the server wait for a replica from now on, with each transaction that it commits.
func (a *acknowledged) wait(t *testing.T, server *devstack.MySQL) {
	t.Helper()
	execute(t, server, "SET GLOBAL rpl_semi_sync_"+a.names.source+"_enabled = ON")
}

func (a *acknowledged) writing() *devstack.MySQL { return a.Primary }

// killPrimary kills the primary while a transaction of the platform waits for a replica, and when only the second replica
// has what was acknowledged last.
func (a *acknowledged) killPrimary(t *testing.T, plays *inserter) {
	t.Helper()
	require.NoError(t, a.Replicas[0].StopReceiving(t.Context()))
	plays.waitForMore(t)
	require.NoError(t, a.Replicas[1].StopReceiving(t.Context()))
	rig.WaitUntil(t, "a transaction waits for a replica", func() bool {
		waiting, _ := status(t, a.Primary, "Rpl_semi_sync_"+a.names.source+"_wait_sessions")
		return waiting != "0"
	})
	require.NoError(t, a.Primary.Kill())
}

// candidate is the replica that has most, as `starter status` tells an operator.
func (a *acknowledged) candidate(t *testing.T, s *rig.System) *devstack.MySQL {
	t.Helper()
	for _, replica := range a.Replicas {
		require.NoError(t, replica.ApplyReceived(t.Context()))
	}
	for i, replica := range a.Replicas {
		other := a.Replicas[1-i]
		settings := []string{"MYSQL_DSN=" + dsnOf(t, replica.MySQL), "MYSQL_REPLICA_DSNS=" + dsnOf(t, other.MySQL)}
		told := s.Start("starter", settings, "status").Wait().RequireSuccess().Stdout
		if !strings.Contains(told, "that the primary does not have") {
			return replica.MySQL
		}
	}
	require.FailNow(t, "each replica has what the other has not")
	return nil
}

// takeOver promotes the candidate, as an operator does.
func (a *acknowledged) takeOver(t *testing.T, _ *rig.System, candidate *devstack.MySQL) {
	t.Helper()
	promoted, other := a.Replicas[0], a.Replicas[1]
	if promoted.MySQL != candidate {
		promoted, other = other, promoted
	}
	a.wait(t, candidate)
	require.NoError(t, promoted.Promote(t.Context()))
	require.NoError(t, other.Follow(t.Context(), candidate))
}

// follower is the third server, with all that the candidate has.
func (a *acknowledged) follower(t *testing.T, candidate *devstack.MySQL) *devstack.MySQL {
	t.Helper()
	for _, replica := range a.Replicas {
		if replica.MySQL != candidate {
			require.NoError(t, replica.CatchUp(t.Context()))
			return replica.MySQL
		}
	}
	return nil
}
