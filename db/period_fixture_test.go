package db

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// week is 2024-W19, the one that monday starts.
var week = monday.Week()

// closedWith settles the day by the lines and closes it, whatever its partition
// holds.
func closedWith(t *testing.T, db *DB, day settlement.Day, lines ...StatisticsLine) settlement.Totals {
	t.Helper()
	chunk := settled(t, db, day, lines...)
	tx, err := db.pool.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, markClosed(t.Context(), tx, settlement.DailyPeriod(day), 1, chunk.Totals, time.Now()))
	require.NoError(t, tx.Commit())
	return chunk.Totals
}

// closedDaysWith closes every day from first to last with those of the lines
// that are its own, and gives their sum.
func closedDaysWith(t *testing.T, db *DB, first, last settlement.Day, lines ...StatisticsLine) (sum settlement.Totals) {
	t.Helper()
	for day := first; day <= last; day++ {
		var own []StatisticsLine
		for _, line := range lines {
			if line.Day == day {
				own = append(own, line)
			}
		}
		require.NoError(t, sum.Add(closedWith(t, db, day, own...)))
	}
	return sum
}

// openWithWeek has the videos and creators of the lines, and all days of the
// week closed with the lines.
func openWithWeek(t *testing.T, lines ...StatisticsLine) *DB {
	t.Helper()
	db := openWithRoom(t)
	putOwnersOf(t, db, lines...)
	closedDaysWith(t, db, week.Start, week.End()-1, lines...)
	return db
}

// putOwnersOf stores the videos of the lines and their creators.
func putOwnersOf(t *testing.T, db *DB, lines ...StatisticsLine) {
	t.Helper()
	for _, line := range lines {
		if line.CreatorID != creator {
			require.NoError(t, db.PutCreators(t.Context(), []Creator{{ID: line.CreatorID, Name: "Lee", Email: "lee@example.com", Locale: "en"}}))
		}
		refused, err := db.PutVideos(t.Context(), []Video{{ID: line.VideoID, CreatorID: line.CreatorID, Title: "a video"}})
		require.NoError(t, err)
		require.Empty(t, refused)
	}
}

// of is the line as one of the creator's videos.
func of(creator int64, line StatisticsLine) StatisticsLine {
	line.CreatorID = creator
	return line
}

// leftOut is a line of so many repeat views, of which none counted.
func leftOut(day settlement.Day, video, repeats int64) StatisticsLine {
	return StatisticsLine{Day: day, VideoID: video, CreatorID: creator, Statistics: settlement.Statistics{RepeatViews: repeats}}
}

func beginPeriod(t *testing.T, db *DB, period settlement.Period) {
	t.Helper()
	require.NoError(t, db.BeginPeriod(t.Context(), period, me))
}

// planPeriod begins the week or month and cuts it at the borders.
func planPeriod(t *testing.T, db *DB, period settlement.Period, borders ...int64) {
	t.Helper()
	beginPeriod(t, db, period)
	require.NoError(t, db.StorePlan(t.Context(), period, me, settlement.Split(borders)))
}

func rollUpChunk(t *testing.T, db *DB, period settlement.Period, number int) Chunk {
	t.Helper()
	chunk, err := db.RollUpChunk(t.Context(), period, me, number)
	require.NoError(t, err)
	return chunk
}

// rolledUp takes a week or month as far as its roll-up, in one chunk.
func rolledUp(t *testing.T, db *DB, period settlement.Period) {
	t.Helper()
	planPeriod(t, db, period)
	rollUpChunk(t, db, period, 1)
}

// stated takes a week or month as far as its statements.
func stated(t *testing.T, db *DB, period settlement.Period) {
	t.Helper()
	rolledUp(t, db, period)
	require.NoError(t, db.Rank(t.Context(), period, me))
	require.NoError(t, db.WriteStatements(t.Context(), period, me))
}

func closedPeriod(t *testing.T, db *DB, period settlement.Period) settlement.Totals {
	t.Helper()
	stated(t, db, period)
	totals, err := db.ClosePeriod(t.Context(), period, me)
	require.NoError(t, err)
	return totals
}

func periodVideos(t *testing.T, db *DB, period settlement.Period) []PeriodVideo {
	t.Helper()
	videos, err := db.PeriodVideos(t.Context(), period, Lines{Creators: settlement.AllCreators})
	require.NoError(t, err)
	return videos
}

func statementsOf(t *testing.T, db *DB, period settlement.Period) []Statement {
	t.Helper()
	statements, err := db.Statements(t.Context(), period, settlement.AllCreators)
	require.NoError(t, err)
	return statements
}
