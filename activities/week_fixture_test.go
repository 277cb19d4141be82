package activities

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/settlement"
)

// The days from the first one that is settled to the end of its week.
const (
	thursday = day
	friday   = day + 1
	saturday = day + 2
	sunday   = day + 3
)

var week = day.Week() // 2024-W19

// addVideo stores a video of the creator, who is stored too.
func (b *bundle) addVideo(creator int64, video db.Video) {
	b.Helper()
	require.NoError(b, b.db.PutCreators(b.Context(), []db.Creator{{
		ID: creator, Name: fmt.Sprintf("Creator %d", creator), Email: address(creator), Locale: "en",
	}}))
	video.CreatorID = creator
	refused, err := b.db.PutVideos(b.Context(), []db.Video{video})
	require.NoError(b, err)
	require.Empty(b, refused)
}

// address is where the creator's mails go.
func address(creator int64) string { return fmt.Sprintf("c%d@creators.example", creator) }

// watch stores so many plays of the video that count, 10 s and one ad each.
func (b *bundle) watch(on settlement.Day, video int64, plays int) {
	b.Helper()
	for i := range plays {
		b.play(on, video, viewer, time.Duration(on-day)*24*time.Hour+time.Duration(i)*time.Minute)
	}
}

// closeDay takes a day through all its activities, as one chunk.
func (b *bundle) closeDay(on settlement.Day) {
	b.Helper()
	b.closeDayInChunks(on, 1000)
}

// closeDayInChunks takes a day through all its activities, with about so many
// rows a chunk.
func (b *bundle) closeDayInChunks(on settlement.Day, rows int64) {
	b.Helper()
	do := func(activity, input any) {
		_, err := run[any](b, activity, input)
		require.NoError(b, err)
	}
	do(b.activities.BeginDay, BeginDayInput{Day: on})
	plan, err := run[PlanResult](b, b.activities.PlanDay, PlanDayInput{Day: on, ChunkRows: rows, MaxChunks: 100})
	require.NoError(b, err)
	for _, chunk := range plan.Chunks {
		do(b.activities.CountChunk, ChunkInput{Day: on, Chunk: chunk.Number})
	}
	do(b.activities.CheckDay, DayInput{Day: on})
	for _, chunk := range plan.Chunks {
		do(b.activities.SettleChunk, ChunkInput{Day: on, Chunk: chunk.Number})
	}
	do(b.activities.RankDay, DayInput{Day: on})
	do(b.activities.CloseDay, DayInput{Day: on})
}

// closeDays closes the days from Thursday on.
func (b *bundle) closeDays() {
	b.Helper()
	for on := thursday; on <= sunday; on++ {
		b.closeDay(on)
	}
}

// state takes the week as far as its statements.
func (b *bundle) state() {
	b.Helper()
	for _, step := range []struct{ activity, input any }{
		{b.activities.BeginPeriod, BeginPeriodInput{Period: week}},
		{b.activities.PlanPeriod, PlanPeriodInput{Period: week, ChunkLines: 1000, MaxChunks: 1}},
		{b.activities.RollUpChunk, PeriodChunkInput{Period: week, Chunk: 1}},
		{b.activities.RankPeriod, PeriodInput{Period: week}},
		{b.activities.WriteStatements, PeriodInput{Period: week}},
	} {
		_, err := run[any](b, step.activity, step.input)
		require.NoError(b, err)
	}
}

// closeWeek closes the days from Thursday on and the week.
func (b *bundle) closeWeek() settlement.Totals {
	b.Helper()
	b.closeDays()
	b.state()
	totals, err := run[settlement.Totals](b, b.activities.ClosePeriod, PeriodInput{Period: week})
	require.NoError(b, err)
	return totals
}

// makeRoom adds the partitions up to Sunday.
func (b *bundle) makeRoom() {
	b.Helper()
	_, err := b.db.AddPartitions(b.Context(), saturday, sunday)
	require.NoError(b, err)
}
