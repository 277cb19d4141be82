package answers

import (
	"math"

	"creatorpay/settlement"
)

// How many lines a page has.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// limitOf is how many lines a page has, or an [settlement.ErrInvalid].
func limitOf(limit int) (int, error) {
	if limit == 0 {
		return DefaultLimit, nil
	}
	if limit < 1 || limit > MaxLimit {
		return 0, settlement.Invalid("a page of %d lines cannot be given: ask for 1 to %d", limit, MaxLimit)
	}
	return limit, nil
}

// Page is a part of a list that is ordered by video.
type Page struct {
	After int64 // id of the video after which the page begins; 0 for the first page
	Limit int   // how many videos at most, up to [MaxLimit]; 0 for [DefaultLimit]
}

// start is the range of the videos from the page's first on.
func (p Page) start() (settlement.Range, error) {
	if p.After < 0 || p.After == math.MaxInt64 {
		return settlement.Range{}, settlement.Invalid("no page begins after video %d", p.After)
	}
	from := p.After + 1
	return settlement.Range{From: &from}, nil
}

// cut leaves the page of lines that were read with one more than it has, and says after which key the next one begins.
func cut[T, K any](lines []T, limit int, keyOf func(T) K) ([]T, *K) {
	if len(lines) <= limit {
		return lines, nil
	}
	last := keyOf(lines[limit-1])
	return lines[:limit], &last
}
