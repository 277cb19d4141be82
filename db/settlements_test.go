package db

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

func settlementsOf(t *testing.T, db *DB, day settlement.Day) []SettlementLine {
	t.Helper()
	lines, err := db.Settlements(t.Context(), day, allVideos)
	require.NoError(t, err)
	return lines
}

// settled takes a day as far as settlement by the given lines.
func settled(t *testing.T, db *DB, day settlement.Day, lines ...StatisticsLine) Chunk {
	t.Helper()
	return settle(t, db, day, counted(t, db, day, lines...))
}

// closeAsCounted closes a day whatever its partition holds.
func closeAsCounted(t *testing.T, db *DB, day settlement.Day) {
	t.Helper()
	exec(t, db, `UPDATE runs SET state = 'closed' WHERE starts_on = ?`, day)
}

func TestR5_TheGoldenCase(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1)
	views := func(day settlement.Day, n int64) StatisticsLine {
		line := line(day, 1, n)
		line.AdViews = 0
		return line
	}

	first := settled(t, db, monday, views(monday, 550_000))
	closeAsCounted(t, db, monday)
	second := settled(t, db, monday+1, views(monday+1, 600_000))

	require.Equal(t, settlement.Amounts{VideoAmount: 605_000}, first.Amounts)
	require.Equal(t, settlement.Amounts{VideoAmount: 810_000}, second.Amounts)
}

func TestR7_ADayGoesOnWhereTheLastSettledDayEnded(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1)
	settled(t, db, monday, line(monday, 1, 100))
	closeAsCounted(t, db, monday)
	settled(t, db, monday+1) // nobody watched
	closeAsCounted(t, db, monday+1)

	settled(t, db, monday+2, line(monday+2, 1, 10))

	require.Equal(t, []SettlementLine{{
		Day: monday + 2, VideoID: 1, CreatorID: creator,
		Earnings: settlement.Earnings{
			VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 100, ViewsTo: 110, AdViewsFrom: 200, AdViewsTo: 220},
			Amounts:       settlement.Amounts{VideoAmount: 10, AdAmount: 200},
		},
	}}, settlementsOf(t, db, monday+2))
}

func TestR7_EachVideoGoesOnFromADayOfItsOwn(t *testing.T) {
	for name, each := range map[string]int64{"few": 1, "many": fewVideos + 1} { // of each kind
		t.Run(name, func(t *testing.T) {
			db := openWithRoom(t)
			var first, second, third []StatisticsLine
			var videos []Video
			var want []int64
			for i := range each {
				always, once, opened, watchedBefore := 4*i+1, 4*i+2, 4*i+3, 4*i+4
				videos = append(videos, Video{ID: always, CreatorID: creator}, Video{ID: once, CreatorID: creator},
					Video{ID: opened, CreatorID: creator, OpeningViews: 7}, Video{ID: watchedBefore, CreatorID: creator})
				first = append(first, line(monday, always, 10), line(monday, once, 20), line(monday, watchedBefore, 40))
				second = append(second, line(monday+1, always, 100), line(monday+1, watchedBefore, 400))
				third = append(third, line(monday+2, always, 1), line(monday+2, once, 1), line(monday+2, opened, 1))
				want = append(want, 110, 20, 7)
			}
			_, err := db.PutVideos(t.Context(), videos)
			require.NoError(t, err)
			settled(t, db, monday, first...)
			closeAsCounted(t, db, monday)
			settled(t, db, monday+1, second...)
			closeAsCounted(t, db, monday+1)

			settled(t, db, monday+2, third...)

			var begins []int64
			for _, line := range settlementsOf(t, db, monday+2) {
				begins = append(begins, line.ViewsFrom)
			}
			require.Equal(t, want, begins)
		})
	}
}

func TestR6_ANewVideoGoesOnFromItsOpening(t *testing.T) {
	db := openWithRoom(t)
	_, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: creator, OpeningViews: 99_999, OpeningAdViews: 7}})
	require.NoError(t, err)

	settled(t, db, monday, line(monday, 1, 10))

	require.Equal(t, []SettlementLine{{
		Day: monday, VideoID: 1, CreatorID: creator,
		Earnings: settlement.Earnings{
			VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 99_999, ViewsTo: 100_009, AdViewsFrom: 7, AdViewsTo: 27},
			Amounts:       settlement.Amounts{VideoAmount: 11, AdAmount: 200},
		},
	}}, settlementsOf(t, db, monday))
}

func TestR6_TheOpeningIsUsedUpOnce(t *testing.T) {
	db := openWithRoom(t)
	_, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: creator, OpeningViews: 1000}})
	require.NoError(t, err)
	settled(t, db, monday, line(monday, 1, 10))
	closeAsCounted(t, db, monday)

	settled(t, db, monday+1, line(monday+1, 1, 10))

	require.EqualValues(t, 1010, settlementsOf(t, db, monday+1)[0].ViewsFrom)
}

func TestR12_ASettledChunkIsNotSettledAgain(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1)
	chunk := settled(t, db, monday, line(monday, 1, 100))
	before := results(t, db)

	require.Equal(t, chunk, settle(t, db, monday, chunk))

	require.Equal(t, before, results(t, db))
}

func TestR12_AChunkThatIsCountedAgainIsSettledAnewFromTheSamePosition(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1, 2)
	settled(t, db, monday, line(monday, 1, 100), line(monday, 2, 5))
	chunk := chunksOf(t, db, monday)[0]
	require.NoError(t, db.replan(t.Context(), settlement.DailyPeriod(monday), me, []int{1}, nil))
	store(t, db, monday, chunk, line(monday, 1, 110))

	again := settle(t, db, monday, chunk)

	require.Equal(t, settlement.Amounts{VideoAmount: 110, AdAmount: 2200}, again.Amounts)
	lines := settlementsOf(t, db, monday)
	require.Len(t, lines, 1)
	require.EqualValues(t, 0, lines[0].ViewsFrom)
	require.EqualValues(t, 110, lines[0].ViewsTo)
}

func TestSettleChunk_AVideoOfWhichNothingCountedHasNoLine(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1)
	left := line(monday, 1, 0)
	left.SelfViews, left.RepeatViews = 3, 4

	settled(t, db, monday, left)

	require.Empty(t, settlementsOf(t, db, monday))
}

func TestSettleChunk_SettlesItsOwnRange(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1, 10)
	chunks := plan(t, db, monday, 10)
	store(t, db, monday, chunks[0], line(monday, 1, 1))
	store(t, db, monday, chunks[1], line(monday, 10, 2))

	second := settle(t, db, monday, chunks[1])

	require.Equal(t, settlement.Amounts{VideoAmount: 2, AdAmount: 40}, second.Amounts)
	require.Len(t, settlementsOf(t, db, monday), 1)
	require.Equal(t, settlement.ChunkCounted, chunksOf(t, db, monday)[0].State)
	require.Equal(t, second, chunksOf(t, db, monday)[1])
}

func TestSettleChunk_AnyNumberOfLines(t *testing.T) {
	db := openWithRoom(t)
	var lines []StatisticsLine
	var ids []int64
	for video := int64(1); video <= 2*server.RowsPerInsert+1; video++ {
		lines = append(lines, line(monday, video, 1))
		ids = append(ids, video)
	}
	putVideos(t, db, ids...)

	chunk := settled(t, db, monday, lines...)

	require.Len(t, settlementsOf(t, db, monday), len(lines))
	require.EqualValues(t, len(lines), chunk.VideoAmount)
}

func TestSettleChunk_AChunkThatIsNotCountedIsRefused(t *testing.T) {
	db := openWithRoom(t)
	chunk := plan(t, db, monday)[0]
	rule, err := db.Prices.Version(t.Context(), 1)
	require.NoError(t, err)

	_, err = db.SettleChunk(t.Context(), monday, me, chunk.Number, rule)

	require.ErrorContains(t, err, "settle chunk 1 of 2024-05-06: chunk is planned, not counted")
}

func TestR5_OrdinalsThatDoNotFitAreRefused(t *testing.T) {
	db := openWithRoom(t)
	_, err := db.PutVideos(t.Context(), []Video{{ID: 1, CreatorID: creator, OpeningViews: math.MaxInt64}})
	require.NoError(t, err)
	counted(t, db, monday, line(monday, 1, 1))
	rule, err := db.Prices.Version(t.Context(), 1)
	require.NoError(t, err)
	before := results(t, db)

	_, err = db.SettleChunk(t.Context(), monday, me, 1, rule)

	require.ErrorIs(t, err, settlement.ErrOutOfRange)
	require.ErrorContains(t, err, "price video 1")
	require.Equal(t, before, results(t, db))
}

// What videos have earned for years must not make their next day slower.
func TestR7_WhereAVideosLastDayEndedIsFoundWithoutReadingTheOthers(t *testing.T) {
	for name, videos := range map[string]int64{"few": 3, "many": fewVideos + 2} {
		t.Run(name, func(t *testing.T) {
			db := openToCountReads(t)
			var lines []StatisticsLine
			var ids []int64
			for video := int64(1); video <= videos; video++ {
				ids = append(ids, video)
				lines = append(lines, line(monday, video, 1))
			}
			putVideos(t, db, ids...)
			counted(t, db, monday, lines...)
			readWith := func(days settlement.Day) int64 {
				for day := monday - days; day < monday; day++ {
					last := videos
					if day == monday-1 {
						last = 1 // the others were settled two days before at last
					}
					settledBefore(t, db, day, 1, last)
				}
				return readsOf(t, db, monday, int(videos))
			}
			require.Equal(t, readWith(10), readWith(40))
		})
	}
}

// A platform has far more videos than are watched in a day.
func TestR7_WhereFewVideosEndedIsFoundWithoutLookingAtAllThatWereEverSettled(t *testing.T) {
	db := openToCountReads(t)
	putVideos(t, db, 1, 2, 3)
	counted(t, db, monday, line(monday, 1, 1), line(monday, 2, 1), line(monday, 3, 1))
	settledBefore(t, db, monday-2, 1, 10)
	before := readsOf(t, db, monday, 3)

	settledBefore(t, db, monday-2, 11, 1000)

	require.Equal(t, before, readsOf(t, db, monday, 3))
}

// openToCountReads opens a database of a server that tells what it reads.
func openToCountReads(t *testing.T) *DB {
	t.Helper()
	db := openWithRoom(t)
	if dialect, err := db.pool.Dialect(t.Context()); err != nil || dialect == server.TiDB {
		require.NoError(t, err)
		t.Skip("TiDB does not tell what it reads")
	}
	return db
}

// settledBefore stores a line of one view of each of the videos that has none on the day.
func settledBefore(t *testing.T, db *DB, day settlement.Day, first, last int64) {
	t.Helper()
	for video := first; video <= last; video++ {
		exec(t, db, `
			INSERT IGNORE INTO daily_settlements (starts_on, video_id, creator_id, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount)
			VALUES (?, ?, ?, 0, 1, 0, 0, 0, 0)`, day, video, creator)
	}
}

// readsOf is how many rows and entries the server reads for what is to be priced of the
// day: so many videos, all of which were settled before.
func readsOf(t *testing.T, db *DB, day settlement.Day, videos int) (reads int64) {
	t.Helper()
	exec(t, db, `ANALYZE TABLE daily_settlements`)
	conn, err := db.pool.Connx(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	handlerReads := func() (sum int64) {
		var all []struct {
			Name  string `db:"Variable_name"`
			Reads int64  `db:"Value"`
		}
		require.NoError(t, conn.SelectContext(t.Context(), &all, `SHOW SESSION STATUS LIKE 'Handler_read%'`))
		for _, one := range all {
			sum += one.Reads
		}
		return sum
	}
	before := handlerReads()
	found, err := db.countedVideos(t.Context(), conn, day, allVideos)
	require.NoError(t, err)
	require.Len(t, found, videos)
	for _, video := range found {
		require.EqualValues(t, 1, video.UsedViews)
	}
	return handlerReads() - before
}
