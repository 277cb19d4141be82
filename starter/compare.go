package main

import (
	"cmp"
	"fmt"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

// compare notes a figure that is not the same again. Both are of one type: values
// of two would always differ, or never.
func compare[T comparable](p *part, of, figure string, stored, recomputed T) {
	if stored != recomputed {
		p.differences = append(p.differences, difference{of, figure, stored, recomputed})
	}
}

func (p *part) compareFigures(of string, stored, recomputed settlement.Statistics) {
	compare(p, of, "views", stored.Views, recomputed.Views)
	compare(p, of, "self views", stored.SelfViews, recomputed.SelfViews)
	compare(p, of, "repeat views", stored.RepeatViews, recomputed.RepeatViews)
	compare(p, of, "played seconds", stored.PlayedSeconds, recomputed.PlayedSeconds)
	compare(p, of, "ad views", stored.AdViews, recomputed.AdViews)
}

// compareStatistics compares two lists that are ordered by video. A line that
// one of them lacks counts as a line of zeros.
func compareStatistics(p *part, stored, recomputed []db.StatisticsLine) {
	for len(stored) > 0 || len(recomputed) > 0 {
		var left, right db.StatisticsLine
		switch {
		case len(recomputed) == 0 || len(stored) > 0 && stored[0].VideoID < recomputed[0].VideoID:
			left, stored = stored[0], stored[1:]
		case len(stored) == 0 || recomputed[0].VideoID < stored[0].VideoID:
			right, recomputed = recomputed[0], recomputed[1:]
		default:
			left, right = stored[0], recomputed[0]
			stored, recomputed = stored[1:], recomputed[1:]
		}
		p.compareFigures(fmt.Sprintf("video %d", max(left.VideoID, right.VideoID)), left.Statistics, right.Statistics)
	}
}

func compareSettlement(p *part, stored, recomputed db.SettlementLine) {
	of := fmt.Sprintf("video %d", recomputed.VideoID)
	compare(p, of, "creator", stored.CreatorID, recomputed.CreatorID)
	compare(p, of, "views from", stored.ViewsFrom, recomputed.ViewsFrom)
	compare(p, of, "views to", stored.ViewsTo, recomputed.ViewsTo)
	compare(p, of, "ad views from", stored.AdViewsFrom, recomputed.AdViewsFrom)
	compare(p, of, "ad views to", stored.AdViewsTo, recomputed.AdViewsTo)
	compare(p, of, "video amount", stored.VideoAmount, recomputed.VideoAmount)
	compare(p, of, "ad amount", stored.AdAmount, recomputed.AdAmount)
}

// compareTop ranks the recomputed lines by a full sort (R9) and compares.
func compareTop(p *part, stored []db.TopVideo) {
	type place struct {
		metric string
		place  int
	}
	placed := make(map[place]db.TopVideo, len(stored))
	for _, top := range stored {
		placed[place{top.Metric, top.Place}] = top
	}
	counted := slices.DeleteFunc(slices.Clone(p.lines), func(line db.StatisticsLine) bool { return line.Views == 0 })
	for metric, value := range map[string]func(db.StatisticsLine) int64{
		db.MetricViews:         func(line db.StatisticsLine) int64 { return line.Views },
		db.MetricPlayedSeconds: func(line db.StatisticsLine) int64 { return line.PlayedSeconds },
	} {
		slices.SortFunc(counted, func(a, b db.StatisticsLine) int {
			return cmp.Or(cmp.Compare(value(b), value(a)), cmp.Compare(a.VideoID, b.VideoID))
		})
		for i := range settlement.TopPlaces {
			var video, figure int64
			if i < len(counted) {
				video, figure = counted[i].VideoID, value(counted[i])
			}
			of := fmt.Sprintf("top %d by %s", i+1, metric)
			top := placed[place{metric, i + 1}]
			compare(p, of, "video", top.VideoID, video)
			compare(p, of, "value", top.Value, figure)
		}
	}
}
