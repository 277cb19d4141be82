package failover

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/rig"
)

// providerVariable names Galera's library where it is not where Debian's package puts it.
const providerVariable = "CREATORPAY_GALERA"

const debiansProvider = "/usr/lib/galera/libgalera_smm.so"

// galera is a cluster of three nodes, of which the programs write through the first one.
type galera struct{ nodes []*devstack.MySQL }

// startGalera starts a cluster of MariaDB. Its nodes are told that they were one before, with equal data: so they need not
// copy any from each other, for which other programs would have to be installed.
func startGalera(t *testing.T) *galera {
	t.Helper()
	if version, _ := variable(t, devtest.MySQL(t), "version"); !strings.Contains(version, "MariaDB") {
		t.Skip("Galera is tried on MariaDB")
	}
	provider, named := os.LookupEnv(providerVariable)
	if !named {
		provider = debiansProvider
	}
	if _, err := os.Stat(provider); named {
		require.NoError(t, err, providerVariable)
	} else if err != nil {
		t.Skipf("Galera is missing: install galera-4, or name its libgalera_smm.so in %s: %s", providerVariable, err)
	}
	addresses := freeAddresses(t)
	transfers := freeAddresses(t)
	g := &galera{nodes: make([]*devstack.MySQL, len(addresses))}
	t.Cleanup(func() {
		for _, node := range g.nodes {
			if node != nil {
				require.NoError(t, node.Kill())
			}
		}
	})
	var starting errgroup.Group // none is up before it has found the others
	for i, address := range addresses {
		dir := devtest.Dir(t)
		require.NoError(t, devstack.SeedMySQL(t.Context(), dir))
		rememberCluster(t, filepath.Join(dir, "mysql"), i, len(addresses))
		starting.Go(func() (err error) {
			g.nodes[i], err = devstack.StartMySQL(t.Context(), dir,
				"--innodb-buffer-pool-size=64M", "--innodb-log-file-size=96M", "--innodb-flush-log-at-trx-commit=2",
				"--binlog-format=ROW", "--innodb-autoinc-lock-mode=2",
				"--wsrep-on=ON", "--wsrep-provider="+provider,
				"--wsrep-cluster-name=creatorpay", "--wsrep-node-name=node-"+strconv.Itoa(i+1),
				"--wsrep-cluster-address=gcomm://"+strings.Join(addresses, ","), "--wsrep-node-address="+address,
				"--wsrep-provider-options=gcache.size=32M;gmcast.listen_addr=tcp://"+address+";ist.recv_addr="+transfers[i])
			return err
		})
	}
	require.NoError(t, starting.Wait())
	for _, node := range g.nodes {
		rig.WaitUntil(t, "a node is in the cluster", func() bool { return g.isSynced(t, node, "3") })
	}
	return g
}

// rememberCluster writes down in a node's data what nodes remember of their cluster, in Galera's own files.
func rememberCluster(t *testing.T, data string, node, nodes int) {
	t.Helper()
	id := func(node int) string { return fmt.Sprintf("%08d-8f5b-11ef-9d2f-3a1b5c7e9d01", node+1) }
	var members strings.Builder
	for i := range nodes {
		fmt.Fprintf(&members, "member: %s 0\n", id(i))
	}
	for name, content := range map[string]string{
		"grastate.dat": "version: 2.1\nuuid: " + groupName + "\nseqno: 0\nsafe_to_bootstrap: 0\n",
		"gvwstate.dat": "my_uuid: " + id(node) + "\n#vwbeg\nview_id: 3 " + id(0) + " 3\nbootstrap: 0\n" + members.String() + "#vwend\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(data, name), []byte(content), 0o600))
	}
}

// isSynced tells whether the node is in a cluster of so many that takes writes, and has all that the others have.
func (g *galera) isSynced(t *testing.T, node *devstack.MySQL, nodes string) bool {
	t.Helper()
	size, _ := status(t, node, "wsrep_cluster_size")
	takesWrites, _ := status(t, node, "wsrep_cluster_status")
	state, _ := status(t, node, "wsrep_local_state_comment")
	return size == nodes && takesWrites == "Primary" && state == "Synced"
}

func (g *galera) writing() *devstack.MySQL { return g.nodes[0] }

func (g *galera) killPrimary(t *testing.T, _ *inserter) {
	t.Helper()
	require.NoError(t, g.nodes[0].Kill())
}

func (g *galera) candidate(*testing.T, *rig.System) *devstack.MySQL { return g.nodes[1] }

// takeOver has the programs write through the candidate, as an operator does.
func (g *galera) takeOver(t *testing.T, s *rig.System, candidate *devstack.MySQL) {
	t.Helper()
	rig.WaitUntil(t, "the others go on without the node", func() bool { return g.isSynced(t, candidate, "2") })
	s.Starter("migrate", "--move-node").RequireSuccess()
}

func (g *galera) follower(t *testing.T, candidate *devstack.MySQL) *devstack.MySQL {
	t.Helper()
	committed := func(node *devstack.MySQL) int64 {
		text, _ := status(t, node, "wsrep_last_committed")
		number, err := strconv.ParseInt(text, 10, 64)
		require.NoError(t, err)
		return number
	}
	all := committed(candidate)
	rig.WaitUntil(t, "the third node has what the second one has", func() bool { return committed(g.nodes[2]) >= all })
	return g.nodes[2]
}
