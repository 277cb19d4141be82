package generate

import (
	"context"
	"database/sql"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// setup gives a migrated database, and a connection to look into it.
func setup(t *testing.T) (*db.DB, *sql.DB) {
	dsn := devtest.Database(t)
	database, err := db.Open(t.Context(), dsn, connections)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, database.Close()) })
	_, err = database.Migrate(t.Context(), seoul(t))
	require.NoError(t, err)
	raw, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, raw.Close()) })
	return database, raw
}

// plays reads the day back.
func plays(t *testing.T, database *db.DB, day settlement.Day) []settlement.Play {
	var stored []settlement.Play
	require.NoError(t, database.Log.Scan(t.Context(), daylog.OnTime{Day: day}, settlement.Range{}, func() func(settlement.Play) error {
		return func(play settlement.Play) error {
			stored = append(stored, play)
			return nil
		}
	}))
	return stored
}

func TestRunStoresEveryView(t *testing.T) {
	database, _ := setup(t)
	options := usual(t)
	report, err := Run(t.Context(), database, options, nil)
	require.NoError(t, err)
	require.Equal(t, options.ViewsPerDay*int64(options.Days), report.Added)
	for number, one := range generateAll(options, seoul(t)) {
		require.Equal(t, one.figures, report.Days[number])
		stored := plays(t, database, one.figures.Day)
		require.Len(t, stored, len(one.views))
		for i, view := range one.views {
			require.Equal(t, settlement.Play{
				VideoID:       view.VideoID,
				ViewerID:      view.ViewerID,
				StartedAt:     view.WatchedAt,
				ViewID:        view.ViewID,
				PlayedSeconds: int64(view.PlayedSeconds),
				AdViews:       int64(view.AdViews),
			}, stored[i])
		}
	}
}

func TestRunAgainChangesNothing(t *testing.T) {
	database, raw := setup(t)
	first, err := Run(t.Context(), database, usual(t), nil)
	require.NoError(t, err)
	before := checksums(t, raw)
	again, err := Run(t.Context(), database, usual(t), nil)
	require.NoError(t, err)
	require.Zero(t, again.Added)
	require.Equal(t, first.Days, again.Days)
	require.Equal(t, before, checksums(t, raw))
}

func checksums(t *testing.T, raw *sql.DB) map[string]int64 {
	rows, err := raw.QueryContext(t.Context(), `CHECKSUM TABLE creators, videos, watch_log`)
	require.NoError(t, err)
	defer rows.Close()
	sums := map[string]int64{}
	for rows.Next() {
		var table string
		var sum int64
		require.NoError(t, rows.Scan(&table, &sum))
		sums[table] = sum
	}
	require.NoError(t, rows.Err())
	return sums
}

func TestRunCompletesWhatACancelledOneBegan(t *testing.T) {
	database, _ := setup(t)
	options := usual(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, database, options, func(int64) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
	report, err := Run(t.Context(), database, options, nil)
	require.NoError(t, err)
	require.Positive(t, report.Added)
	require.Less(t, report.Added, options.ViewsPerDay*int64(options.Days))
	for _, one := range generateAll(options, seoul(t)) {
		require.Len(t, plays(t, database, one.figures.Day), len(one.views))
	}
}

func TestRunTellsItsProgress(t *testing.T) {
	database, _ := setup(t)
	options := usual(t)
	var last int64
	_, err := Run(t.Context(), database, options, func(views int64) {
		require.Greater(t, views, last)
		last = views
	})
	require.NoError(t, err)
	require.Equal(t, options.ViewsPerDay*int64(options.Days), last)
}

func TestRunRefusesAClosedDay(t *testing.T) {
	database, raw := setup(t)
	options := usual(t)
	_, err := raw.ExecContext(t.Context(), `
		INSERT INTO runs (kind, starts_on, version, state, fence, workflow_id, holder, price_rule, repeat_window_ms, failure, began_at)
		VALUES ('daily', ?, 1, 'closed', 1, 'daily:2024-05-07', 'run', 1, 30000, '', ?)`,
		options.From+1, time.Unix(0, 0).UTC())
	require.NoError(t, err)
	_, err = Run(t.Context(), database, options, nil)
	require.ErrorContains(t, err, "2024-05-07")
	require.ErrorContains(t, err, "is closed")
	emails, err := database.Emails(t.Context(), 1, math.MaxInt64)
	require.NoError(t, err)
	require.Empty(t, emails)
}

func TestRunReplacesNoCreatorWhoWasNotGenerated(t *testing.T) {
	database, _ := setup(t)
	kim := db.Creator{ID: 2, Name: "Kim", Email: "kim@example.org", Locale: "ko"}
	require.NoError(t, database.PutCreators(t.Context(), []db.Creator{kim}))

	_, err := Run(t.Context(), database, usual(t), nil)

	require.ErrorContains(t, err, "creator 2 is there already and was not generated")
	emails, err := database.Emails(t.Context(), 1, math.MaxInt64)
	require.NoError(t, err)
	require.Equal(t, map[int64]string{2: kim.Email}, emails)
}

func TestRunRefusesBadOptions(t *testing.T) {
	database, _ := setup(t)
	options := usual(t)
	options.Days = 0
	_, err := Run(t.Context(), database, options, nil)
	require.ErrorContains(t, err, "days is 0")
}
