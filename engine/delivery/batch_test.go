package delivery

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// Monday to Sunday, 2024-W19.
const monday, sunday = settlement.Day(19849), settlement.Day(19855)

func TestAPassOverAFewMailsReadsNoOtherStatements(t *testing.T) {
	const creators = 6
	books := dbtest.Open(t)
	books.AddDays(monday, sunday)
	for id := int64(1); id <= creators; id++ {
		books.AddVideo(id, db.Video{ID: id, Title: "v"})
		books.Play(monday, id, dbtest.Viewer, books.Calendar.Start(monday))
	}
	for day := monday; day <= sunday; day++ {
		books.CloseDay(day)
	}
	books.ClosePeriod(monday.Week())
	batch := Batch{DB: books.DB, Week: monday.Week()}
	for unsent, want := range map[string][]int64{"1, 2, 3": {1, 2, 3, 4, 5, 6}, "1, 6": {1, 6}} {
		books.Exec(`UPDATE deliveries SET state = IF(creator_id IN (` + unsent + `), 'pending', 'sent')`)
		mails, err := books.DB.Unsent(t.Context(), monday.Week(), settlement.AllCreators)
		require.NoError(t, err)

		statements, err := batch.statements(t.Context(), settlement.AllCreators, mails)

		require.NoError(t, err)
		require.Equal(t, want, slices.Sorted(maps.Keys(statements)), "unsent: %s", unsent)
		for creator, statement := range statements {
			require.Equal(t, creator, statement.CreatorID)
		}
	}
}
