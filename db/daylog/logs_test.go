package daylog_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestPartitions_EachLogHasItsOwn(t *testing.T) {
	openEach(t, func(t *testing.T, b book) {
		var tries []int
		added, err := b.Add(t.Context(), monday-2, monday+4, func(present []daylog.Partition) error {
			tries = append(tries, len(present))
			return nil
		})

		require.NoError(t, err)
		require.Equal(t, []int{3, 7}, tries, "the last one adds nothing")
		require.Equal(t, []settlement.Day{monday - 2, monday - 1, monday + 3, monday + 4}, added)
		require.Equal(t, []settlement.Day{monday - 2, monday - 1, monday, monday + 1, monday + 2, monday + 3, monday + 4}, b.days(t))
		first, last, found, err := b.Span(t.Context())
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, []settlement.Day{monday - 2, monday + 4}, []settlement.Day{first, last})
		other := daylog.NewPayments(b.pool, nil).Log
		if b.table == "payments" {
			other = daylog.NewViews(b.pool, nil).Log
		}
		present, err := other.Partitions(t.Context())
		require.NoError(t, err)
		require.Empty(t, present)
		for day, want := range map[settlement.Day]bool{monday - 3: false, monday: true} {
			has, err := b.Has(t.Context(), day)
			require.NoError(t, err)
			require.Equal(t, want, has, day)
		}
	})
}

func TestRemoveEmptyDays_OfALogNamesItsRows(t *testing.T) {
	openEach(t, func(t *testing.T, b book) {
		b.write(t, monday+1, 1, 1)

		err := b.RemoveEmptyDays(t.Context(), monday)

		require.ErrorIs(t, err, settlement.ErrHasRows)
		require.ErrorContains(t, err, b.rows+" are stored for 2024-05-07")
		if devtest.MySQL(t).IsTiDB() { // it removes none
			return
		}
		require.NoError(t, b.RemoveEmptyDays(t.Context(), monday+1))
		require.Equal(t, []settlement.Day{monday, monday + 1}, b.days(t))
	})
}

func TestEpoch_OfOneLogIsNoneOfTheOther(t *testing.T) {
	openEach(t, func(t *testing.T, b book) {
		for want := int64(2); want <= 3; want++ {
			raised, err := b.RaiseEpoch(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, raised)
			b.write(t, monday, 1, want)
		}
		var epochs, settings []string
		require.NoError(t, b.pool.SelectContext(t.Context(), &epochs, `SELECT epoch FROM `+b.table+` ORDER BY epoch`))
		require.Equal(t, []string{"2", "3"}, epochs)
		require.NoError(t, b.pool.SelectContext(t.Context(), &settings, `SELECT value FROM settings WHERE name LIKE '%epoch' ORDER BY value`))
		require.Equal(t, []string{"1", "3"}, settings)
	})
}

func TestCounts_OfADayAreThoseOfItsRows(t *testing.T) {
	openEach(t, func(t *testing.T, b book) {
		b.write(t, monday, 1, 1, 2)
		b.write(t, monday, 2, 3)
		b.write(t, monday+1, 2, 4)
		closed := b.close(t, monday)
		b.write(t, monday, 2, 5)

		all, err := b.Count(t.Context(), b.pool, monday)
		require.NoError(t, err)
		require.EqualValues(t, 4, all)
		some, err := b.CountRange(t.Context(), b.pool, monday, settlement.Range{From: new(int64(2))})
		require.NoError(t, err)
		require.EqualValues(t, 2, some)
		videos, err := b.RowsByVideo(t.Context(), monday)
		require.NoError(t, err)
		require.Equal(t, []settlement.VideoRows{{VideoID: 1, Rows: 2}, {VideoID: 2, Rows: 2}}, videos)
		present, onTime, err := b.CountPresent(t.Context(), closed)
		require.NoError(t, err)
		require.Equal(t, []int64{4, 3}, []int64{present, onTime})
		onTime, err = b.CountOnTime(t.Context(), closed)
		require.NoError(t, err)
		require.EqualValues(t, 3, onTime)
		for day, want := range map[settlement.Day]bool{monday: true, monday + 2: false} {
			has, err := b.HasRows(t.Context(), day)
			require.NoError(t, err)
			require.Equal(t, want, has, day)
		}
	})
}

func TestCounts_OfAllRangesAreThoseOfTheDay(t *testing.T) {
	openEach(t, func(t *testing.T, b book) {
		number := int64(0)
		for _, video := range []int64{math.MinInt64, -1, 0, 1, 9, 10, 11, 20, math.MaxInt64} {
			number++
			b.write(t, monday, video, number)
			b.write(t, monday+1, video, number)
		}
		for _, borders := range [][]int64{nil, {10}, {math.MinInt64 + 1, -1, 0, 10, 20, 30, math.MaxInt64}} {
			ranges := settlement.Split(borders)
			counted, err := daylog.CountRanges(b.Log, t.Context(), monday, ranges)
			require.NoError(t, err)
			require.Equal(t, number, counted, "%v", borders)
			counted, err = b.CountInRanges(t.Context(), monday, ranges)
			require.NoError(t, err)
			require.Equal(t, number, counted, "%v", borders)
		}
		for _, count := range []func() (int64, error){
			func() (int64, error) { return daylog.CountRanges(b.Log, t.Context(), monday-1, settlement.Split(nil)) },
			func() (int64, error) { return b.CountInRanges(t.Context(), monday-1, settlement.Split(nil)) },
		} {
			_, err := count()
			require.ErrorContains(t, err, "p20240505", "a day without a partition is not one without rows")
		}
	})
}

func TestNewestRow_IsFoundWithoutReadingTheOthers(t *testing.T) {
	openEach(t, func(t *testing.T, b book) {
		newest := func() int64 {
			epoch, err := b.NewestRow(t.Context(), b.pool, monday)
			require.NoError(t, err)
			return epoch
		}
		require.Zero(t, newest())
		b.write(t, monday, 1, 1)
		require.EqualValues(t, 1, newest())
		raised, err := b.RaiseEpoch(t.Context())
		require.NoError(t, err)
		b.write(t, monday+1, 1, 2)
		require.EqualValues(t, 1, newest(), "that of another day is none of its own")
		b.write(t, monday, 1, 3)
		require.Equal(t, raised, newest())

		b.pool.SetMaxOpenConns(1) // whose reads are counted
		reads := func() int64 {
			before := devtest.RowsRead(t, b.pool)
			newest()
			return devtest.RowsRead(t, b.pool) - before
		}
		few := reads()
		for number := range int64(500) {
			b.write(t, monday, number%7, 10+number)
		}
		require.Equal(t, few, reads())
	})
}

func TestRowsBelow_AreThoseOfDroppedDays(t *testing.T) {
	openEach(t, func(t *testing.T, b book) {
		b.write(t, monday-3, 1, 1, 2)
		b.write(t, monday-1, 1, 3)

		below, err := b.RowsBelow(t.Context())

		require.NoError(t, err)
		require.Equal(t, []daylog.DayRows{{Day: monday - 3, Rows: 2}, {Day: monday - 1, Rows: 1}}, below)
	})
}

func TestDrop_TakesTheDayAndLeavesTheNext(t *testing.T) {
	openEach(t, func(t *testing.T, b book) {
		b.write(t, monday, 1, 1)
		b.write(t, monday+1, 1, 2)
		closed := b.close(t, monday)
		b.write(t, monday, 2, 3)
		seen := []daylog.Seen{{Day: monday, Epoch: closed.LateFrom}}

		require.ErrorIs(t, b.Drop(t.Context(), daylog.Droppable{Day: monday, Seen: seen}), settlement.ErrNeeded)
		require.Len(t, b.stored(t), 3)

		seen[0].Rows = 1
		require.NoError(t, b.Drop(t.Context(), daylog.Droppable{Day: monday, Seen: seen}))
		require.Len(t, b.stored(t), 1)
		require.Equal(t, []settlement.Day{monday + 1, monday + 2}, b.days(t))
	})
}
