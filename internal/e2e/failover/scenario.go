package failover

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"

	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
)

const (
	chunkRows = "10"
	// slots are as many as the chunks that a run counts at a time by default: those that are
	// kept from being stored must leave room for the others.
	slots = 16
)

// requireNoLineDiffers loses the primary when some of a day's chunks are counted, and holds this day and the next one
// against the oracle. refusal is what a step of the run says of the candidate before it takes writes; it is waited for unless
// it is empty.
func requireNoLineDiffers(t *testing.T, cluster servers, refusal string) {
	t.Helper()
	random := rig.NewRandom(t)
	p := rig.FewPlays(random, rig.Today, 3)
	rig.RandomPayments(random, p, rig.Today, rig.DayAfterTomorrow, false)
	prepare(t, cluster.writing())
	balancer := startBalancer(t, cluster.writing())
	s := rig.NewOn(t, through(t, balancer, dsnOf(t, cluster.writing())), devtest.Temporal(t))
	s.Migrate(p)
	s.Load(p)
	s.StartWorker(fmt.Sprintf("WORKER_SLOTS=%d", slots))
	plays := insertPlays(t, s.SQL, p, rig.Tomorrow)

	counting := s.LockCounting()
	run := s.BeginDay(rig.Today, "--chunk-rows", chunkRows)
	rig.WaitUntil(t, "chunks wait to be counted", func() bool { return s.WaitingForVideos() >= slots/2 })
	chunks := s.Chunks(rig.Today)
	counted := chunks - holdChunks(t, s, chunks/2)
	require.Positive(t, counted)
	counting.Release()
	rig.WaitUntil(t, "the others are counted", func() bool { return countedChunks(t.Context(), s) == counted })
	plays.waitForMore(t)

	cluster.killPrimary(t, plays)
	killed := time.Now()
	candidate := cluster.candidate(t, s)
	balancer.LeadTo(addressOf(t, candidate))
	if refusal != "" {
		s.WaitUntilFailed(rig.Today, refusal)
	}
	cluster.takeOver(t, s, candidate)
	taken := time.Since(killed)
	rig.WaitUntil(t, "another chunk is counted", func() bool { return countedChunks(t.Context(), s) > counted })
	next := time.Since(killed)
	run.Wait().RequireSuccess()
	t.Logf("of %d chunks %d were counted when the primary was killed; writes were taken again after %s, the next chunk was counted after %s, and the day was closed after %s",
		chunks, counted, taken.Round(time.Millisecond), next.Round(time.Millisecond), time.Since(killed).Round(time.Millisecond))

	plays.waitForMore(t)
	plays.stop()
	lost := plays.addFound(s, p)
	t.Logf("%d plays were acknowledged, and all of them are there; of the others %d are not; errors: %v", plays.acknowledged(), lost, plays.errors)
	for _, failure := range failuresOf(s, "daily:"+rig.Today) {
		t.Logf("a step was tried again after: %s", failure)
	}
	days := p.Settle(rig.Today, rig.Tomorrow)
	s.RequireSettled(days[0])
	s.RunDay(rig.Tomorrow, "--chunk-rows", chunkRows).RequireSuccess()
	follower := s.On(dsnOf(t, cluster.follower(t, candidate)))
	for _, day := range days {
		s.RequireSettled(day)
		s.Starter("verify", "--date", day.Start).RequireSuccess()
		follower.RequireSettled(day)
	}
	s.Starter("audit", "--from", rig.Today, "--to", rig.Tomorrow).RequireSuccess()
}

// startBalancer starts what leads programs to the server that takes the writes, as a
// balancer does.
func startBalancer(t *testing.T, server *devstack.MySQL) *faultproxy.Proxy {
	t.Helper()
	balancer, err := faultproxy.Start(t.Context(), addressOf(t, server), nil, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, balancer.Stop()) })
	return balancer
}

// through is the DSN that leads through the balancer.
func through(t *testing.T, balancer *faultproxy.Proxy, dsn string) string {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	config.Addr = balancer.Addr
	return config.FormatDSN()
}

// holdChunks keeps today's chunks behind the first few from being stored on the server that takes the writes now, but those that
// are being stored already, and tells how many they are.
func holdChunks(t *testing.T, s *rig.System, first int) (held int) {
	t.Helper()
	// Other levels also lock rows that are only looked at.
	session, err := s.SQL.BeginTx(context.WithoutCancel(t.Context()), &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	require.NoError(t, err)
	t.Cleanup(func() { _ = session.Rollback() }) // its server is gone
	rows, err := session.QueryContext(t.Context(), `
		SELECT chunk
		FROM run_chunks
		WHERE kind = 'daily' AND starts_on = ? AND version = 1 AND chunk > ?
		FOR UPDATE SKIP LOCKED`, rig.Today, first)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		held++
	}
	require.NoError(t, rows.Err())
	require.Positive(t, held)
	return held
}

// countedChunks is how many chunks of today are counted, and 0 while nobody answers.
func countedChunks(ctx context.Context, s *rig.System) (counted int) {
	_ = s.SQL.QueryRowContext(ctx, `SELECT COUNT(*) FROM run_chunks WHERE kind = 'daily' AND starts_on = ? AND state <> 'planned'`, rig.Today).Scan(&counted)
	return counted
}

// failuresOf are the different errors after which steps of the workflow were tried again, as its history keeps the last one of each.
func failuresOf(s *rig.System, workflow string) (failures []string) {
	s.T.Helper()
	for _, event := range s.HistoryOf(&commonpb.WorkflowExecution{WorkflowId: workflow}) {
		if failure := event.GetActivityTaskStartedEventAttributes().GetLastFailure(); failure != nil && !slices.Contains(failures, failure.GetMessage()) {
			failures = append(failures, failure.GetMessage())
		}
	}
	return failures
}
