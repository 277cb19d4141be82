package settlement

import (
	"fmt"
	"math"
)

// Range is a contiguous range of videos: From <= id < Before. A nil end is
// open, so that ranges can together cover ids that nobody thought of.
type Range struct {
	From   *int64 `db:"video_from" json:"from,omitempty"`
	Before *int64 `db:"video_before" json:"before,omitempty"`
}

// OneVideo is the range of one video.
func OneVideo(video int64) Range {
	if video == math.MaxInt64 {
		return Range{From: &video}
	}
	next := video + 1
	return Range{From: &video, Before: &next}
}

// String writes the range for people: "videos 100 to 199".
func (r Range) String() string {
	switch {
	case r.From == nil && r.Before == nil:
		return "all videos"
	case r.From == nil:
		return fmt.Sprintf("videos before %d", *r.Before)
	case r.Before == nil:
		return fmt.Sprintf("videos from %d", *r.From)
	case *r.From == *r.Before-1:
		return fmt.Sprintf("video %d", *r.From)
	default:
		return fmt.Sprintf("videos %d to %d", *r.From, *r.Before-1)
	}
}

// Creators is a range of creators, both ends included.
type Creators struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// AllCreators is every creator.
var AllCreators = Creators{First: math.MinInt64, Last: math.MaxInt64}

// ChunkState is how far the work on a chunk is.
type ChunkState string

// The states of a chunk. Those of a week or month are never counted.
const (
	ChunkPlanned ChunkState = "planned" // not worked on yet, to be counted again, or has rows of unknown videos
	ChunkCounted ChunkState = "counted"
	ChunkDone    ChunkState = "done" // settled, or rolled up
)

// VideoRows is how many rows a video has in a day, or is expected to have.
type VideoRows struct {
	VideoID int64 `db:"video_id"`
	Rows    int64 `db:"row_count"`
}

// Borders finds where to cut a day into at most maxChunks ranges: each border is
// the first video of the next range. The videos come by ascending id with their
// rows; a range gets about rowsPerChunk of them, more where maxChunks would not
// do. A video is never cut: one with more rows than that has its range to itself.
func Borders(videos []VideoRows, rowsPerChunk int64, maxChunks int) (borders []int64) {
	var total int64
	for _, video := range videos {
		total += video.Rows
	}
	// Any two neighbours have more rows than rowsPerChunk, or they would be one.
	rowsPerChunk = max(rowsPerChunk, 2*total/int64(maxChunks)+1)
	var rows int64
	for _, video := range videos {
		if rows > 0 && rows+video.Rows > rowsPerChunk {
			borders = append(borders, video.VideoID)
			rows = 0
		}
		rows += video.Rows
	}
	return borders
}

// Split cuts all videos into ranges at the borders, which must ascend: the
// first range has no lower and the last no upper end, and together they cover
// every id exactly once.
func Split(borders []int64) []Range {
	ranges := make([]Range, 0, len(borders)+1)
	var from *int64
	for _, border := range borders {
		ranges = append(ranges, Range{From: from, Before: &border})
		from = &border
	}
	return append(ranges, Range{From: from})
}
