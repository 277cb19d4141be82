package readside

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/issuer"
)

// The settings of the apis here. What follows from them bounds every answer.
const (
	callLimit    = 1500 * time.Millisecond // also when the machine has much else to do
	breakerDelay = 2 * time.Second
	breakerCalls = 20
	stopTimeout  = 10 * time.Second // connections that have sent nothing keep a server from stopping for 5 s
	// calls is how many a copy may be asked at a time: more than come while the machine does something else for a second.
	calls = 64
)

// reader is the user of the apis: it may read, and nothing else.
const reader = "reader"

// stack is the read side as it runs: a primary and its replicas, two apis that
// ask them, and a balancer in front of these.
type stack struct {
	testing.TB
	cluster  *devstack.Cluster
	primary  *sql.DB // of root
	replicas []*sql.DB
	books    *books
	issuer   *issuer.Issuer
	grants   grants
	apis     [2]*api
	balancer *balancer
	troubles *troubles
}

// keeping is the api that keeps answers; the other one keeps none.
func (s *stack) keeping() *api { return s.apis[0] }

// newStack starts the read side on the cluster that the tests share, with so many
// closed days in a database of its own. A test that takes a server away puts it
// back.
func newStack(t testing.TB, random *rand.Rand, days int) *stack {
	t.Helper()
	s := &stack{TB: t, cluster: devtest.Cluster(t), troubles: &troubles{}}
	primary, replicas := devtest.ReplicatedDatabase(t, s.cluster)
	s.primary = openRoot(t, primary)
	for _, dsn := range replicas {
		s.replicas = append(s.replicas, openRoot(t, dsn))
	}
	s.books = newBooks(t, primary, another(random))
	require.NoError(t, s.books.closeDays(t.Context(), days))
	for _, statement := range []string{
		`CREATE USER IF NOT EXISTS ` + reader + ` IDENTIFIED BY ''`,
		`GRANT SELECT ON ` + databaseOf(t, primary) + `.* TO ` + reader,
	} {
		_, err := s.primary.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, s.cluster.CatchUp(t.Context()))
	s.issuer = startIssuer(t)
	settings := s.settings(asReader(primary), asReader(replicas...))
	for i, keep := range []string{"API_KEEP=64", "API_KEEP=0"} { // one reads all answers anew
		s.apis[i] = newAPI(t, append(settings, keep))
		s.apis[i].start()
	}
	for _, one := range s.apis {
		one.awaitReady()
	}
	s.grants = newGrants(t, s.issuer, s.apis[0])
	s.balancer = startBalancer(t, s.apis[0], s.apis[1])
	s.watchSlowness()
	return s
}

// another is a source that the first one seeds, for what happens side by side.
func another(random *rand.Rand) *rand.Rand { return rand.New(rand.NewPCG(random.Uint64(), 0)) }

// settings are the environment of an api.
func (s *stack) settings(primary, replicas string) []string {
	return []string{
		"MYSQL_DSN=" + primary,
		"MYSQL_REPLICA_DSNS=" + replicas,
		"API_ISSUER=" + s.issuer.URL,
		"API_RATE=0",
		fmt.Sprintf("API_CALL_LIMIT=%s", callLimit),
		fmt.Sprintf("API_CONNECTIONS=%d", calls),
		fmt.Sprintf("API_PRIMARY_CALLS=%d", calls),
		fmt.Sprintf("API_BREAKER_CALLS=%d", breakerCalls),
		fmt.Sprintf("API_BREAKER_DELAY=%s", breakerDelay),
		fmt.Sprintf("API_STOP_TIMEOUT=%s", stopTimeout),
		"LINK_KEYS=" + linkKeys,
		"LOG_LEVEL=debug", // which says most: see secrets
	}
}

// asReader makes the DSNs those of the user who may only read.
func asReader(dsns ...string) string {
	return strings.ReplaceAll(strings.Join(dsns, " "), "root@", reader+"@")
}

func databaseOf(t testing.TB, dsn string) string {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	return config.DBName
}

// openRoot is a pool for what only a test asks and does.
func openRoot(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	return rig.OpenPool(t, config)
}

// startIssuer serves the keys with which the tests' tokens are checked.
func startIssuer(t testing.TB) *issuer.Issuer {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	made, err := issuer.Open("http://"+server.Listener.Addr().String(), t.TempDir())
	require.NoError(t, err)
	server.Config.Handler = made
	server.Start()
	t.Cleanup(server.Close)
	return made
}

// pause waits, but not longer than ctx.
func pause(ctx context.Context, length time.Duration) {
	select {
	case <-time.After(length):
	case <-ctx.Done():
	}
}
