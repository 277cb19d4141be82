package counting_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// posting is the day that posts what came late for the day.
const posting = day + 3

// countPosting closes the day with so many plays of video 1, a minute apart, stores
// a late one so long after the day's start, and counts what the posting day makes
// of it. change is done to the database just before.
func countPosting(t *testing.T, plays int, after time.Duration, change string) (db.Count, error) {
	t.Helper()
	b := setup(t, 1)
	b.AddDays(day+2, posting)
	b.Watch(day, 1, plays)
	for on := day - 1; on < posting; on++ {
		b.CloseDay(on)
	}
	b.play(day, 1, viewer, after)
	b.BeginDay(posting)
	if change != "" {
		b.Exec(change)
	}
	return b.tryCount(t, posting, settlement.Range{}, settlement.DefaultRepeatWindow)
}

func TestR3_ALateViewSoonAfterAKnownOneIsARepeat(t *testing.T) {
	count, err := countPosting(t, 1, 29*time.Second, "")

	require.NoError(t, err)
	require.Len(t, count.Late, 1)
	require.Equal(t, daylog.LateRepeat, count.Late[0].Verdict)
	require.Equal(t, []db.Adjustment{{
		PostedOn: posting, WatchedOn: day, VideoID: 1, CreatorID: creator, Statistics: settlement.Statistics{RepeatViews: 1},
	}}, count.Adjustments)
}

func TestR3_ALateViewIsNotJudgedWithoutThePlaysOfItsDay(t *testing.T) {
	_, err := countPosting(t, 2, 70*time.Second,
		`ALTER TABLE watch_log REORGANIZE PARTITION p0, p20240508, p20240509 INTO (PARTITION p0 VALUES LESS THAN ('2024-05-10'))`) // by hand

	require.ErrorIs(t, err, settlement.ErrMissing)
	require.ErrorContains(t, err, "the plays of 2024-05-09 are needed to tell repeats, but its partition was dropped")
}

func TestR3_ALateViewAfterTheFirstMomentsOfADayDoesNotNeedTheDayBefore(t *testing.T) {
	count, err := countPosting(t, 1, 40*time.Second,
		`ALTER TABLE watch_log REORGANIZE PARTITION p0, p20240508 INTO (PARTITION p0 VALUES LESS THAN ('2024-05-09'))`)

	require.NoError(t, err)
	require.Equal(t, daylog.LateCounted, count.Late[0].Verdict)
	require.Equal(t, []db.Adjustment{{
		PostedOn: posting, WatchedOn: day, VideoID: 1, CreatorID: creator, Statistics: settlement.Statistics{Views: 1, PlayedSeconds: 10, AdViews: 1},
	}}, count.Adjustments)
}
