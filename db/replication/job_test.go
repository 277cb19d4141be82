package replication

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

const monday = settlement.Day(19849) // 2024-05-06

func TestTheWholeJobArrivesOnReplicas(t *testing.T) {
	cluster := devtest.Cluster(t)
	primary, replicas := devtest.ReplicatedDatabase(t, cluster)
	b := dbtest.OpenAt(t, primary)
	applied, err := b.DB.Migrate(t.Context(), b.Calendar)
	require.NoError(t, err)
	require.Empty(t, applied, "the second migration")

	b.AddDays(monday, monday+9)
	for video := int64(1); video <= 4; video++ {
		b.AddVideo(1+video%2, db.Video{ID: video, Title: "Title"})
	}
	for day := monday; day < monday+7; day++ {
		for video := int64(1); video <= 4; video++ {
			b.Watch(day, video, 3)
		}
		b.CloseDay(day, 3)
		b.Play(day, 1, dbtest.Viewer+1, b.Calendar.Start(day).Add(20*time.Hour)) // late: the next day posts it
	}
	b.ClosePeriod(settlement.Period{Kind: settlement.Weekly, Start: monday})
	_, err = b.DB.EachDroppable(t.Context(), monday+1, false, func(day db.Droppable) error {
		return b.DB.Drop(t.Context(), day)
	})
	require.NoError(t, err)
	require.NoError(t, b.DB.Log.RemoveEmptyDays(t.Context(), monday+8))

	require.NoError(t, cluster.CatchUp(t.Context()))
	want := contents(t, primary)
	require.Greater(t, len(want), 15)
	for _, replica := range replicas {
		require.Equal(t, want, contents(t, replica))
	}
}

// contents are the definition and the checksum of each table.
func contents(t *testing.T, dsn string) map[string][2]string {
	t.Helper()
	database := open(t, dsn)
	rows, err := database.QueryContext(t.Context(), "SHOW TABLES")
	require.NoError(t, err)
	defer rows.Close()
	found := map[string][2]string{}
	for rows.Next() {
		var table, definition, checksum string
		require.NoError(t, rows.Scan(&table))
		require.NoError(t, database.QueryRowContext(t.Context(), "SHOW CREATE TABLE "+table).Scan(new(string), &definition))
		require.NoError(t, database.QueryRowContext(t.Context(), "CHECKSUM TABLE "+table).Scan(new(string), &checksum))
		found[table] = [2]string{definition, checksum}
	}
	require.NoError(t, rows.Err())
	return found
}

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	database, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, database.Close()) })
	return database
}
