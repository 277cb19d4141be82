package db

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// another is a creator beside the one of the tests.
const another = 2

// openWithVideo has room, a second creator and video 1 of the first.
func openWithVideo(t *testing.T) *DB {
	t.Helper()
	db := openWithRoom(t)
	require.NoError(t, db.PutCreators(t.Context(), []Creator{{ID: another, Name: "Lee", Email: "lee@example.com", Locale: "en"}}))
	putVideos(t, db, 1)
	return db
}

func ownerOf(t *testing.T, db *DB, video int64) int64 {
	t.Helper()
	return read[int64](t, db, `SELECT creator_id FROM videos WHERE video_id = ?`, video)
}

// hold does the work in a transaction that stays open until it is committed.
func hold(t *testing.T, db *DB, work func(*sqlx.Tx) error) (commit func()) {
	t.Helper()
	tx, err := db.pool.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	require.NoError(t, work(tx))
	return func() { require.NoError(t, tx.Commit()) }
}

func holdStatement(t *testing.T, db *DB, statement string) (commit func()) {
	t.Helper()
	return hold(t, db, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement)
		return err
	})
}

// imported is what an import of video 1 for the other creator gave.
type imported struct {
	refused []Refusal
	err     error
}

// importForAnother begins to import video 1 for the other creator and waits
// until that is blocked.
func importForAnother(t *testing.T, db *DB) <-chan imported {
	t.Helper()
	done := make(chan imported, 1)
	go func() {
		refused, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: another, Title: "a video", DurationSeconds: 60}})
		done <- imported{refused, err}
	}()
	awaitBlocked(t, db, 1)
	return done
}

func requireKept(t *testing.T, db *DB, got imported) {
	t.Helper()
	require.NoError(t, got.err)
	require.Len(t, got.refused, 1)
	require.Equal(t, "creator_id", got.refused[0].Column)
	require.Contains(t, got.refused[0].Reason, "video 1 has been counted since 2024-05-06 with creator_id 1")
	require.EqualValues(t, creator, ownerOf(t, db, 1))
}

func TestR12_AnImportThatWaitedForACountKeepsTheCreator(t *testing.T) {
	db := openWithVideo(t)
	commit := hold(t, db, func(tx *sqlx.Tx) error {
		if _, err := tx.NamedExecContext(t.Context(), `
			INSERT INTO daily_statistics (starts_on, video_id, creator_id, views, self_views, repeat_views, played_seconds, ad_views)
			VALUES (:starts_on, :video_id, :creator_id, :views, :self_views, :repeat_views, :played_seconds, :ad_views)`, line(monday, 1, 1)); err != nil {
			return err
		}
		return fixOwners(t.Context(), tx, countedLines, monday, allVideos)
	})
	done := importForAnother(t, db)

	commit()

	requireKept(t, db, <-done)
}

func TestR12_AnImportThatWaitedForANewVideoLooksAtItAgain(t *testing.T) {
	db := openWithVideo(t)
	exec(t, db, `DELETE FROM videos`)
	commit := holdStatement(t, db, `
		INSERT INTO videos (video_id, creator_id, title, duration_seconds, counted_from)
		VALUES (1, 1, 'a video', 60, '2024-05-06')`)
	done := importForAnother(t, db)

	commit()

	requireKept(t, db, <-done)
}

func TestR2_ACountThatWaitedForAnImportIsNotStoredForTheFormerCreator(t *testing.T) {
	db := openWithVideo(t)
	chunk := plan(t, db, monday)[0]
	before := results(t, db)
	commit := holdStatement(t, db, `UPDATE videos SET creator_id = 2 WHERE video_id = 1`)
	done := make(chan error, 1)
	go func() {
		done <- db.StoreCount(t.Context(), monday, me, chunk, Count{Lines: []StatisticsLine{line(monday, 1, 1)}}, 1)
	}()
	awaitBlocked(t, db, 1)

	commit()

	var changed *settlement.Error
	require.ErrorAs(t, <-done, &changed)
	require.Equal(t, settlement.ErrOwnerChanged, changed.Kind)
	require.Equal(t, ownerChanged(1, creator, another), changed)
	require.Equal(t, before, results(t, db), "nothing is stored")

	store(t, db, monday, chunk, of(another, line(monday, 1, 1))) // counted again
	require.Equal(t, settlement.ChunkCounted, chunksOf(t, db, monday)[0].State)
}

func TestR2_LateViewsAreNotStoredForAFormerCreator(t *testing.T) {
	db := openWithVideo(t)
	chunk := plan(t, db, monday)[0]
	exec(t, db, `UPDATE videos SET creator_id = 2 WHERE video_id = 1`)

	err := db.StoreCount(t.Context(), monday, me, chunk, Count{Adjustments: []Adjustment{adjustment(monday, monday-1, 1, 1)}}, 1)

	require.ErrorIs(t, err, settlement.ErrOwnerChanged)
}

func TestPutVideos_AVideoThatOnlyCameLateKeepsItsCreator(t *testing.T) {
	db := openWithVideo(t)
	chunk := plan(t, db, monday)[0]
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, Count{Adjustments: []Adjustment{adjustment(monday, monday-1, 1, 1)}}, 1))

	refused, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: another, Title: "a video", DurationSeconds: 60}})

	requireKept(t, db, imported{refused, err})
}

func TestPutVideos_AVideoOfWhichNothingCountedKeepsItsCreator(t *testing.T) {
	db := openWithVideo(t)
	counted(t, db, monday, leftOut(monday, 1, 3))

	refused, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: another, Title: "a video", DurationSeconds: 60}})

	requireKept(t, db, imported{refused, err})
}

func TestPutVideos_OfTwoLinesOfOneVideoTheLaterHolds(t *testing.T) {
	db := openWithVideo(t)
	stored, changed := videoInCatalog(t, db, 1), videoInCatalog(t, db, 1)
	changed.CreatorID = another

	for _, last := range []Video{changed, stored} {
		refused, err := db.PutVideos(t.Context(), []Video{stored, changed, last})
		require.NoError(t, err)
		require.Empty(t, refused)
		require.Equal(t, last, videoInCatalog(t, db, 1))
	}
}

func TestSettleChunk_AVideoWithAnotherCreatorThanItWasCountedForIsRefused(t *testing.T) {
	for problem, byHand := range map[string]string{
		"but the catalogue has creator 2 now": `UPDATE videos SET creator_id = 2`,
		"not in the catalogue any more":       `DELETE FROM videos`,
	} {
		t.Run(problem, func(t *testing.T) {
			db := openWithVideo(t)
			counted(t, db, monday, line(monday, 1, 1))
			exec(t, db, byHand)
			rule, err := db.Prices.Version(t.Context(), 1)
			require.NoError(t, err)

			_, err = db.SettleChunk(t.Context(), monday, me, 1, rule)

			require.ErrorContains(t, err, "video 1 was counted for creator 1")
			require.ErrorContains(t, err, problem)
			require.Empty(t, settlementsOf(t, db, monday))
		})
	}
}

func TestR9_AVideoHasOnePlaceWhoeverItWasCountedFor(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 3), line(monday, 2, 5))
	require.NoError(t, db.PutCreators(t.Context(), []Creator{{ID: another, Name: "Lee", Locale: "en"}}))
	rolledUp(t, db, week)
	exec(t, db, `
		INSERT INTO period_videos (kind, starts_on, creator_id, video_id, title, views, self_views, repeat_views, played_seconds, ad_views, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount)
		SELECT kind, starts_on, 2, video_id, title, views, self_views, repeat_views, played_seconds, ad_views, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount
		FROM period_videos
		WHERE video_id = 1`)

	require.NoError(t, db.Rank(t.Context(), week, me))

	top, err := db.TopVideos(t.Context(), week)
	require.NoError(t, err)
	require.Equal(t, []TopVideo{
		{Kind: settlement.Weekly, StartsOn: monday, Metric: MetricPlayedSeconds, Rank: 1, VideoID: 1, Title: "a video", Value: 360},
		{Kind: settlement.Weekly, StartsOn: monday, Metric: MetricPlayedSeconds, Rank: 2, VideoID: 2, Title: "a video", Value: 300},
		{Kind: settlement.Weekly, StartsOn: monday, Metric: MetricViews, Rank: 1, VideoID: 1, Title: "a video", Value: 6},
		{Kind: settlement.Weekly, StartsOn: monday, Metric: MetricViews, Rank: 2, VideoID: 2, Title: "a video", Value: 5},
	}, top)
}

func TestPutVideos_AVideoThatOnlySellsKeepsItsCreator(t *testing.T) {
	db := openWithVideo(t)
	chunk := plan(t, db, monday)[0]
	require.NoError(t, db.StoreCount(t.Context(), monday, me, chunk, settledRows(monday, 1), 1))

	refused, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: another, Title: "a video", DurationSeconds: 60}})

	requireKept(t, db, imported{refused, err})
}

func TestPaymentsAreNotStoredForAFormerCreator(t *testing.T) {
	db := openWithVideo(t)
	chunk := plan(t, db, monday)[0]
	exec(t, db, `UPDATE videos SET creator_id = 2 WHERE video_id = 1`)

	err := db.StoreCount(t.Context(), monday, me, chunk, settledRows(monday, 1), 1)

	require.ErrorIs(t, err, settlement.ErrOwnerChanged)
	require.Zero(t, read[int64](t, db, `SELECT COUNT(*) FROM daily_payments`))
}
