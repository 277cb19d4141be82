package activities

import (
	"github.com/stretchr/testify/require"

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

// closeDays closes the days from Thursday on.
func (b *bundle) closeDays() {
	b.Helper()
	for on := thursday; on <= sunday; on++ {
		b.CloseDay(on)
	}
}

// closeWeek closes the days from Thursday on and the week.
func (b *bundle) closeWeek() settlement.Totals {
	b.Helper()
	b.closeDays()
	return b.ClosePeriod(week)
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
