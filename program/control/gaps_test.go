package control

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

func TestGaps_AreOfDaysThatAreOver(t *testing.T) {
	const first = settlement.Day(19852) // 2024-05-09
	b := dbtest.Open(t)
	b.AddVideo(1, db.Video{ID: 1})
	b.AddDays(first, first+3)
	b.Watch(first+1, 1, 1)
	b.Watch(first+2, 1, 1)
	b.CloseDay(first)
	gaps := func(now time.Time) (days []settlement.Day) {
		open, err := Gaps(t.Context(), b.DB, now)
		require.NoError(t, err)
		for _, period := range open {
			days = append(days, period.Start)
		}
		return days
	}

	require.Empty(t, gaps(b.Calendar.Start(first+1).Add(12*time.Hour)), "the day that has views is not over")
	require.Equal(t, []settlement.Day{first + 1}, gaps(b.Calendar.Start(first+2)))
	require.Equal(t, []settlement.Day{first + 1, first + 2}, gaps(b.Calendar.Start(first+9)))
}
