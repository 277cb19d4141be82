package settlement

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestR9_RanksByValueThenByTheSmallerVideo(t *testing.T) {
	videos := []VideoValue{{7, 2}, {3, 9}, {5, 2}, {1, 4}, {6, 1}, {4, 2}, {2, 2}}

	require.Equal(t, []VideoValue{{3, 9}, {1, 4}, {2, 2}, {4, 2}, {5, 2}}, Rank(videos))
	require.Equal(t, VideoValue{7, 2}, videos[0], "they stay as they are")
}

func TestR9_FewerVideosGiveFewerRanks(t *testing.T) {
	require.Equal(t, []VideoValue{{1, 0}}, Rank([]VideoValue{{1, 0}}))
	require.Empty(t, Rank(nil))
}
