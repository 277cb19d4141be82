package e2e

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
)

// statistics is the period's export of that name, byte for byte.
func (d settledDay) statistics() string {
	out := newTable("period", "start", "video_id", "creator_id", "views", "self_views", "repeat_views", "played_seconds", "ad_views")
	for _, l := range d.lines {
		if l.rows() == 0 {
			continue // only late views
		}
		out.add(d.kind, d.day, l.video.id, l.video.creator, l.views, l.self, l.repeats, l.seconds, l.ads)
	}
	return out.csv()
}

// settlement is the period's export of that name, byte for byte.
func (d settledDay) settlement() string {
	out := newTable("period", "start", "creator_id", "video_id", "views_from", "views_to", "ad_views_from", "ad_views_to", "video_amount", "ad_amount")
	for _, l := range byCreator(d.lines) {
		if !l.pays() {
			continue
		}
		out.add(d.kind, d.day, l.video.creator, l.video.id, l.viewsFrom, l.viewsTo, l.adsFrom, l.adsTo, l.videoAmount, l.adAmount)
	}
	return out.csv()
}

// adjustments is the period's export of that name, byte for byte.
func (d settledDay) adjustments() string {
	out := newTable("period", "start", "creator_id", "video_id", "watched_on", "posted_on", "views", "self_views", "repeat_views", "played_seconds", "ad_views",
		"views_from", "views_to", "ad_views_from", "ad_views_to", "video_amount", "ad_amount")
	for _, l := range byCreator(d.lines) {
		for _, late := range l.late {
			out.add(d.kind, d.day, l.video.creator, l.video.id, late.watchedOn, late.postedOn, late.views, late.self, late.repeats, late.seconds, late.ads,
				late.viewsFrom, late.viewsTo, late.adsFrom, late.adsTo, late.videoAmount, late.adAmount)
		}
	}
	return out.csv()
}

func byCreator(lines []line) []line {
	return slices.SortedFunc(slices.Values(lines), func(a, b line) int {
		return cmp.Or(cmp.Compare(a.video.creator, b.video.creator), cmp.Compare(a.video.id, b.video.id))
	})
}

// top5 is the period's export of that name, byte for byte (R9).
func (d settledDay) top5() string {
	out := newTable("period", "start", "metric", "rank", "video_id", "title", "value")
	for _, metric := range []struct {
		name  string
		value func(line) int64
	}{
		{"played_seconds", func(l line) int64 { return l.seconds }},
		{"views", func(l line) int64 { return l.views }},
	} {
		lines := d.counted()
		slices.SortFunc(lines, func(a, b line) int {
			return cmp.Or(cmp.Compare(metric.value(b), metric.value(a)), cmp.Compare(a.video.id, b.video.id))
		})
		for i, l := range lines[:min(5, len(lines))] {
			out.add(d.kind, d.day, metric.name, i+1, l.video.id, l.video.title, metric.value(l))
		}
	}
	return out.csv()
}

// counted are the lines of which something counted.
func (d settledDay) counted() (lines []line) {
	for _, l := range d.lines {
		if l.views > 0 {
			lines = append(lines, l)
		}
	}
	return lines
}

// total is the sum of the lines that are wanted.
func (d settledDay) total(wanted func(line) bool) (sum line) {
	for _, l := range d.lines {
		if !wanted(l) {
			continue
		}
		sum.views += l.views
		sum.self += l.self
		sum.repeats += l.repeats
		sum.seconds += l.seconds
		sum.ads += l.ads
		sum.videoAmount += l.videoAmount
		sum.adAmount += l.adAmount
		sum.late = append(sum.late, l.late...)
	}
	return sum
}

// rollUp is the sum of the days (R8), under the name of a longer period.
func rollUp(kind, start string, days ...settledDay) settledDay {
	sums := map[int64]line{}
	for _, day := range days {
		for _, l := range day.lines {
			sum, found := sums[l.video.id]
			if !found || !sum.pays() {
				sum.video, sum.viewsFrom, sum.adsFrom = l.video, l.viewsFrom, l.adsFrom
			}
			if l.pays() {
				sum.viewsTo, sum.adsTo = l.viewsTo, l.adsTo
			}
			sum.views += l.views
			sum.self += l.self
			sum.repeats += l.repeats
			sum.seconds += l.seconds
			sum.ads += l.ads
			sum.videoAmount += l.videoAmount
			sum.adAmount += l.adAmount
			sum.late = append(sum.late, l.late...)
			sums[l.video.id] = sum
		}
	}
	rolled := settledDay{kind: kind, day: start}
	for _, id := range slices.Sorted(maps.Keys(sums)) {
		rolled.lines = append(rolled.lines, sums[id])
	}
	return rolled
}

type table struct{ rows [][]string }

func newTable(columns ...string) *table { return &table{rows: [][]string{columns}} }

func (t *table) add(values ...any) {
	row := make([]string, len(values))
	for i, value := range values {
		row[i] = fmt.Sprint(value)
	}
	t.rows = append(t.rows, row)
}

func (t *table) csv() string {
	var text bytes.Buffer
	if err := csv.NewWriter(&text).WriteAll(t.rows); err != nil {
		panic(err)
	}
	return text.String()
}
