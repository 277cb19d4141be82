package audit

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestAudit_EveryInvariantHoldsInUntouchedBooks(t *testing.T) {
	b := openClosed(t)
	var names []string

	for _, result := range b.audit(monday, sunday) {
		require.Empty(t, result.Findings, result.Name)
		names = append(names, result.Name)
	}

	require.Len(t, names, len(invariants()))
}

func TestAudit_LooksAtTheRangeOnly(t *testing.T) {
	b := openClosed(t)
	b.Exec(`UPDATE daily_settlements SET views_from = 4, views_to = 7 WHERE starts_on = '2024-05-29' AND video_id = 2`)
	b.reseal()

	require.Empty(t, b.findings(monday, monday+1))
	require.Equal(t, []string{"ordinals: 2024-05-30, video 2: views begin after 6, but 7 were paid before"},
		b.findings(monday+3, monday+100))
}

func TestAudit_BoundsWhatItNames(t *testing.T) {
	b := openClosed(t)
	b.Exec(`UPDATE daily_settlements SET ad_amount = ad_amount + 1`)

	for _, result := range b.audit(monday, sunday) {
		if result.Name == "amounts" {
			require.Len(t, result.Findings, findingsNamed)
			require.Equal(t, 23-findingsNamed, result.More)
		}
	}
}

func TestAudit_OfNoClosedDayIsRefused(t *testing.T) {
	b := dbtest.Open(t)

	_, err := Run(t.Context(), b.DB, monday, monday+1, true)

	require.ErrorIs(t, err, settlement.ErrNothing)
}

func TestAudit_TellsTheirPeriodsToPrograms(t *testing.T) {
	b := openClosed(t)
	b.Exec(`UPDATE runs SET ad_views = ad_views + 1 WHERE kind = 'weekly'`)

	for _, result := range b.audit(monday, sunday) {
		for _, finding := range result.Findings {
			require.Equal(t, monday.Week(), finding.Period)
		}
		require.Equal(t, result.Name == "totals" || result.Name == "unchanged", len(result.Findings) > 0, result.Name)
	}
}

func TestAudit_NeedsOneConnectionOnly(t *testing.T) {
	dsn := devtest.Database(t)
	b := books{dbtest.OpenAt(t, dsn)}
	b.closeAllKinds()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, connections := range []int{1, 2} {
		database, err := db.Open(ctx, dsn, connections)
		require.NoError(t, err)
		results, err := Run(ctx, database, monday, sunday, true)
		require.NoError(t, err)
		require.Len(t, results, len(invariants()))
		require.NoError(t, database.Close())
	}
}
