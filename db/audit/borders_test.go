package audit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBordersAreBetweenSoManyVideosEachOfThemInOneRange(t *testing.T) {
	var videos borders
	for video := range int64(2*videosAtATime + 1) {
		videos.add(3 * video)
		videos.add(3 * video) // of another creator
	}
	require.Equal(t, []int64{3 * videosAtATime, 6 * videosAtATime}, videos.between)
}

func TestFewVideosAreOneRange(t *testing.T) {
	var videos borders
	for video := range int64(videosAtATime) {
		videos.add(video)
	}
	require.Empty(t, videos.between)
}
