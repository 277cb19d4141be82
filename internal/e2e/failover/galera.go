package failover

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/rig"
)

// galeraVariable names Galera's library where it is not at Debian's place.
const galeraVariable = "CREATORPAY_GALERA"

const debiansGalera = "/usr/lib/galera/libgalera_smm.so"

// galera is a Galera cluster whose first node is written through.
type galera struct{ nodes []*devstack.MySQL }

// startGalera starts a cluster of three nodes with Galera's own limits.
func startGalera(t *testing.T) *galera {
	t.Helper()
	library := os.Getenv(galeraVariable)
	if library == "" {
		library = debiansGalera
	}
	if _, err := os.Stat(library); err != nil {
		t.Skipf("%v: install Debian's package galera-4, or name the library in %s", err, galeraVariable)
	}
	addresses, transfers := freeAddresses(t), freeAddresses(t)
	g := &galera{}
	for i, address := range addresses {
		flags := []string{
			"--loose-wsrep-on=ON", "--loose-wsrep-provider=" + library,
			"--loose-wsrep-cluster-address=gcomm://" + strings.Join(addresses, ","),
			fmt.Sprintf("--loose-wsrep-node-name=db%d", i+1), "--loose-wsrep-node-address=127.0.0.1",
			"--loose-wsrep-provider-options=gmcast.listen_addr=tcp://" + address + ";ist.recv_addr=" + transfers[i] + ";gcache.size=32M",
			"--loose-wsrep-sst-method=skip", // all begin with the same data, before anything is written
			"--binlog-format=ROW", "--loose-innodb-autoinc-lock-mode=2",
		}
		if i == 0 {
			flags = append(flags, "--loose-wsrep-new-cluster")
		}
		server := devtest.NewMySQL(t, flags...)
		if on, known := variable(t, server, "wsrep_on"); !known || on != "ON" {
			t.Skip("Galera is MariaDB's here: leave MYSQLD out, or name a mariadbd in it")
		}
		g.nodes = append(g.nodes, server)
		g.waitUntilSynced(t, server, i+1)
	}
	return g
}

// waitUntilSynced waits until the node takes part in a cluster of that size, which has a majority.
func (g *galera) waitUntilSynced(t *testing.T, node *devstack.MySQL, size int) {
	t.Helper()
	rig.WaitUntil(t, fmt.Sprintf("the node is one of %d", size), func() bool {
		part, _ := status(t, node, "wsrep_cluster_status")
		state, _ := status(t, node, "wsrep_local_state_comment")
		nodes, _ := status(t, node, "wsrep_cluster_size")
		return part == "Primary" && state == "Synced" && nodes == strconv.Itoa(size)
	})
}

func (g *galera) writing() *devstack.MySQL { return g.nodes[0] }

func (g *galera) lose(t *testing.T, _ *inserting) {
	t.Helper()
	require.NoError(t, g.nodes[0].Kill())
}

func (g *galera) heir(*testing.T, *rig.System) *devstack.MySQL { return g.nodes[1] }

// takeOver tells the programs, as an operator does, that they write through the heir from now on.
func (g *galera) takeOver(t *testing.T, s *rig.System, heir *devstack.MySQL) {
	t.Helper()
	g.waitUntilSynced(t, heir, 2)
	s.Starter("migrate", "--move-node").RequireSuccess()
}

func (g *galera) follower(t *testing.T, heir *devstack.MySQL) *devstack.MySQL {
	t.Helper()
	want := g.committed(t, heir)
	rig.WaitUntil(t, "the third node has what the second one has", func() bool { return g.committed(t, g.nodes[2]) >= want })
	return g.nodes[2]
}

func (g *galera) committed(t *testing.T, node *devstack.MySQL) int {
	t.Helper()
	last, _ := status(t, node, "wsrep_last_committed")
	n, err := strconv.Atoi(last)
	require.NoError(t, err)
	return n
}
