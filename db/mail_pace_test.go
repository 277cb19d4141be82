package db

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// The interval is so long that the time which the test takes does not matter.
func TestMailsOfAllWorkersKeepTheIntervalTogether(t *testing.T) {
	db := openMigrated(t)
	waits := make([]time.Duration, 8)
	var group errgroup.Group
	for i := range waits {
		group.Go(func() (err error) {
			waits[i], err = db.ReserveMail(t.Context(), time.Hour)
			return err
		})
	}
	require.NoError(t, group.Wait())

	slices.Sort(waits)
	require.Zero(t, waits[0], "the first mail goes at once")
	for i, wait := range waits {
		require.Equal(t, time.Duration(i)*time.Hour, wait.Round(time.Hour), "mail %d", i)
	}
}

func TestAMomentThatNobodyUsedIsNotSavedUp(t *testing.T) {
	db := openMigrated(t)
	exec(t, db, `UPDATE mail_pace SET next_at = UTC_TIMESTAMP(6) - INTERVAL 10 HOUR`)
	for _, want := range []time.Duration{0, time.Hour} {
		wait, err := db.ReserveMail(t.Context(), time.Hour)
		require.NoError(t, err)
		require.Equal(t, want, wait.Round(time.Hour))
	}
}
