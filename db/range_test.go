package db

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// hugePrice pays 2^62 won for a view, of which the second one does not fit.
var hugePrice = settlement.PriceRule{
	Version: 1,
	Views:   settlement.Tiers{{From: 1, Price: math.MaxInt64}},
	AdViews: settlement.Tiers{{From: 1, Price: math.MaxInt64}},
}

// viewsOf2To62Won are so many that the price makes about 2^62 won of them.
const viewsOf2To62Won = 5_000

// hugeLine is a video's line that is worth about 2^62 won.
func hugeLine(day settlement.Day, video int64) StatisticsLine {
	line := line(day, video, viewsOf2To62Won)
	line.AdViews = 0
	return line
}

func TestR5_AmountsThatDoNotFitIntoAChunkAreRefused(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1, 2, 3)
	counted(t, db, monday, hugeLine(monday, 1), hugeLine(monday, 2), hugeLine(monday, 3))

	_, err := db.SettleChunk(t.Context(), monday, me, 1, hugePrice)

	require.ErrorIs(t, err, settlement.ErrOutOfRange)
	require.ErrorContains(t, err, "settle chunk 1 of 2024-05-06: add up to video 3")
	require.Empty(t, settlementsOf(t, db, monday))
}

func TestR5_AmountsThatDoNotFitIntoADayAreRefused(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1, 2, 3)
	chunks := plan(t, db, monday, 2, 3)
	for i, chunk := range chunks {
		store(t, db, monday, chunk, hugeLine(monday, int64(i+1)))
		_, err := db.SettleChunk(t.Context(), monday, me, chunk.Number, hugePrice)
		require.NoError(t, err)
	}

	_, err := db.CloseDay(t.Context(), monday, me)

	require.ErrorIs(t, err, settlement.ErrOutOfRange)
	require.ErrorContains(t, err, "close 2024-05-06: add up to chunk 3 (videos from 3)")
}

func TestR5_AmountsOfVideosAndAdsThatDoNotFitTogetherAreRefused(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1)
	huge := hugeLine(monday, 1)
	huge.Views, huge.AdViews = 2*huge.Views-1, 2*huge.Views-1
	counted(t, db, monday, huge)
	_, err := db.SettleChunk(t.Context(), monday, me, 1, hugePrice)
	require.NoError(t, err)

	_, err = db.CloseDay(t.Context(), monday, me)

	require.ErrorIs(t, err, settlement.ErrOutOfRange)
	require.ErrorContains(t, err, "close 2024-05-06: add up videos and ads")
}

func TestR5_CountsThatDoNotFitIntoAChunkAreRefused(t *testing.T) {
	db := openWithRoom(t)
	putVideos(t, db, 1, 2)
	chunk := plan(t, db, monday)[0]
	huge := line(monday, 1, 1)
	huge.PlayedSeconds = math.MaxInt64

	err := db.StoreCount(t.Context(), monday, me, chunk, Count{Lines: []StatisticsLine{huge, line(monday, 2, 1)}}, 1)

	require.ErrorIs(t, err, settlement.ErrOutOfRange)
	require.ErrorContains(t, err, "store count of chunk 1 of 2024-05-06: add up to video 2")
}

// makeHuge makes every settled line worth 2^62 won.
func makeHuge(t *testing.T, db *DB) {
	t.Helper()
	exec(t, db, `UPDATE daily_settlements SET video_amount = 4611686018427387904`)
}

func TestR5_AmountsOfAVideoThatDoNotFitIntoAWeekAreRefused(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 1), line(monday, 2, 1), line(monday+1, 2, 1))
	makeHuge(t, db)
	planPeriod(t, db, week)

	_, err := db.RollUpChunk(t.Context(), week, me, 1)

	require.ErrorIs(t, err, settlement.ErrOutOfRange)
	require.ErrorContains(t, err, "settle chunk 1 of 2024-W19")
	require.ErrorContains(t, err, "add up days of video_id 2")
}

func TestR5_AmountsOfACreatorThatDoNotFitIntoAWeekAreRefused(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 1), of(2, line(monday, 2, 1)), of(2, line(monday, 3, 1)))
	makeHuge(t, db)
	planPeriod(t, db, week, 3)
	rollUpChunk(t, db, week, 2)

	_, err := db.RollUpChunk(t.Context(), week, me, 1)
	require.ErrorIs(t, err, settlement.ErrOutOfRange, "the chunk's own sum")

	exec(t, db, `UPDATE daily_settlements SET video_amount = 0 WHERE video_id = 1`)
	rollUpChunk(t, db, week, 1)
	err = db.WriteStatements(t.Context(), week, me)
	require.ErrorIs(t, err, settlement.ErrOutOfRange)
	require.ErrorContains(t, err, "write statements of 2024-W19: ")
	require.ErrorContains(t, err, "add up creator_id 2")
}

// What payments give back may be more than others bring: the totals of all fit.
func TestR16_WhatACreatorEarnsInAWeekMustFit(t *testing.T) {
	const huge = 1 << 62
	db := openWithWeek(t, line(monday, 1, 1), of(2, line(monday, 2, 1)))
	exec(t, db, `UPDATE daily_settlements SET video_amount = 0, ad_amount = 0`)
	exec(t, db, `UPDATE daily_settlements SET video_amount = ? WHERE video_id = 1`, int64(huge))
	exec(t, db, `UPDATE runs SET video_amount = 0, ad_amount = 0`)
	exec(t, db, `UPDATE runs SET video_amount = ? WHERE starts_on = ?`, int64(huge), monday)
	brings, gives := sold(monday+1, 1), sold(monday+1, 2)
	brings.PaymentFigures = settlement.PaymentFigures{Payments: 1, Gross: huge, Net: huge}
	gives.CreatorID, gives.PaymentFigures = 2, settlement.PaymentFigures{Refunds: 1, Gross: -huge, Net: -huge}
	putPayments(t, db, brings, gives)
	stated(t, db, week)

	_, err := db.ClosePeriod(t.Context(), week, me)

	require.ErrorIs(t, err, settlement.ErrOutOfRange)
	require.ErrorContains(t, err, "close 2024-W19: what creator 1 earns")
}
