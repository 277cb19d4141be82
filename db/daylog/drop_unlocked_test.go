package daylog_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// numbers are those of the rows that the log has for the day, wherever they lie, in
// order.
func (b book) numbers(t *testing.T, day settlement.Day) (numbers []int64) {
	t.Helper()
	id := map[string]string{"watch_log": "view_id", "payments": "payment_id"}[b.table]
	require.NoError(t, b.pool.SelectContext(t.Context(), &numbers, `SELECT `+id+` FROM `+b.table+` WHERE `+b.day+` = ? ORDER BY `+id, day))
	return numbers
}

// requireNoneAside means that no rows of days that are being dropped are left.
func (b book) requireNoneAside(t *testing.T) {
	t.Helper()
	var left int
	require.NoError(t, b.pool.GetContext(t.Context(), &left, `
		SELECT (
			SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE ?
		) + (
			SELECT COUNT(*) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND PARTITION_NAME LIKE 'dp%'
		)`, b.table+`\_dp%`, b.table))
	require.Zero(t, left)
}

// droppable is the closed day as it is now.
func droppable(t *testing.T, b book, day daylog.OnTime) daylog.Droppable {
	t.Helper()
	late, err := b.Arrived(t.Context(), day)
	require.NoError(t, err)
	return daylog.Droppable{Day: day.Day, Seen: []daylog.Seen{{Day: day.Day, Epoch: day.LateFrom, Rows: late.Rows}}}
}

func TestDropUnlocked_RemovesTheDayAndItsRows(t *testing.T) {
	openEach(t, func(t *testing.T, b book) {
		b.write(t, monday, 1, 1, 2)
		b.write(t, monday+1, 1, 3)
		closed := b.close(t, monday)
		b.write(t, monday, 1, 4)

		require.NoError(t, daylog.DropUnlocked(b.Log, t.Context(), droppable(t, b, closed)))

		require.Equal(t, []settlement.Day{monday + 1, monday + 2}, b.days(t))
		require.Empty(t, b.numbers(t, monday))
		require.Equal(t, []int64{3}, b.numbers(t, monday+1))
		b.requireNoneAside(t)
	})
}

func TestDropUnlocked_ARowThatCameSinceTheLookKeepsTheDay(t *testing.T) {
	openEach(t, func(t *testing.T, b book) {
		b.write(t, monday, 1, 1, 2)
		seen := droppable(t, b, b.close(t, monday))
		b.write(t, monday, 1, 3)

		err := daylog.DropUnlocked(b.Log, t.Context(), seen)

		require.ErrorIs(t, err, settlement.ErrNeeded)
		require.Equal(t, []settlement.Day{monday, monday + 1, monday + 2}, b.days(t))
		require.Equal(t, []int64{1, 2, 3}, b.numbers(t, monday))
	})
}

// What comes while the server takes the steps is as late as what comes afterwards: it
// lies below the first day, where it is reported.
func TestDropUnlocked_RowsThatComeMeanwhileAreNotLost(t *testing.T) {
	openEach(t, func(t *testing.T, b book) {
		const most = 300
		b.write(t, monday, 1, 1, 2)
		seen := droppable(t, b, b.close(t, monday))
		var group errgroup.Group
		dropped := make(chan struct{})
		var written []int64
		group.Go(func() error {
			for there := true; there; { // a row before would keep the day
				var err error
				if there, err = b.Has(t.Context(), monday); err != nil {
					return err
				}
			}
			for number := int64(100); number < most; number++ {
				if _, err := b.pool.ExecContext(t.Context(), b.insert(monday, 1, number)); err != nil {
					return err
				}
				written = append(written, number)
				select {
				case <-dropped:
					return nil
				default:
				}
			}
			return nil
		})

		err := daylog.DropUnlocked(b.Log, t.Context(), seen)
		close(dropped)

		require.NoError(t, err)
		require.NoError(t, group.Wait())
		require.NotEmpty(t, written)
		require.Equal(t, written, b.numbers(t, monday))
		below, err := b.RowsBelow(t.Context())
		require.NoError(t, err)
		require.Equal(t, []daylog.DayRows{{Day: monday, Rows: int64(len(written))}}, below)
		b.requireNoneAside(t)
	})
}

func TestDropUnlocked_TheNextDropFinishesOneThatBrokeOff(t *testing.T) {
	rename := "ALTER TABLE %[1]s REORGANIZE PARTITION p20240506 INTO (PARTITION dp20240506_%[2]d VALUES LESS THAN ('2024-05-07'))"
	create := "CREATE TABLE %[1]s_dp20240506_%[2]d LIKE %[1]s"
	whole := "ALTER TABLE %[1]s_dp20240506_%[2]d REMOVE PARTITIONING"
	exchange := "ALTER TABLE %[1]s EXCHANGE PARTITION dp20240506_%[2]d WITH TABLE %[1]s_dp20240506_%[2]d"
	floor := "ALTER TABLE %[1]s REORGANIZE PARTITION p0, dp20240506_%[2]d INTO (PARTITION p0 VALUES LESS THAN ('2024-05-07'))"
	for done, steps := range map[string][]string{
		"renamed":   {rename},
		"created":   {rename, create},
		"whole":     {rename, create, whole},
		"exchanged": {rename, create, whole, exchange},
		"floor":     {rename, create, whole, exchange, floor},
	} {
		t.Run(done, func(t *testing.T) {
			openEach(t, func(t *testing.T, b book) {
				b.write(t, monday, 1, 1, 2)
				next := b.close(t, monday+1)
				since := b.close(t, monday)
				b.write(t, monday, 1, 3)
				for _, step := range steps {
					b.exec(t, fmt.Sprintf(step, b.table, since.LateFrom))
				}
				b.write(t, monday, 1, 4)

				require.NoError(t, daylog.DropUnlocked(b.Log, t.Context(), droppable(t, b, daylog.OnTime{Day: monday + 1, LateFrom: next.LateFrom})))

				require.Equal(t, []settlement.Day{monday + 2}, b.days(t))
				require.Equal(t, []int64{3, 4}, b.numbers(t, monday))
				b.requireNoneAside(t)
			})
		})
	}
}
