package audit

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/settlement"
)

func TestAudit_EveryInvariantHoldsInUntouchedBooks(t *testing.T) {
	f := openClosed(t)
	var names []string

	for _, result := range f.audit(t, monday, sunday) {
		require.Empty(t, result.Findings, result.Name)
		names = append(names, result.Name)
	}

	require.Len(t, names, len(invariants()))
}

func TestAudit_LooksAtTheRangeOnly(t *testing.T) {
	f := openClosed(t)
	f.exec(t, `UPDATE daily_settlements SET views_from = 4, views_to = 7 WHERE starts_on = '2024-05-29' AND video_id = 2`)
	f.reseal(t)

	require.Empty(t, f.findings(t, monday, monday+1))
	require.Equal(t, []string{"ordinals: 2024-05-30, video 2: views begin after 6, but 7 were paid before"},
		f.findings(t, monday+3, monday+100))
}

func TestAudit_BoundsWhatItNames(t *testing.T) {
	f := openClosed(t)
	f.exec(t, `UPDATE daily_settlements SET ad_amount = ad_amount + 1`)

	for _, result := range f.audit(t, monday, sunday) {
		if result.Name == "amounts" {
			require.Len(t, result.Findings, findingsNamed)
			require.Equal(t, 23-findingsNamed, result.More)
		}
	}
}

func TestAudit_OfNoClosedDayIsRefused(t *testing.T) {
	f := openMigrated(t)

	_, err := Run(t.Context(), f.DB, monday, monday+1, true)

	require.ErrorIs(t, err, settlement.ErrNothing)
}

func TestAudit_TellsTheirPeriodsToPrograms(t *testing.T) {
	f := openClosed(t)
	f.exec(t, `UPDATE runs SET ad_views = ad_views + 1 WHERE kind = 'weekly'`)

	for _, result := range f.audit(t, monday, sunday) {
		for _, finding := range result.Findings {
			require.Equal(t, monday.Week(), finding.Period)
		}
		require.Equal(t, result.Name == "totals" || result.Name == "unchanged", len(result.Findings) > 0, result.Name)
	}
}

func TestAudit_NeedsOneConnectionOnly(t *testing.T) {
	f := openClosed(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, connections := range []int{1, 2} {
		books, err := db.Open(ctx, f.dsn, connections)
		require.NoError(t, err)
		results, err := Run(ctx, books, monday, sunday, true)
		require.NoError(t, err)
		require.Len(t, results, len(invariants()))
		require.NoError(t, books.Close())
	}
}
