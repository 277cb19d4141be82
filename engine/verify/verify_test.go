package verify

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/server"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestDay_FindsNothingInBooksAsTheyWereClosed(t *testing.T) {
	b := openPosted(t)

	for day := monday; day <= monday+1; day++ {
		found, err := Day(t.Context(), b.DB, day, 2)

		require.NoError(t, err)
		require.Len(t, found.Chunks, 2)
		require.Zero(t, found.Bad())
		require.Empty(t, found.Differences)
	}
}

func TestDay_RecomputesByWhatTheRunRecorded(t *testing.T) {
	b := openPosted(t)
	b.Exec(`INSERT INTO creators (creator_id, name, email, locale) VALUES (1000, '', '', 'ko')`)
	b.Exec(`UPDATE videos SET creator_id = 1000 WHERE video_id = 2`) // the viewer: all would be self views
	b.Exec(`INSERT INTO price_rules (version, holds_from) VALUES (2, '2024-05-06')`)
	b.Exec(`INSERT INTO price_tiers (version, paid_for, from_ordinal, unit_price) VALUES (2, 'views', 1, 50000), (2, 'ad_views', 1, 50000)`)

	for day := monday; day <= monday+1; day++ {
		found, err := Day(t.Context(), b.DB, day, 2)

		require.NoError(t, err)
		require.Empty(t, found.Differences)
	}
}

func TestDay_NamesEveryFigureThatARowMadeDifferent(t *testing.T) {
	b := openPosted(t)
	b.Exec(`DELETE FROM watch_log WHERE video_id = 1 AND watched_at = '2024-05-05 15:02:00'`)
	b.Exec(`UPDATE adjustments SET ad_amount = 11`)

	found, err := Day(t.Context(), b.DB, monday, 2)

	require.NoError(t, err)
	require.Equal(t, 1, found.Bad())
	require.Equal(t, "1 row missing", found.Chunks[0].Verdict())
	require.Equal(t, []Difference{
		{"video 1", "views", "3", "2"},
		{"video 1", "played seconds", "30", "20"},
		{"video 1", "ad views", "3", "2"},
		{"video 1", "views to", "3", "2"},
		{"video 1", "ad views to", "3", "2"},
		{"video 1", "video amount", "₩3", "₩2"},
		{"video 1", "ad amount", "₩30", "₩20"},
		{"day 2024-05-06", "views", "6", "5"},
		{"day 2024-05-06", "played seconds", "60", "50"},
		{"day 2024-05-06", "ad views", "6", "5"},
		{"day 2024-05-06", "video amount", "₩6", "₩5"},
		{"day 2024-05-06", "ad amount", "₩60", "₩50"},
		{"top 1 by views", "video", "1", "2"},
		{"top 2 by views", "video", "2", "1"},
		{"top 2 by views", "value", "3", "2"},
		{"top 1 by played_seconds", "video", "1", "2"},
		{"top 2 by played_seconds", "video", "2", "1"},
		{"top 2 by played_seconds", "value", "30", "20"},
	}, found.Differences)

	posting, err := Day(t.Context(), b.DB, monday+1, 2)
	require.NoError(t, err)
	require.Equal(t, []Difference{{"video 2, late views of 2024-05-06", "ad amount", "₩11", "₩10"}}, posting.Differences)
}

func TestDay_IsRefusedWithoutTheRowsThatItNeeds(t *testing.T) {
	b := openPosted(t)
	_, err := Day(t.Context(), b.DB, monday+2, 2)
	require.ErrorIs(t, err, settlement.ErrNotClosed)

	b.Exec(`ALTER TABLE watch_log DROP PARTITION p20240506`)

	_, err = Day(t.Context(), b.DB, monday, 2)
	require.ErrorIs(t, err, settlement.ErrMissing)
	require.EqualError(t, err, "2024-05-06 cannot be verified: the watch log has no partition for it any more, its rows were dropped")
	_, err = Day(t.Context(), b.DB, monday+1, 2)
	require.ErrorIs(t, err, settlement.ErrMissing)
	require.EqualError(t, err, "2024-05-07 cannot be verified: which of its views are repeats depends on plays of 2024-05-06 across midnight, and those rows were dropped")
}

func TestDay_PricesByTheOrdinalsOfTheDaysBefore(t *testing.T) {
	b := dbtest.Open(t)
	b.AddVideo(1, db.Video{ID: 1, OpeningViews: 99_998})
	b.AddDays(monday, monday+1)
	b.Watch(monday, 1, 2)
	b.Watch(monday+1, 1, 10)
	b.CloseDay(monday)
	require.EqualValues(t, 11, b.CloseDay(monday+1).VideoAmount)

	found, err := Day(t.Context(), b.DB, monday+1, 1)

	require.NoError(t, err)
	require.Empty(t, found.Differences)
}

func TestDay_TellsOnlyWhatThePrimarySays(t *testing.T) {
	b := openPosted(t)
	b.Pay(b.Payment(monday+2, 1, 1, 1_000, 0))
	b.AddDays(monday+2, monday+2)
	b.Watch(monday+2, 1, 1)
	b.CloseDay(monday+2, 2)
	dsn := devtest.Database(t)
	dbtest.OpenAt(t, dsn).AddDays(monday, monday+2)
	empty, err := server.OpenToScan(dsn, 4)
	require.NoError(t, err)
	t.Cleanup(func() { _ = empty.Close() })
	asked := atomic.Int64{}
	scanned := b.DB.ScannedOn(func(_ context.Context, read func(*server.Pool) error) bool {
		asked.Add(1)
		return read(empty) == nil
	})

	for day := monday; day <= monday+2; day++ {
		want, err := Day(t.Context(), b.DB, day, 2)
		require.NoError(t, err)
		require.Empty(t, want.Differences)
		require.Zero(t, asked.Load())

		found, err := Day(t.Context(), scanned, day, 2)

		require.NoError(t, err)
		require.Equal(t, want, found)
		require.Positive(t, asked.Swap(0))
	}
}
