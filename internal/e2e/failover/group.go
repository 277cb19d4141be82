package failover

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/rig"
)

// group is a group of MySQL's Group Replication with one primary, the first server. The second one has the greatest weight
// of the others, and so becomes the next primary.
type group struct{ nodes []*devstack.MySQL }

const groupName = "6d3c1e52-8f5b-4f0f-9d2f-3a1b5c7e9d01"

// startGroup starts a group of three, with the limits that MySQL has by default.
func startGroup(t *testing.T) *group {
	t.Helper()
	addresses := freeAddresses(t)
	g := &group{}
	for i, address := range addresses {
		server := devtest.NewMySQL(t, append(pluginFlags(),
			"--server-id="+strconv.Itoa(i+1), "--log-bin=binlog", "--report-host=127.0.0.1", "--relay-log=relay",
			"--loose-gtid-mode=ON", "--loose-enforce-gtid-consistency=ON", // of MySQL alone, as all that follows
			"--loose-plugin-load-add=group_replication.so",
			"--loose-group-replication-group-name="+groupName,
			"--loose-group-replication-local-address="+address,
			"--loose-group-replication-group-seeds="+strings.Join(addresses, ","),
			"--loose-group-replication-start-on-boot=OFF",
			"--loose-group-replication-recovery-get-public-key=ON",
			fmt.Sprintf("--loose-group-replication-member-weight=%d", []int{50, 90, 50}[i]))...)
		if version, _ := variable(t, server, "version"); strings.Contains(version, "MariaDB") || server.IsTiDB() {
			t.Skip("Group Replication is MySQL's: name the mysqld of MySQL 8.4 or later in MYSQLD")
		}
		if _, known := variable(t, server, "group_replication_group_name"); !known {
			t.Skipf("group_replication.so of this MySQL is missing: install it, or name its folder in %s", pluginsVariable)
		}
		g.nodes = append(g.nodes, server)
		execute(t, server, "CHANGE REPLICATION SOURCE TO SOURCE_USER = 'root' FOR CHANNEL 'group_replication_recovery'")
		if i == 0 {
			execute(t, server, "SET GLOBAL group_replication_bootstrap_group = ON")
		}
		execute(t, server, "START GROUP_REPLICATION", "SET GLOBAL group_replication_bootstrap_group = OFF")
	}
	rig.WaitUntil(t, "all servers are in the group", func() bool {
		return g.members(t, g.nodes[0], "MEMBER_STATE = 'ONLINE'") == len(g.nodes)
	})
	return g
}

// freeAddresses are three on which nobody listens, host:port.
func freeAddresses(t *testing.T) (addresses []string) {
	t.Helper()
	for range 3 {
		port, err := devstack.FreePort(t.Context())
		require.NoError(t, err)
		addresses = append(addresses, "127.0.0.1:"+strconv.Itoa(port))
	}
	return addresses
}

// members is how many members the server sees of which the condition holds.
func (g *group) members(t *testing.T, server *devstack.MySQL, condition string) (n int) {
	t.Helper()
	pool := root(t, server)
	defer pool.Close()
	require.NoError(t, pool.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE `+condition).Scan(&n))
	return n
}

func (g *group) writing() *devstack.MySQL { return g.nodes[0] }

func (g *group) killPrimary(t *testing.T, _ *inserter) {
	t.Helper()
	require.NoError(t, g.nodes[0].Kill())
}

func (g *group) candidate(*testing.T, *rig.System) *devstack.MySQL { return g.nodes[1] }

// takeOver waits for the group's own choice.
func (g *group) takeOver(t *testing.T, _ *rig.System, candidate *devstack.MySQL) {
	t.Helper()
	rig.WaitUntil(t, "the group has a new primary that takes writes", func() bool {
		readOnly, _ := variable(t, candidate, "super_read_only")
		return readOnly == "OFF" && g.members(t, candidate, "MEMBER_ROLE = 'PRIMARY' AND MEMBER_STATE = 'ONLINE' AND MEMBER_ID = @@GLOBAL.server_uuid") == 1
	})
}

func (g *group) follower(t *testing.T, candidate *devstack.MySQL) *devstack.MySQL {
	t.Helper()
	position, _ := variable(t, candidate, "gtid_executed")
	pool := root(t, g.nodes[2])
	defer pool.Close()
	var missing int
	require.NoError(t, pool.QueryRowContext(t.Context(), `SELECT WAIT_FOR_EXECUTED_GTID_SET(?, 60)`, position).Scan(&missing))
	require.Zero(t, missing, "the third server has what the new primary has")
	return g.nodes[2]
}
