package verify

import (
	"slices"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// chunkFigures are what one chunk of a day comes to, stored or recomputed.
type chunkFigures struct {
	unknownRows int64 // rows of unknown videos
	statistics  []db.StatisticsLine
	late        []daylog.LateView // that the day posts
	adjustments []db.Adjustment   // what those come to
	settlements []db.SettlementLine
	payments    db.PaymentCount // its lines, adjustments, late rows and refunds
	unsettled   string          // why nobody can tell what the payments come to; empty if somebody can
}

func (f chunkFigures) totals() (settlement.Totals, error) {
	totals, err := db.Count{Lines: f.statistics, Adjustments: f.adjustments, Payments: &f.payments}.Totals()
	if err != nil {
		return totals, err
	}
	for _, line := range f.settlements {
		if err := totals.Amounts.Add(line.Amounts); err != nil {
			return totals, err
		}
	}
	return totals, nil
}

// dayFigures are what a day as a whole comes to, stored or recomputed.
type dayFigures struct {
	totals settlement.Totals
	top    map[rank]settlement.VideoValue
}

// rank is one line of a ranking.
type rank struct {
	metric string
	number int // 1 is the first
}

func storedRanks(top []db.TopVideo) map[rank]settlement.VideoValue {
	ranks := make(map[rank]settlement.VideoValue, len(top))
	for _, video := range top {
		ranks[rank{video.Metric, video.Rank}] = settlement.VideoValue{VideoID: video.VideoID, Value: video.Value}
	}
	return ranks
}

// metrics are the figures by which videos are ranked.
var metrics = [...]struct {
	name string
	of   func(settlement.Statistics) int64
}{
	{db.MetricViews, func(s settlement.Statistics) int64 { return s.Views }},
	{db.MetricPlayedSeconds, func(s settlement.Statistics) int64 { return s.PlayedSeconds }},
}

// rankings are the first videos by each of the metrics, of some chunks: each video
// is in one of them, so that no other videos of a chunk need to be kept.
type rankings [len(metrics)][]settlement.VideoValue

// add ranks the videos of the lines, too. One of which nothing counted has no rank
// (R9).
func (r *rankings) add(lines []db.StatisticsLine) {
	for i, metric := range metrics {
		videos := r[i]
		for _, line := range lines {
			if line.Views > 0 {
				videos = append(videos, settlement.VideoValue{VideoID: line.VideoID, Value: metric.of(line.Statistics)})
			}
		}
		r[i] = slices.Clone(settlement.Rank(videos)) // without all the others behind it
	}
}

func (r *rankings) merge(others rankings) {
	for i := range r {
		r[i] = settlement.Rank(slices.Concat(r[i], others[i]))
	}
}

func (r *rankings) ranks() map[rank]settlement.VideoValue {
	ranked := make(map[rank]settlement.VideoValue)
	for i, metric := range metrics {
		for place, video := range r[i] {
			ranked[rank{metric.name, place + 1}] = video
		}
	}
	return ranked
}

// recordedOwners are the catalogue's, with those that the day recorded in their
// place.
func recordedOwners(owners []db.Owner, stored chunkFigures) []db.Owner {
	recorded := make(map[int64]int64, len(stored.statistics))
	for _, line := range stored.payments.Lines {
		recorded[line.VideoID] = line.CreatorID
	}
	for _, adjustment := range stored.adjustments {
		recorded[adjustment.VideoID] = adjustment.CreatorID
	}
	for _, line := range stored.statistics {
		recorded[line.VideoID] = line.CreatorID
	}
	for i, owner := range owners {
		if creator, found := recorded[owner.VideoID]; found {
			owners[i].CreatorID = creator
		}
	}
	return owners
}

// price prices what was counted again, from where the videos' settled days before
// this one ended. counted are the videos that the day paid. An adjustment of any
// other video earned nothing.
func price(count db.Count, counted []db.CountedVideo, rule settlement.PriceRule) (chunkFigures, error) {
	recounted := make(map[int64]settlement.Statistics, len(count.Lines))
	for _, line := range count.Lines {
		recounted[line.VideoID] = line.Statistics
	}
	rejudged := make(map[int64][]db.Adjustment)
	for _, adjustment := range count.Adjustments {
		rejudged[adjustment.VideoID] = append(rejudged[adjustment.VideoID], adjustment)
	}
	figures := chunkFigures{unknownRows: count.UnknownRows, statistics: count.Lines, late: count.Late}
	if count.Payments != nil {
		figures.payments = *count.Payments
	}
	for _, video := range counted {
		video.Views, video.AdViews = recounted[video.VideoID].Views, recounted[video.VideoID].AdViews
		video.Adjustments = rejudged[video.VideoID]
		delete(rejudged, video.VideoID)
		line, adjustments, err := video.Price(rule)
		if err != nil {
			return chunkFigures{}, err
		}
		figures.settlements = append(figures.settlements, line)
		figures.adjustments = append(figures.adjustments, adjustments...)
	}
	for _, adjustment := range count.Adjustments {
		if _, unpaid := rejudged[adjustment.VideoID]; unpaid {
			figures.adjustments = append(figures.adjustments, adjustment)
		}
	}
	return figures, nil
}
