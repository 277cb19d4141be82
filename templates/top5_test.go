package templates

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOwnVideoOfTheRankingIsMarked(t *testing.T) {
	s := sample(Korean, 1)
	s.Top.ByViews[4].Own, s.Top.ByPlayedSeconds[4].Own = true, true
	words := texts(layOutTop5(documentFont(t), s).pages[0])
	require.Contains(t, words, "내 영상")
	require.NotContains(t, strings.Join(words, "\n"), korean.ownBest, "no further row of the creator's")
}

func TestBestOwnVideoStandsBesideARankingWithoutOne(t *testing.T) {
	s := sample(English, 3)
	s.Lines[0].Views, s.Lines[1].Views, s.Lines[2].Views = 500, 962_000, 962_000
	s.Lines[1].Title = "Mine"
	words := texts(layOutTop5(documentFont(t), s).pages[0])
	require.Contains(t, words, "Mine")
	require.Contains(t, words, "Your best video · 469 behind no. 5")
}

func TestBestOwnVideoIsTheSmallerIDAmongEquals(t *testing.T) {
	views := func(line Line) int64 { return line.Views }
	lines := []Line{sampleLine(9, "b", 100), sampleLine(3, "a", 100), sampleLine(5, "c", 100), sampleLine(1, "d", 0)}
	best, found := bestOwn(lines, views)
	require.True(t, found)
	require.Equal(t, int64(3), best.VideoID)

	_, found = bestOwn(lines[3:], views)
	require.False(t, found)
}

func TestRankingOfFewerThanFiveVideos(t *testing.T) {
	s := sample(Korean, 0)
	s.Top.ByViews, s.Top.ByPlayedSeconds = s.Top.ByViews[:2], nil
	words := texts(layOutTop5(documentFont(t), s).pages[0])
	require.Contains(t, words, "2")
	require.NotContains(t, words, "3")
	require.Contains(t, words, korean.nothing)
	require.Contains(t, words, korean.noRanking)
}
