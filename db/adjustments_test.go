package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// adjustment is what so many counted late views of a minute and two ad views each
// come to, of a video that is below the first tier.
func adjustment(posted, watched settlement.Day, video, views int64) Adjustment {
	return Adjustment{
		PostedOn: posted, WatchedOn: watched, VideoID: video, CreatorID: creator,
		Statistics: settlement.Statistics{Views: views, PlayedSeconds: 60 * views, AdViews: 2 * views},
		Earnings:   settlement.Earnings{Amounts: settlement.Amounts{VideoAmount: settlement.Won(views), AdAmount: settlement.Won(20 * views)}},
	}
}

// adjustmentLeftOut is an adjustment of late repeat views, of which none counted.
func adjustmentLeftOut(posted, watched settlement.Day, video, repeats int64) Adjustment {
	leftOut := adjustment(posted, watched, video, 0)
	leftOut.RepeatViews = repeats
	return leftOut
}

// postAdjustments enters the adjustments as posted by their closed days, before any later
// day is settled, and pays them. It gives their figures in the order of the
// export.
func postAdjustments(t *testing.T, db *DB, adjustments ...Adjustment) []Adjustment {
	t.Helper()
	for i := range adjustments {
		a := &adjustments[i]
		if a.Views > 0 {
			a.ViewsFrom = read[int64](t, db, `SELECT COALESCE(MAX(views_to), 0) FROM daily_settlements WHERE video_id = ?`, a.VideoID)
			a.AdViewsFrom = read[int64](t, db, `SELECT COALESCE(MAX(ad_views_to), 0) FROM daily_settlements WHERE video_id = ?`, a.VideoID)
			a.ViewsTo, a.AdViewsTo = a.ViewsFrom+a.Views, a.AdViewsFrom+a.AdViews
			exec(t, db, `
				INSERT INTO daily_settlements (starts_on, video_id, creator_id, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON DUPLICATE KEY UPDATE
					views_to = VALUES(views_to),
					ad_views_to = VALUES(ad_views_to),
					video_amount = video_amount + VALUES(video_amount),
					ad_amount = ad_amount + VALUES(ad_amount)`,
				a.PostedOn, a.VideoID, a.CreatorID, a.ViewsFrom, a.ViewsTo, a.AdViewsFrom, a.AdViewsTo, a.VideoAmount, a.AdAmount)
		}
		_, err := db.pool.NamedExecContext(t.Context(), `
			INSERT INTO adjustments (`+adjustmentColumns.List()+`)
			VALUES (`+adjustmentColumns.Named()+`)`, a)
		require.NoError(t, err)
		exec(t, db, `
			UPDATE runs
			SET
				late_rows = late_rows + ?,
				late_views = late_views + ?,
				video_amount = video_amount + ?,
				ad_amount = ad_amount + ?
			WHERE kind = 'daily' AND starts_on = ?`, a.Rows(), a.Views, a.VideoAmount, a.AdAmount, a.PostedOn)
	}
	return adjustments
}

func adjustmentsOf(t *testing.T, db *DB, period settlement.Period, creators settlement.Creators) []Adjustment {
	t.Helper()
	adjustments, err := db.Adjustments(t.Context(), period, Lines{Creators: creators})
	require.NoError(t, err)
	return adjustments
}

func TestAdjustments_OfAPeriodAreThoseThatItsDaysPosted(t *testing.T) {
	db := openMigrated(t)
	early := postAdjustments(t, db, adjustment(monday-1, monday-3, 1, 1))
	own := postAdjustments(t, db, adjustment(monday, monday-2, 1, 2), adjustment(monday, monday-1, 1, 3), adjustment(monday+6, monday, 1, 4), adjustmentLeftOut(monday+6, monday, 2, 5))
	after := postAdjustments(t, db, adjustment(monday+7, monday, 1, 6))

	require.Equal(t, own[:2], adjustmentsOf(t, db, settlement.DailyPeriod(monday), settlement.AllCreators))
	require.Empty(t, adjustmentsOf(t, db, settlement.DailyPeriod(monday+1), settlement.AllCreators), "no day but the one that posts them has them")
	require.Equal(t, own, adjustmentsOf(t, db, week, settlement.AllCreators))
	may := append(append(append([]Adjustment{}, early...), own[:3]...), after[0], own[3])
	require.Equal(t, may, adjustmentsOf(t, db, monday.Month(), settlement.AllCreators), "by video, then by posting day")
}

func TestAdjustments_AreThoseOfTheRange(t *testing.T) {
	db := openMigrated(t)
	for owner := range int64(4) {
		own := adjustment(monday, monday-1, 10-owner, 1)
		own.CreatorID = owner + 1
		postAdjustments(t, db, own)
	}
	found := adjustmentsOf(t, db, week, settlement.Creators{First: 2, Last: 3})
	require.Len(t, found, 2)
	require.EqualValues(t, 9, found[0].VideoID)
	require.EqualValues(t, 8, found[1].VideoID)
}

func TestR8_AWeekPaysTheLateViewsThatItsDaysPosted(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1, 2, 3)
	addPartitions(t, db, monday-1, monday-1)
	closedWith(t, db, monday-1, line(monday-1, 1, 100))
	postAdjustments(t, db, adjustment(monday-1, monday-2, 1, 1)) // of the week before
	closedWith(t, db, monday, line(monday, 1, 10))
	postAdjustments(t, db, adjustment(monday, monday-2, 1, 2), adjustment(monday, monday-1, 1, 3))
	closedDaysWith(t, db, monday+1, monday+5, line(monday+2, 1, 20))
	closedWith(t, db, monday+6)
	postAdjustments(t, db, adjustment(monday+6, monday+1, 1, 4), adjustment(monday+6, monday+1, 2, 5), adjustmentLeftOut(monday+6, monday+1, 3, 6))

	totals := closedPeriod(t, db, week)

	require.Equal(t, settlement.Totals{
		Statistics: settlement.Statistics{Views: 30, PlayedSeconds: 1800, AdViews: 60},
		Late:       settlement.Late{LateRows: 20, LateViews: 14},
		Amounts:    settlement.Amounts{VideoAmount: 44, AdAmount: 880},
	}, totals)
	require.Equal(t, []PeriodVideo{
		{
			CreatorID: creator, VideoID: 1, Title: "a video",
			VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 101, ViewsTo: 140, AdViewsFrom: 202, AdViewsTo: 280},
			RolledUp: settlement.RolledUp{
				Statistics:     settlement.Statistics{Views: 30, PlayedSeconds: 1800, AdViews: 60},
				LateStatistics: settlement.LateStatistics{LateViews: 9, LatePlayedSeconds: 540, LateAdViews: 18},
				Amounts:        settlement.Amounts{VideoAmount: 39, AdAmount: 780},
			},
		},
		{
			CreatorID: creator, VideoID: 2, Title: "a video",
			VideoOrdinals: settlement.VideoOrdinals{ViewsTo: 5, AdViewsTo: 10},
			RolledUp:      settlement.RolledUp{LateStatistics: settlement.LateStatistics{LateViews: 5, LatePlayedSeconds: 300, LateAdViews: 10}, Amounts: settlement.Amounts{VideoAmount: 5, AdAmount: 100}},
		},
		{CreatorID: creator, VideoID: 3, Title: "a video"},
	}, periodVideos(t, db, week))
	run, err := db.ClosedRun(t.Context(), week)
	require.NoError(t, err)
	require.Equal(t, totals, run.Totals)
}

func TestRollUpChunk_PaysTheLateViewsOfItsOwnVideos(t *testing.T) {
	db := openWithWeek(t, line(monday, 9, 1), line(monday, 10, 1), line(monday, 11, 1))
	postAdjustments(t, db, adjustment(monday+6, monday, 9, 1), adjustment(monday+6, monday, 10, 2), adjustment(monday+6, monday, 11, 3))
	planPeriod(t, db, week, 10, 11)

	chunk := rollUpChunk(t, db, week, 2)

	require.Equal(t, settlement.Late{LateRows: 2, LateViews: 2}, chunk.Late)
	stored, err := db.Chunk(t.Context(), week, 2)
	require.NoError(t, err)
	require.Equal(t, chunk, stored)
}

func TestAStatementIsAlsoOfLateViews(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100), of(2, leftOut(monday, 2, 1)), of(3, leftOut(monday, 3, 1)))
	lateOnly, nothing := adjustment(monday+6, monday, 2, 5), adjustmentLeftOut(monday+6, monday, 3, 6)
	lateOnly.CreatorID, nothing.CreatorID = 2, 3
	postAdjustments(t, db, adjustment(monday+6, monday, 1, 4), lateOnly, nothing)

	closedPeriod(t, db, week)

	require.Equal(t, []Statement{
		{CreatorID: creator, Version: 1, Name: "Kim", Locale: "ko", RolledUp: settlement.RolledUp{
			Statistics:     settlement.Statistics{Views: 100, PlayedSeconds: 6000, AdViews: 200},
			LateStatistics: settlement.LateStatistics{LateViews: 4, LatePlayedSeconds: 240, LateAdViews: 8},
			Amounts:        settlement.Amounts{VideoAmount: 104, AdAmount: 2080},
		}},
		{CreatorID: 2, Version: 1, Name: "Lee", Locale: "en", RolledUp: settlement.RolledUp{
			Statistics:     settlement.Statistics{RepeatViews: 1},
			LateStatistics: settlement.LateStatistics{LateViews: 5, LatePlayedSeconds: 300, LateAdViews: 10},
			Amounts:        settlement.Amounts{VideoAmount: 5, AdAmount: 100},
		}},
	}, statementsOf(t, db, week))
	require.Equal(t, map[int64]string{creator: DeliveryPending, 2: DeliveryPending}, deliveryStates(t, db))
}

func TestR9_LateViewsHaveNoRankInTheTop5(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 3), line(monday, 2, 2))
	postAdjustments(t, db, adjustment(monday+6, monday, 2, 100), adjustment(monday+6, monday, 3, 100))
	putVideos(t, db, 3)
	stated(t, db, week)

	top, err := db.TopVideos(t.Context(), week)
	require.NoError(t, err)

	require.Len(t, top, 4, "two videos by two metrics")
	require.EqualValues(t, 1, top[2].VideoID)
	require.EqualValues(t, 3, top[2].Value)
}

func TestR8_AWeekWhoseLateViewsAreNotThoseOfItsDaysDoesNotClose(t *testing.T) {
	for _, test := range []struct {
		rule, of, tamper string
	}{
		{"a video's late views", "videos", `UPDATE period_videos SET late_views = late_views + 1`},
		{"an adjustment is missing", "videos", `DELETE FROM adjustments`},
		{"a day's late views", "videos", `UPDATE runs SET late_views = late_views + 1 WHERE kind = 'daily' AND starts_on = '2024-05-12'`},
		{"a day's late rows", "videos", `UPDATE runs SET late_rows = late_rows + 1 WHERE kind = 'daily' AND starts_on = '2024-05-12'`},
		{"a chunk's late views", "videos", `UPDATE run_chunks SET late_views = late_views - 1 WHERE kind = 'weekly'`},
		{"a statement's late views", "statements", `UPDATE statements SET late_views = late_views - 1`},
	} {
		t.Run(test.rule, func(t *testing.T) {
			db := openWithWeek(t, line(monday, 1, 100))
			postAdjustments(t, db, adjustment(monday+6, monday, 1, 4))
			stated(t, db, week)
			exec(t, db, test.tamper)

			_, err := db.ClosePeriod(t.Context(), week, me)

			require.ErrorIs(t, err, settlement.ErrNotTheSum)
			require.ErrorContains(t, err, "its "+test.of+" come to")
		})
	}
}
