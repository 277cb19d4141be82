package templates

import (
	"fmt"

	"creatorpay/settlement"
)

func (l *letter) writeVideos() {
	l.section(l.perVideo, 96)
	videos := l.videoTable()
	if len(videos.rows) == 0 {
		l.paragraph(body, l.noVideos)
		return
	}
	l.writeTable(videos)
	if l.statement.lateViews() > 0 {
		l.down(4)
		l.paragraph(note, l.lateReason)
	}
}

// videoTable has a row for each video and one for all of them. A video with payments
// only is among the sales.
func (l *letter) videoTable() table {
	videos := table{heads: []string{l.video, l.views, l.playTime, l.adViews, l.videoAmount, l.adAmount}}
	for _, line := range l.statement.Lines {
		if all := line.WithLate(); all.Rows() == 0 && line.Payments.Rows() > 0 {
			continue
		}
		videos.rows = append(videos.rows, row{
			cells:   figures(l.videoTitle(line.Title, line.VideoID), line.WithLate(), line.Amounts),
			details: l.videoDetails(line),
			parts:   l.lateParts(line),
		})
	}
	sum, earned := l.statement.Totals()
	videos.total = figures(l.sum, sum, earned)
	return videos
}

func figures(name string, s settlement.Statistics, earned settlement.Amounts) []string {
	return []string{name, settlement.Number(s.Views), Duration(s.PlayedSeconds), settlement.Number(s.AdViews), earned.VideoAmount.String(), earned.AdAmount.String()}
}

// separator stands before a part of the small print that does not begin a line.
const separator = "· "

// videoDetails are the ordinals, how many at which price, and what was left out.
func (l *letter) videoDetails(line Line) []string {
	details := []string{fmt.Sprintf("ID %d", line.VideoID)}
	details = append(details, l.pricedOrdinals(l.viewOrdinals, line.OfViews(), line.ViewShares)...)
	details = append(details, l.pricedOrdinals(l.adOrdinals, line.OfAdViews(), line.AdShares)...)
	all := line.WithLate()
	return append(details, separator+fmt.Sprintf(l.leftOutOf, settlement.Number(all.SelfViews), settlement.Number(all.RepeatViews)))
}

// lateParts tell from which days the late views of the video's figures are.
func (l *letter) lateParts(line Line) (parts [][]string) {
	for _, late := range line.Late {
		if late.Views > 0 {
			days := fmt.Sprintf(l.lateDays, l.Day(late.WatchedOn), l.Short(late.PaidOn))
			parts = append(parts, figures(days, late.Statistics, late.Amounts))
		}
	}
	return parts
}

func (l *letter) pricedOrdinals(format string, ordinals settlement.Ordinals, shares []settlement.Share) (parts []string) {
	if ordinals.Count() == 0 {
		return nil
	}
	for i, share := range shares {
		priced := fmt.Sprintf(l.share, settlement.Number(share.Count), Price(share.Price))
		if i == 0 {
			priced = separator + fmt.Sprintf(format, settlement.Number(ordinals.From+1), settlement.Number(ordinals.To)) + " " + priced
		} else {
			priced = "+ " + priced
		}
		parts = append(parts, priced)
	}
	return parts
}
