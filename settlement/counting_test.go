package settlement

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	video   = 100
	creator = 1
	viewer  = 10
)

// dayStart is the first instant of 2024-05-09 in Seoul.
var dayStart = time.Date(2024, time.May, 8, 15, 0, 0, 0, time.UTC)

// noon is far from the day before.
const noon = 12 * time.Hour

// playAt is a play of the video by the viewer, so long after the day's start.
func playAt(afterStart time.Duration) Play {
	return Play{
		VideoID: video, ViewerID: viewer, StartedAt: dayStart.Add(afterStart).UnixMilli(),
		PlayedSeconds: 60, AdViews: 2,
	}
}

func playBy(viewerID int64, afterStart time.Duration) Play {
	play := playAt(afterStart)
	play.ViewerID = viewerID
	return play
}

func playOf(videoID int64, afterStart time.Duration) Play {
	play := playAt(afterStart)
	play.VideoID = videoID
	return play
}

// judgeAll gives the verdicts on plays in key order. All videos are the creator's.
func judgeAll(window time.Duration, plays ...Play) []Verdict {
	judge := NewJudge(dayStart, window)
	verdicts := make([]Verdict, 0, len(plays))
	for _, play := range plays {
		verdicts = append(verdicts, judge.Verdict(play, creator))
	}
	return verdicts
}

func TestR1_CountedView(t *testing.T) {
	tests := []struct {
		rule    string
		verdict Verdict
		want    Statistics
	}{
		{"a view that counts brings its play time and ad views", Counts, Statistics{Views: 1, PlayedSeconds: 60, AdViews: 2}},
		{"a self view only adds to what was left out", Self, Statistics{SelfViews: 1}},
		{"a repeat view only adds to what was left out", Repeat, Statistics{RepeatViews: 1}},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			var got Statistics
			got.Count(playAt(noon), test.verdict)
			require.Equal(t, test.want, got)
		})
	}
}

func TestR2_SelfView(t *testing.T) {
	tests := []struct {
		rule  string
		plays []Play
		want  []Verdict
	}{
		{"a play by the video's creator is a self view", []Play{playBy(creator, noon)}, []Verdict{Self}},
		{"a play by anyone else is not", []Play{playBy(viewer, noon)}, []Verdict{Counts}},
		{
			"a self view stays a self view even if it is a repeat",
			[]Play{playBy(creator, noon), playBy(creator, noon+time.Second)}, []Verdict{Self, Self},
		},
		{"a self view just after midnight stays a self view", []Play{playBy(creator, 0)}, []Verdict{Self}},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			require.Equal(t, test.want, judgeAll(DefaultRepeatWindow, test.plays...))
		})
	}

	t.Run("a creator's play of another creator's video counts", func(t *testing.T) {
		const otherCreator = 2
		judge := NewJudge(dayStart, DefaultRepeatWindow)
		require.Equal(t, Counts, judge.Verdict(playBy(creator, noon), otherCreator))
	})
	t.Run("viewer 0 is never a self view", func(t *testing.T) {
		judge := NewJudge(dayStart, DefaultRepeatWindow)
		require.Equal(t, Counts, judge.Verdict(playBy(Anonymous, noon), Anonymous))
	})
}

func TestR3_RepeatView(t *testing.T) {
	const window = DefaultRepeatWindow
	tests := []struct {
		rule  string
		plays []Play
		want  []Verdict
	}{
		{"less than 30.000 s is a repeat", []Play{playAt(noon), playAt(noon + window - time.Millisecond)}, []Verdict{Counts, Repeat}},
		{"exactly 30.000 s counts", []Play{playAt(noon), playAt(noon + window)}, []Verdict{Counts, Counts}},
		{
			"a chain 20 s apart counts once",
			[]Play{playAt(noon), playAt(noon + 20*time.Second), playAt(noon + 40*time.Second), playAt(noon + 60*time.Second)},
			[]Verdict{Counts, Repeat, Repeat, Repeat},
		},
		{
			"a chain ends with a pause of 30.000 s",
			[]Play{playAt(noon), playAt(noon + 20*time.Second), playAt(noon + 50*time.Second)},
			[]Verdict{Counts, Repeat, Counts},
		},
		{"another viewer's play is no repeat", []Play{playBy(viewer, noon), playBy(viewer+1, noon)}, []Verdict{Counts, Counts}},
		{"a play of another video is no repeat", []Play{playOf(video, noon), playOf(video+1, noon)}, []Verdict{Counts, Counts}},
		{"viewer 0 is never a repeat", []Play{playBy(Anonymous, noon), playBy(Anonymous, noon)}, []Verdict{Counts, Counts}},
		{"looks back across midnight", []Play{playAt(0)}, []Verdict{LookBack}},
		{"looks back from less than 30.000 s after midnight", []Play{playAt(window - time.Millisecond)}, []Verdict{LookBack}},
		{"does not look back from 30.000 s after midnight", []Play{playAt(window)}, []Verdict{Counts}},
		{"only a viewer's first play of a video looks back", []Play{playAt(0), playAt(window - time.Millisecond)}, []Verdict{LookBack, Repeat}},
		{"viewer 0 does not look back", []Play{playBy(Anonymous, 0)}, []Verdict{Counts}},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			require.Equal(t, test.want, judgeAll(window, test.plays...))
		})
	}

	t.Run("the window is configurable", func(t *testing.T) {
		const window = 5 * time.Second
		plays := []Play{playAt(noon), playAt(noon + window - time.Millisecond), playAt(noon + 2*window)}
		require.Equal(t, []Verdict{Counts, Repeat, Counts}, judgeAll(window, plays...))
	})
	t.Run("window 0 switches it off", func(t *testing.T) {
		require.Equal(t, []Verdict{Counts, Counts, Counts}, judgeAll(0, playAt(0), playAt(0), playAt(time.Millisecond)))
	})
	t.Run("equal starts are ordered by view id", func(t *testing.T) {
		smallerID, greaterID := playAt(noon), playAt(noon)
		smallerID.PlayedSeconds, greaterID.PlayedSeconds = 7, 8
		var got Statistics
		judge := NewJudge(dayStart, window)
		for _, play := range []Play{smallerID, greaterID} {
			got.Count(play, judge.Verdict(play, creator))
		}
		require.Equal(t, Statistics{Views: 1, RepeatViews: 1, PlayedSeconds: 7, AdViews: 2}, got)
	})
	t.Run("a play across midnight is a repeat below 30.000 s", func(t *testing.T) {
		judge := NewJudge(dayStart, window)
		play := playAt(10 * time.Second)
		require.True(t, judge.IsRepeat(play, dayStart.Add(-20*time.Second+time.Millisecond).UnixMilli()))
		require.False(t, judge.IsRepeat(play, dayStart.Add(-20*time.Second).UnixMilli()))
	})
}

func TestR3_RepeatWindow(t *testing.T) {
	for _, window := range []time.Duration{0, time.Millisecond, DefaultRepeatWindow, 12 * time.Hour} {
		t.Run(window.String()+" can be used", func(t *testing.T) {
			require.NoError(t, ValidateRepeatWindow(window))
		})
	}
	for _, window := range []time.Duration{-time.Second, time.Microsecond, time.Second + 1, 12*time.Hour + time.Millisecond} {
		t.Run(window.String()+" is refused", func(t *testing.T) {
			require.ErrorContains(t, ValidateRepeatWindow(window), window.String())
		})
	}
}

func TestR10_Conservation(t *testing.T) {
	t.Run("rows are counted, self and repeat views", func(t *testing.T) {
		require.EqualValues(t, 111, Statistics{Views: 100, SelfViews: 10, RepeatViews: 1, PlayedSeconds: 7, AdViews: 8}.Rows())
	})
	t.Run("every figure of a sum is a sum", func(t *testing.T) {
		sum := Statistics{Views: 1, SelfViews: 2, RepeatViews: 3, PlayedSeconds: 4, AdViews: 5}
		require.NoError(t, sum.Add(Statistics{Views: 10, SelfViews: 20, RepeatViews: 30, PlayedSeconds: 40, AdViews: 50}))
		require.Equal(t, Statistics{Views: 11, SelfViews: 22, RepeatViews: 33, PlayedSeconds: 44, AdViews: 55}, sum)
	})
}

func TestFollows_IsTheOrderOfVideoViewerStartAndID(t *testing.T) {
	play := Play{VideoID: 2, ViewerID: 2, StartedAt: 2, ViewID: 2}
	require.False(t, play.Follows(&play), "a play does not follow itself")
	for _, later := range []Play{
		{VideoID: 3},
		{VideoID: 2, ViewerID: 3},
		{VideoID: 2, ViewerID: 2, StartedAt: 3},
		{VideoID: 2, ViewerID: 2, StartedAt: 2, ViewID: 3},
	} {
		require.True(t, later.Follows(&play), "%+v", later)
		require.False(t, play.Follows(&later), "%+v", later)
	}
}
