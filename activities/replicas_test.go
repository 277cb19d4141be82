package activities

import (
	"log/slog"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/db/probe"
	"creatorpay/db/replication"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// withReplicas scans the replicas of the database. lie changes all of them, and nobody
// but who looks at the rows can tell.
func withReplicas(t *testing.T) (b *bundle, lie func(statement string)) {
	t.Helper()
	cluster := devtest.Cluster(t)
	primary, dsns := devtest.ReplicatedDatabase(t, cluster)
	b = setupOn(t, dbtest.OpenAt(t, primary))
	replicas, err := replication.OpenScans(primary, dsns, 1, probe.CheckReads, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(replicas.Close)
	b.activities.Replicas = replicas
	config, err := mysql.ParseDSN(primary)
	require.NoError(t, err)
	require.NoError(t, cluster.CatchUp(t.Context())) // with all tables, for which no scan would wait
	return b, func(statement string) {
		t.Helper()
		require.NoError(t, cluster.CatchUp(t.Context()))
		for _, replica := range cluster.Replicas {
			require.NoError(t, replica.Change(t.Context(), config.DBName, statement))
		}
	}
}

// planOf plans the day and returns what its only chunk is counted by.
func (b *bundle) planOf() ChunkInput {
	b.Helper()
	b.begun()
	plan, err := run[PlanResult](b, b.activities.PlanDay, PlanDayInput{Day: day, ChunkRows: 1000, MaxChunks: 10})
	require.NoError(b, err)
	require.NotEmpty(b, plan.Position)
	return ChunkInput{Day: day, Chunk: 1, Position: plan.Position}
}

func (b *bundle) countedRows(input ChunkInput) int64 {
	b.Helper()
	counted, err := run[CountChunkResult](b, b.activities.CountChunk, input)
	require.NoError(b, err)
	return counted.Rows
}

func (b *bundle) checked() (again []int) {
	b.Helper()
	check, err := run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day})
	require.NoError(b, err)
	return check.Again
}

func TestR10_RowsThatReplicasLackAreCountedOnThePrimary(t *testing.T) {
	b, lie := withReplicas(t)
	b.play(day, 1, viewer, time.Hour)
	b.play(day, 2, viewer, time.Hour)
	b.Pay(b.Payment(day, 1, 1, 1_000, 0), b.Payment(day, 1, 2, 1_000, 0))
	chunk := b.planOf()
	lie(`DELETE FROM watch_log WHERE video_id = 2`)
	lie(`DELETE FROM payments WHERE payment_id = 2`)

	require.EqualValues(t, 2, b.countedRows(chunk), "on a replica")
	require.Equal(t, []int{1}, b.checked())
	require.EqualValues(t, 4, b.countedRows(chunk))
	require.Empty(t, b.checked())
}

func TestARowThatOnlyReplicasHaveIsNotPaid(t *testing.T) {
	b, lie := withReplicas(t)
	b.play(day, 1, viewer, time.Hour)
	chunk := b.planOf()
	lie(`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES ('2024-05-09', 2, 5, '2024-05-09 01:00:00', 99, 10, 1)`)

	require.EqualValues(t, 2, b.countedRows(chunk), "on a replica")
	require.Equal(t, []int{1}, b.checked())
	require.EqualValues(t, 1, b.countedRows(chunk))
	require.NotContains(t, b.statistics(), int64(2))
}

func TestOnlyThePrimaryMaySayThatRowsAreBad(t *testing.T) {
	b, lie := withReplicas(t)
	b.play(day, 1, viewer, time.Hour)
	b.Pay(b.Payment(day, 1, 1, 1_000, 0))
	chunk := b.planOf()
	lie(`UPDATE watch_log SET watched_at = '2024-05-11 00:00:00'`) // of another day
	lie(`UPDATE payments SET amount = 0`)

	require.EqualValues(t, 2, b.countedRows(chunk))

	require.Empty(t, b.checked())
	lines, err := b.DB.PaymentLines(t.Context(), day, settlement.Range{})
	require.NoError(t, err)
	require.EqualValues(t, 1_000, lines[0].Gross)
}
