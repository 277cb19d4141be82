package daylog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// openLate has a closed day with two rows of video 1 that were on time, and two of
// video 2 that came late.
func openLate(t *testing.T, test func(*testing.T, book, daylog.OnTime)) {
	t.Helper()
	openEach(t, func(t *testing.T, b book) {
		b.write(t, monday, 1, 1, 2)
		closed := b.close(t, monday)
		b.write(t, monday, 2, 3, 4)
		test(t, b, closed)
	})
}

func TestPost_TakesEachLateRowOnce(t *testing.T) {
	openLate(t, func(t *testing.T, b book, closed daylog.OnTime) {
		arrived, err := b.Arrived(t.Context(), closed)
		require.NoError(t, err)
		require.Equal(t, daylog.Arrived{Rows: 2, Unposted: 2}, arrived)

		require.NoError(t, b.post(t, monday+1, closed))
		b.write(t, monday, 2, 5)
		require.NoError(t, b.post(t, monday+2, closed))

		for day, want := range map[settlement.Day]int64{monday + 1: 2, monday + 2: 1} {
			posted, err := b.CountPosted(t.Context(), b.pool, day)
			require.NoError(t, err)
			require.Equal(t, want, posted, day)
		}
		arrived, err = b.Arrived(t.Context(), closed)
		require.NoError(t, err)
		require.Equal(t, daylog.Arrived{Rows: 3}, arrived)
	})
}

func TestPost_ARowOutsideOfItsDayIsNamed(t *testing.T) {
	openLate(t, func(t *testing.T, b book, closed daylog.OnTime) {
		b.write(t, monday, 3, 24*60*60)

		err := b.post(t, monday+1, closed)

		require.ErrorIs(t, err, settlement.ErrBadRow)
		require.ErrorContains(t, err, "of 2024-05-06, video 3: ")
		require.ErrorContains(t, err, "at 2024-05-07T00:00:00Z, outside of its partition's day")
		posted, err := b.CountPosted(t.Context(), b.pool, monday+1)
		require.NoError(t, err)
		require.Zero(t, posted)
	})
}

func TestLateRows_TellWhatBecameOfThem(t *testing.T) {
	openLate(t, func(t *testing.T, b book, closed daylog.OnTime) {
		require.NoError(t, b.post(t, monday+1, closed))
		b.write(t, monday, 2, 5)
		for _, test := range []struct {
			damage string
			want   daylog.PostedRows
		}{
			{`DO 0`, daylog.PostedRows{Posted: 2}},
			{`UPDATE ` + b.table + ` SET ` + b.changed + ` WHERE video_id = 2`, daylog.PostedRows{Posted: 2, Changed: 2}},
			{`DELETE FROM ` + b.table + ` WHERE video_id = 2 AND epoch > 1`, daylog.PostedRows{Posted: 2, Missing: 2}},
		} {
			late, err := b.LateRows(t.Context(), closed, allVideos)
			require.NoError(t, err)
			if late.Missing == 0 {
				require.EqualValues(t, 1, late.Unposted)
			}
			b.exec(t, test.damage)
			posted, err := b.PostedRows(t.Context(), closed, settlement.Range{From: new(int64(2))})
			require.NoError(t, err)
			require.Equal(t, test.want, posted, test.damage)
		}
		other, err := b.PostedRows(t.Context(), closed, settlement.Range{Before: new(int64(2))})
		require.NoError(t, err)
		require.Zero(t, other)
	})
}

func TestRestore_PutsBackWhatWasCountedAndPosted(t *testing.T) {
	for name, test := range map[string]struct {
		damage func(b book) string
		want   daylog.Restored
	}{
		"nothing":             {func(book) string { return `DO 0` }, daylog.Restored{}},
		"missing rows":        {func(b book) string { return `DELETE FROM ` + b.table }, daylog.Restored{Counted: 2, Posted: 2}},
		"changed rows":        {func(b book) string { return `UPDATE ` + b.table + ` SET ` + b.changed }, daylog.Restored{Counted: 2, Posted: 2}},
		"epochs of the other": {func(b book) string { return `UPDATE ` + b.table + ` SET epoch = 3 - epoch` }, daylog.Restored{Counted: 2, Posted: 2}},
		"rows with an old epoch": {func(b book) string {
			return `UPDATE ` + b.table + ` SET video_id = 9, epoch = 1 WHERE video_id = 2`
		}, daylog.Restored{Posted: 2, Removed: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			openLate(t, func(t *testing.T, b book, closed daylog.OnTime) {
				require.NoError(t, b.post(t, monday+1, closed))
				backup, right := b.backup(t), b.stored(t)
				b.exec(t, test.damage(b))
				damaged := b.stored(t)

				rehearsed, err := b.Restore(t.Context(), closed, backup, settlement.Split(nil), true)
				require.NoError(t, err)
				require.Equal(t, test.want, rehearsed)
				require.Equal(t, damaged, b.stored(t), "a rehearsal changes nothing")

				restored, err := b.Restore(t.Context(), closed, backup, settlement.Split(nil), false)
				require.NoError(t, err)
				require.Equal(t, test.want, restored)
				require.Equal(t, right, b.stored(t))
				again, err := b.Restore(t.Context(), closed, backup, settlement.Split(nil), false)
				require.NoError(t, err)
				require.True(t, again.None())
			})
		})
	}
}

func TestRestore_ABackupWithoutTheLogIsRefused(t *testing.T) {
	openLate(t, func(t *testing.T, b book, closed daylog.OnTime) {
		require.ErrorIs(t, b.CheckBackup(t.Context(), closed, 2, "information_schema"), settlement.ErrBackup)
		backup := b.backup(t)
		require.NoError(t, b.CheckBackup(t.Context(), closed, 2, backup))
		require.ErrorContains(t, b.CheckBackup(t.Context(), closed, 3, backup), "the backup has 2, but 3 were counted")
	})
}
