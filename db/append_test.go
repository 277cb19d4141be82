package db

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestAppendViews_AgainChangesNothing(t *testing.T) {
	db := openMigrated(t)
	batch := views(monday, 1, 3)
	watch(t, db, batch...)

	added, refused, err := db.AppendViews(t.Context(), batch)

	require.NoError(t, err)
	require.Zero(t, added)
	require.Empty(t, refused)
	require.Equal(t, []int64{3}, rowsOf(t, db, monday, monday))
}

func TestAppendViews_AgainChangesNothingWhateverTheDSNSays(t *testing.T) {
	dsn := devtest.Database(t) + "?clientFoundRows=true"
	db, err := Open(t.Context(), dsn, 2)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Migrate(t.Context(), seoul)
	require.NoError(t, err)
	watch(t, db, view(monday, 1, 0))

	added, _, err := db.AppendViews(t.Context(), []daylog.View{view(monday, 1, 0)})

	require.NoError(t, err)
	require.Zero(t, added)
}

func TestAppendViews_AddsWhatIsNewInABatch(t *testing.T) {
	db := openMigrated(t)
	watch(t, db, views(monday, 1, 2)...)

	added, refused, err := db.AppendViews(t.Context(), views(monday, 1, 5))

	require.NoError(t, err)
	require.EqualValues(t, 3, added.Rows)
	require.Empty(t, refused)
}

func TestAppendViews_AViewThatIsThereWithOtherFiguresIsRefused(t *testing.T) {
	db := openMigrated(t)
	stored := views(monday, 1, 3)
	watch(t, db, stored...)
	batch := views(monday, 1, 4)
	batch[0].PlayedSeconds++
	batch[2].AdViews++

	added, refused, err := db.AppendViews(t.Context(), batch)

	require.NoError(t, err)
	require.EqualValues(t, 1, added.Rows)
	require.ElementsMatch(t, []Refusal{{0, "view_id", refusedConflict}, {2, "view_id", refusedConflict}}, refused)
	require.EqualValues(t, 60*4, read[int64](t, db, `SELECT SUM(played_seconds) FROM watch_log`), "what was there stays")
}

func TestAppendViews_TheSameViewTwiceInABatchIsStoredOnce(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	once, other := view(monday, 1, 0), view(monday, 1, time.Minute)

	added, refused, err := db.AppendViews(t.Context(), []daylog.View{once, other, once})

	require.NoError(t, err)
	require.EqualValues(t, 2, added.Rows)
	require.Empty(t, refused)
}

func TestAppendViews_OfTwoFiguresForOneViewInABatchTheFirstHolds(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	first, second := view(monday, 1, 0), view(monday, 1, 0)
	second.PlayedSeconds = 7

	added, refused, err := db.AppendViews(t.Context(), []daylog.View{first, second})

	require.NoError(t, err)
	require.EqualValues(t, 1, added.Rows)
	require.Equal(t, []Refusal{{1, "view_id", refusedConflict}}, refused)
	require.Equal(t, first.PlayedSeconds, read[uint32](t, db, `SELECT played_seconds FROM watch_log`))
}

func TestAppendViews_AViewOfAClosedDayIsStoredAndCameLate(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday+1)
	closed(t, db, monday)

	added, refused, err := db.AppendViews(t.Context(), []daylog.View{view(monday, 1, 0), view(monday+1, 1, 0), view(monday, 2, 0)})

	require.NoError(t, err)
	require.Empty(t, refused)
	require.Equal(t, Appended{Rows: 3, Closed: []settlement.Day{monday}}, added)
	require.Equal(t, []int64{2, 1}, rowsOf(t, db, monday, monday+1))
}

func TestAppendViews_AViewOfADroppedDayIsRefused(t *testing.T) {
	db := openDropped(t)
	late, open := view(monday+1, 1, time.Hour), view(monday+2, 1, 0)

	added, refused, err := db.AppendViews(t.Context(), []daylog.View{late, view(monday, 1, time.Hour), open})

	require.NoError(t, err)
	require.Equal(t, []Refusal{{1, "watched_at", fmt.Sprintf(refusedDropped, "watch log", monday, monday)}}, refused)
	require.Equal(t, Appended{Rows: 2, Closed: []settlement.Day{monday + 1}}, added)
	require.EqualValues(t, 2, read[int64](t, db, `SELECT COUNT(*) FROM watch_log`))
}

// The server empties a partition before it takes it away: a drop that breaks off in between is completed by the next one.
func TestRowsOfADayWhoseDropBrokeOffAreRefused(t *testing.T) {
	db, _ := openOld(t)
	require.NoError(t, db.AddPaymentPartitions(t.Context(), monday, monday))
	exec(t, db, `UPDATE runs SET payments = 1, gross = 1, net = 1 WHERE starts_on = ?`, monday) // that the log does not have any more
	exec(t, db, `ALTER TABLE watch_log TRUNCATE PARTITION p20240506`)

	added, refused, err := db.AppendViews(t.Context(), []daylog.View{view(monday, 1, time.Hour), view(monday+1, 1, 0), view(monday+1, 1, time.Hour)})
	require.NoError(t, err)
	require.Equal(t, []Refusal{
		{0, "watched_at", fmt.Sprintf(refusedDropped, "watch log", monday, monday)},
		{1, "watched_at", fmt.Sprintf(refusedUnjudged, monday)},
	}, refused)
	require.EqualValues(t, 1, added.Rows)
	paid, refused, err := db.AppendPayments(t.Context(), []daylog.Payment{paidRow(monday, 1, 2)})
	require.NoError(t, err)
	require.Equal(t, []Refusal{{0, "paid_at", fmt.Sprintf(refusedDropped, "payments log", monday, monday)}}, refused)
	require.Zero(t, paid.Rows)
}

// Whether it is a repeat only the plays of the dropped day could tell, and without an
// answer the day that posts it could never close.
func TestAppendViews_AViewThatOnlyADroppedDayCouldJudgeIsRefused(t *testing.T) {
	db := openDropped(t)
	soon, anonymous, after := view(monday+1, 1, window-time.Millisecond), view(monday+1, 2, 0), view(monday+1, 1, window)
	anonymous.ViewerID = settlement.Anonymous

	added, refused, err := db.AppendViews(t.Context(), []daylog.View{soon, anonymous, after})

	require.NoError(t, err)
	require.Equal(t, []Refusal{{0, "watched_at", fmt.Sprintf(refusedUnjudged, monday)}}, refused)
	require.Equal(t, Appended{Rows: 2, Closed: []settlement.Day{monday + 1}}, added)
}

// Else appenders that have all connections wait for one another for ever.
func TestAppendViews_TakesOneConnection(t *testing.T) {
	db := openDropped(t)
	db.pool.SetMaxOpenConns(1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	_, refused, err := db.AppendViews(ctx, []daylog.View{view(monday+1, 2, time.Second)})

	require.NoError(t, err)
	require.Len(t, refused, 1, "it was looked up until when views of the day depend on the one before")
}

func TestAppendViews_AViewThatWasJudgedBeforeTheDayBeforeItWasDroppedIsPassedOver(t *testing.T) {
	db := openDropped(t)
	stored := view(monday+1, 1, window-time.Millisecond)
	require.NoError(t, db.pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
		_, _, err := db.Log.Insert(t.Context(), tx, []daylog.View{stored}, []int{0})
		return err
	}))
	other := stored
	other.PlayedSeconds++

	added, refused, err := db.AppendViews(t.Context(), []daylog.View{stored, other})

	require.NoError(t, err)
	require.Equal(t, []Refusal{{1, "view_id", refusedConflict}}, refused)
	require.Zero(t, added.Rows)
}

func TestAppendViews_AViewOfARunningDayIsStored(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	begin(t, db, monday)

	watch(t, db, view(monday, 1, 0))
}

func TestAppendViews_IsAllOrNothing(t *testing.T) {
	db := openMigrated(t)
	addPartitions(t, db, monday, monday)
	// The day after has no partition.
	_, _, err := db.AppendViews(t.Context(), []daylog.View{view(monday, 1, 0), view(monday+1, 1, 0)})

	require.Error(t, err)
	require.Equal(t, []int64{0}, rowsOf(t, db, monday, monday))
}

func TestAppendViews_NoViewsAreNoWork(t *testing.T) {
	added, refused, err := openMigrated(t).AppendViews(t.Context(), nil)
	require.NoError(t, err)
	require.Zero(t, added)
	require.Empty(t, refused)
}

func TestAppendViews_KeepsEveryFigure(t *testing.T) {
	const most, mostSmall = 1<<63 - 1, 1<<32 - 1
	db := openMigrated(t)
	big := daylog.View{
		Day: monday, VideoID: most, ViewerID: most, WatchedAt: seoul.End(monday).UnixMilli() - 1, ViewID: most,
		PlayedSeconds: mostSmall, AdViews: mostSmall,
	}
	watch(t, db, big)

	var plays int
	require.NoError(t, db.Log.Scan(t.Context(), onTime(t, db, monday), allVideos, func() func(settlement.Play) error {
		return func(play settlement.Play) error {
			plays++
			require.Equal(t, playOf(big), play)
			return nil
		}
	}))
	require.Equal(t, 1, plays)
}
