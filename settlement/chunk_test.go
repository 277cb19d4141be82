package settlement

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func (r Range) contains(id int64) bool {
	return (r.From == nil || *r.From <= id) && (r.Before == nil || id < *r.Before)
}

func TestSplit_CoversEveryVideoOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 3), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64}))
		borders := rapid.SliceOfDistinct(id, rapid.ID).Draw(t, "borders")
		slices.Sort(borders)
		ranges := Split(borders)
		require.Len(t, ranges, len(borders)+1)

		probes := append([]int64{id.Draw(t, "id"), math.MinInt64, math.MaxInt64}, borders...)
		for _, border := range borders {
			probes = append(probes, max(border, math.MinInt64+1)-1)
		}
		for _, probe := range probes {
			holding := 0
			for _, r := range ranges {
				if r.contains(probe) {
					holding++
				}
			}
			require.Equal(t, 1, holding, "ranges that hold %d", probe)
		}
	})
}

func TestSplit_CutsAtTheBorders(t *testing.T) {
	tests := []struct {
		rule    string
		borders []int64
		want    []string
	}{
		{"without borders there is one range", nil, []string{"all videos"}},
		{"a border begins the range after it", []int64{100}, []string{"videos before 100", "videos from 100"}},
		{"the ends are open", []int64{100, 200}, []string{"videos before 100", "videos 100 to 199", "videos from 200"}},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			var got []string
			for _, r := range Split(test.borders) {
				got = append(got, r.String())
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestRange_KeepsOpenEndsInJSON(t *testing.T) {
	want := Split([]int64{-1, 0, 7})
	text, err := json.Marshal(want)
	require.NoError(t, err)
	require.JSONEq(t, `[{"before":-1},{"from":-1,"before":0},{"from":0,"before":7},{"from":7}]`, string(text))

	var got []Range
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, want, got)
}

func TestBorders_KeepTheirPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfDistinct(rapid.Int64Range(1, 1000), rapid.ID).Draw(t, "ids")
		slices.Sort(ids)
		videos := make([]VideoRows, len(ids))
		var total int64
		for i, id := range ids {
			videos[i] = VideoRows{id, rapid.OneOf(rapid.Int64Range(1, 10), rapid.Int64Range(1, 10_000)).Draw(t, "rows")}
			total += videos[i].Rows
		}
		rowsPerChunk := rapid.Int64Range(1, 2000).Draw(t, "rows per chunk")
		maxChunks := rapid.IntRange(1, 40).Draw(t, "max chunks")
		borders := Borders(videos, rowsPerChunk, maxChunks)

		ranges := Split(borders)
		require.LessOrEqual(t, len(ranges), maxChunks)
		atMost := max(rowsPerChunk, 2*total/int64(maxChunks)+1)
		for _, r := range ranges {
			var rows, inRange int64
			for _, video := range videos {
				if r.contains(video.VideoID) {
					rows += video.Rows
					inRange++
				}
			}
			if len(videos) > 0 {
				require.NotZero(t, inRange, "an empty range")
			}
			if inRange > 1 {
				require.LessOrEqual(t, rows, atMost, "a range that could be cut")
			}
		}
	})
}

func TestBorders_GiveABigVideoARangeOfItsOwn(t *testing.T) {
	videos := []VideoRows{{1, 10}, {2, 500}, {3, 10}, {4, 10}}
	require.Equal(t, []int64{2, 3}, Borders(videos, 100, 300))
}
