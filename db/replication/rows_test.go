package replication

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// scannedBooks are books with a day on the cluster, and its replicas.
func scannedBooks(t *testing.T, cluster *devstack.Cluster) (b *dbtest.Books, scans *Scans) {
	t.Helper()
	primary, replicas := devtest.ReplicatedDatabase(t, cluster)
	b = dbtest.OpenAt(t, primary)
	b.AddDays(monday, monday)
	scans, err := OpenScans(primary, replicas, 2, passed, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(scans.Close)
	return b, scans
}

func TestReplicasGiveTheRowsOfThePrimary(t *testing.T) {
	b, scans := scannedBooks(t, devtest.Cluster(t))
	for video := int64(1); video <= 3; video++ {
		b.AddVideo(1, db.Video{ID: video, Title: "Title"})
		b.Watch(monday, video, int(video))
	}
	b.Pay(b.Payment(monday, 1, 1, 1000, time.Hour), b.Payment(monday, 2, 2, 3000, time.Hour))

	scanned := b.DB.ScannedOn(scans.At(scans.Position(t.Context())))

	for range 2 { // each replica
		require.Equal(t, sums(t, b.DB), sums(t, scanned))
		want, err := b.DB.RowsToPlan(t.Context(), monday)
		require.NoError(t, err)
		found, err := scanned.RowsToPlan(t.Context(), monday)
		require.NoError(t, err)
		require.Equal(t, want, found)
	}
}

// sums are the number of the rows of each log and the sum of their checksums.
func sums(t *testing.T, database *db.DB) (sums [4]uint64) {
	t.Helper()
	day := daylog.OnTime{Day: monday}
	views, checksum, err := database.Log.Sum(t.Context(), day, settlement.Range{})
	require.NoError(t, err)
	payments, paymentsChecksum, err := database.Payments.Sum(t.Context(), day, settlement.Range{})
	require.NoError(t, err)
	return [4]uint64{uint64(views), checksum, uint64(payments), paymentsChecksum}
}

// manyRows are more than what connections hold back.
const manyRows = 400 * 400

func TestAReplicaThatIsKilledWhileItIsScannedCostsNoRow(t *testing.T) {
	cluster := devtest.NewCluster(t, 2)
	b, scans := scannedBooks(t, cluster)
	b.Exec(`
		INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
		WITH RECURSIVE n AS (
			SELECT 1 AS i
			UNION ALL
			SELECT i + 1
			FROM n
			WHERE i < 400
		)
		SELECT ?, a.i, b.i, ?, 400 * a.i + b.i, 60, 1
		FROM n a
		JOIN n b`, monday, b.Calendar.Start(monday))
	require.NoError(t, cluster.CatchUp(t.Context()))
	scans.turns.Store(1) // the first one is next
	begun, rows, checksum := 0, 0, uint64(0)

	err := b.DB.ScannedOn(scans.At(scans.Position(t.Context()))).Log.Scan(t.Context(), daylog.OnTime{Day: monday}, settlement.Range{}, func() func(settlement.Play) error {
		begun++
		rows, checksum = 0, 0
		return func(play settlement.Play) error {
			if begun == 1 && rows == 0 {
				require.NoError(t, cluster.Replicas[0].Kill())
			}
			rows++
			checksum += daylog.PlayChecksum(play)
			return nil
		}
	})

	require.NoError(t, err)
	require.Equal(t, 2, begun)
	require.Equal(t, manyRows, rows)
	require.Equal(t, sums(t, b.DB)[1], checksum)
}
