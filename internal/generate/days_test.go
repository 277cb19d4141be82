package generate

import (
	"cmp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// generated is one day as plain data.
type generated struct {
	figures Day
	views   []daylog.View
}

func generateAll(options Options, calendar settlement.Calendar) []generated {
	var all []generated
	for today := range newWorld(options, calendar).days() {
		one := generated{figures: Day{Day: today.date}}
		for video := range options.Videos {
			for view, kind := range today.plays(video) {
				one.figures.count(view, kind)
				one.views = append(one.views, view)
			}
		}
		all = append(all, one)
	}
	return all
}

func anyOptions(t *rapid.T) Options {
	return Options{
		From:        settlement.Day(rapid.IntRange(19_700, 20_100).Draw(t, "from")),
		Days:        rapid.IntRange(1, 4).Draw(t, "days"),
		ViewsPerDay: rapid.Int64Range(1, 2_000).Draw(t, "views per day"),
		Videos:      rapid.IntRange(1, 150).Draw(t, "videos"),
		Creators:    rapid.IntRange(1, 50).Draw(t, "creators"),
		Seed:        rapid.Uint64().Draw(t, "seed"),
		Skew:        rapid.SampledFrom([]Skew{Natural, Flat, OneHit}).Draw(t, "skew"),
	}
}

func anyCalendar(t *rapid.T) settlement.Calendar {
	zone := rapid.SampledFrom([]string{"Asia/Seoul", "UTC", "America/New_York", "America/Santiago"}).Draw(t, "zone")
	calendar, err := settlement.NewCalendar(zone)
	require.NoError(t, err)
	return calendar
}

// pair is a viewer of a video.
type pair struct{ video, viewer int64 }

// judge counts a day by the rules themselves. last are the last plays of the day
// before; it returns those of this day.
func judge(w *world, one generated, last map[pair]int64) (settlement.Statistics, map[pair]int64) {
	var counted settlement.Statistics
	lastToday := map[pair]int64{}
	judge := settlement.NewJudge(w.calendar.Start(one.figures.Day), settlement.DefaultRepeatWindow)
	for _, view := range one.views {
		play := settlement.Play{
			VideoID:       view.VideoID,
			ViewerID:      view.ViewerID,
			StartedAt:     view.WatchedAt,
			PlayedSeconds: int64(view.PlayedSeconds),
			AdViews:       int64(view.AdViews),
		}
		key := pair{view.VideoID, view.ViewerID}
		verdict := judge.Verdict(play, w.video(int(view.VideoID)-1).CreatorID)
		if verdict == settlement.LookBack {
			verdict = settlement.Counts
			if before, found := last[key]; found && judge.IsRepeat(play, before) {
				verdict = settlement.Repeat
			}
		}
		counted.Count(play, verdict)
		lastToday[key] = view.WatchedAt
	}
	return counted, lastToday
}

func TestFiguresAreWhatTheRulesCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		options, calendar := anyOptions(t), anyCalendar(t)
		w := newWorld(options, calendar)
		last := map[pair]int64{}
		for _, one := range generateAll(options, calendar) {
			var counted settlement.Statistics
			counted, last = judge(w, one, last)
			require.Equal(t, one.figures.Expected, counted)
		}
	})
}

func TestEachDayHasExactlyTheViewsAskedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		options := anyOptions(t)
		all := generateAll(options, anyCalendar(t))
		require.Len(t, all, options.Days)
		for _, one := range all {
			require.Len(t, one.views, int(options.ViewsPerDay))
			require.Equal(t, options.ViewsPerDay, one.figures.Expected.Rows())
		}
	})
}

func TestViewsComeInTheOrderOfTheLogAndLieInTheirDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calendar := anyCalendar(t)
		for _, one := range generateAll(anyOptions(t), calendar) {
			for i, view := range one.views {
				require.Equal(t, one.figures.Day, view.Day)
				require.Equal(t, view.Day, calendar.Day(time.UnixMilli(view.WatchedAt)))
				if i > 0 {
					require.Negative(t, compareKeys(one.views[i-1], view))
				}
			}
		}
	})
}

func compareKeys(a, b daylog.View) int {
	return cmp.Or(
		cmp.Compare(a.VideoID, b.VideoID),
		cmp.Compare(a.ViewerID, b.ViewerID),
		cmp.Compare(a.WatchedAt, b.WatchedAt),
		cmp.Compare(a.ViewID, b.ViewID),
	)
}

func TestViewIDsAreUnique(t *testing.T) {
	seen := map[int64]bool{}
	for _, one := range generateAll(usual(t), seoul(t)) {
		for _, view := range one.views {
			require.False(t, seen[view.ViewID])
			seen[view.ViewID] = true
		}
	}
}

func TestSameOptionsGiveTheSame(t *testing.T) {
	first := generateAll(usual(t), seoul(t))
	require.Equal(t, first, generateAll(usual(t), seoul(t)))
}

func TestOtherSeedsGiveOthers(t *testing.T) {
	one, other := usual(t), usual(t)
	other.Seed++
	require.NotEqual(t, generateAll(one, seoul(t))[0].views, generateAll(other, seoul(t))[0].views)
}

func TestADayIsTheSameInALongerStretch(t *testing.T) {
	long, short := usual(t), usual(t)
	short.From, short.Days = short.From+1, 1
	require.Equal(t, generateAll(long, seoul(t))[1].views, generateAll(short, seoul(t))[0].views)
}

func TestEveryBorderlineCaseOccurs(t *testing.T) {
	for number, one := range generateAll(usual(t), seoul(t)) {
		figures := one.figures
		require.Positive(t, figures.Expected.SelfViews)
		require.Positive(t, figures.Anonymous)
		require.Positive(t, figures.Repeats.Chain)
		require.Positive(t, figures.Repeats.JustBefore)
		require.Positive(t, figures.Repeats.SameStart)
		if number > 0 {
			require.Positive(t, figures.Repeats.Midnight)
		}
		require.Positive(t, gaps(one.views)[30*time.Second], "a play exactly 30 s after the previous one")
		require.Positive(t, gaps(one.views)[29_999*time.Millisecond])
	}
}

// gaps counts how long after the viewer's previous play of the video plays start.
func gaps(views []daylog.View) map[time.Duration]int {
	gaps := map[time.Duration]int{}
	for i := 1; i < len(views); i++ {
		before, view := views[i-1], views[i]
		if view.ViewerID != settlement.Anonymous && view.VideoID == before.VideoID && view.ViewerID == before.ViewerID {
			gaps[time.Duration(view.WatchedAt-before.WatchedAt)*time.Millisecond]++
		}
	}
	return gaps
}

func TestTheFirstDayHasNothingToCollectLateTo(t *testing.T) {
	require.Zero(t, generateAll(usual(t), seoul(t))[0].figures.Repeats.Midnight)
}

func TestRepeatsByKindAddUp(t *testing.T) {
	for _, one := range generateAll(usual(t), seoul(t)) {
		repeats := one.figures.Repeats
		require.Equal(t, one.figures.Expected.RepeatViews, repeats.Chain+repeats.JustBefore+repeats.SameStart+repeats.Midnight)
	}
}
