package counting_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// unknownVideo is not in the catalogue.
const unknownVideo = 15

// drawViews draws a day and the end of the day before, on which few viewers
// play few videos at few and crowded times: repeats, chains, ties and looks
// across midnight are common.
func (b *bundle) drawViews(t *rapid.T) []daylog.View {
	near := rapid.OneOf(
		rapid.Int64Range(0, 60_000),
		rapid.SampledFrom([]int64{0, 1, 10_000, 20_000, 29_999, 30_000, 30_001}),
	)
	views := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) daylog.View {
		view := daylog.View{
			Day:           day,
			VideoID:       rapid.SampledFrom([]int64{10, 11, 12, unknownVideo}).Draw(t, "video"),
			ViewerID:      rapid.SampledFrom([]int64{settlement.Anonymous, creator, viewer, viewer + 1}).Draw(t, "viewer"),
			WatchedAt:     b.start.UnixMilli() + near.Draw(t, "near"),
			ViewID:        rapid.Int64Range(1, 1000).Draw(t, "view"),
			PlayedSeconds: rapid.Uint32Range(0, 1000).Draw(t, "played seconds"),
			AdViews:       rapid.Uint32Range(0, 3).Draw(t, "ad views"),
		}
		switch rapid.IntRange(0, 2).Draw(t, "part of the day") {
		case 1:
			view.WatchedAt += (12 * time.Hour).Milliseconds()
		case 2:
			view.Day, view.WatchedAt = day-1, b.start.UnixMilli()-(view.WatchedAt-b.start.UnixMilli())
		}
		return view
	}), 0, 60).Draw(t, "views")
	return slices.CompactFunc(slices.SortedFunc(slices.Values(views), byID), func(a, b daylog.View) bool { return a.ViewID == b.ViewID })
}

func byID(a, b daylog.View) int { return cmp.Compare(a.ViewID, b.ViewID) }

// countByTheText applies R1 to R3 and R10 as they are written: it searches all
// views for the viewer's previous play of the video.
func countByTheText(views []daylog.View, window time.Duration) (lines map[int64]settlement.Statistics, unknownRows int64) {
	lines = map[int64]settlement.Statistics{}
	for _, view := range views {
		if view.Day != day {
			continue
		}
		if view.VideoID == unknownVideo {
			unknownRows++
			continue
		}
		sum := lines[view.VideoID]
		switch {
		case view.ViewerID == creator:
			sum.SelfViews++
		case view.ViewerID != settlement.Anonymous && slices.ContainsFunc(views, func(other daylog.View) bool {
			order := cmp.Or(cmp.Compare(other.WatchedAt, view.WatchedAt), cmp.Compare(other.Day, view.Day), cmp.Compare(other.ViewID, view.ViewID))
			return order < 0 && other.VideoID == view.VideoID && other.ViewerID == view.ViewerID &&
				view.WatchedAt-other.WatchedAt < window.Milliseconds()
		}):
			sum.RepeatViews++
		default:
			sum.Views++
			sum.PlayedSeconds += int64(view.PlayedSeconds)
			sum.AdViews += int64(view.AdViews)
		}
		lines[view.VideoID] = sum
	}
	return lines, unknownRows
}

func TestR1R2R3_CountingFollowsTheText(t *testing.T) {
	b := setup(t, 10, 11, 12)
	rapid.Check(t, func(t *rapid.T) {
		b.Exec(`DELETE FROM watch_log`)
		views := b.drawViews(t)
		_, refused, err := b.DB.AppendViews(b.Context(), views)
		require.NoError(t, err)
		require.Empty(t, refused)
		window := rapid.SampledFrom([]time.Duration{0, time.Millisecond, 10 * time.Second, settlement.DefaultRepeatWindow}).Draw(t, "window")

		whole := b.count(t, settlement.Range{}, window)
		lines := map[int64]settlement.Statistics{}
		for _, line := range whole.Lines {
			require.Equal(t, creator, line.CreatorID)
			lines[line.VideoID] = line.Statistics
		}
		wantLines, wantUnknown := countByTheText(views, window)
		require.Equal(t, wantLines, lines)
		require.Equal(t, wantUnknown, whole.UnknownRows)

		border := rapid.Int64Range(9, 16).Draw(t, "border")
		var parts db.Count
		for _, videos := range settlement.Split([]int64{border}) {
			part := b.count(t, videos, window)
			parts.Lines = append(parts.Lines, part.Lines...)
			parts.UnknownRows += part.UnknownRows
			parts.Checksum += part.Checksum
		}
		require.Equal(t, whole, parts, "a chunk is counted as if by itself")
	})
}
