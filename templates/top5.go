package templates

import (
	"fmt"
	"strconv"

	"creatorpay/settlement"
	"creatorpay/templates/pdf"
)

// layOutTop5 is the table of contents of the Top 5.
func layOutTop5(font *pdf.Font, s *Statement) *sheet {
	l := newLetter(font, s, s.labels().top5)
	l.writeHead()
	l.paragraph(caption, l.topIntro)
	if l.statement.lateViews() > 0 {
		l.paragraph(caption, l.lateUnranked)
	}
	l.writeRanking(l.byViews, s.Top.ByViews, settlement.Number, func(line Line) int64 { return line.Views })
	l.writeRanking(l.byPlayTime, s.Top.ByPlayedSeconds, Duration, func(line Line) int64 { return line.PlayedSeconds })
	l.writeFooters()
	return l.sheet
}

const (
	rankedHeight = 34.0
	rankWidth    = 26.0
)

// tagged marks what is the creator's own.
var tagged = pdf.Style{Bold: true, Size: 7.5, Colour: accent}

// writeRanking draws the videos, and below them the creator's best video where
// none of them is the creator's.
func (l *letter) writeRanking(title string, videos []RankedVideo, format func(int64) string, value func(Line) int64) {
	l.section(title, rankedHeight*float64(len(videos)+2))
	if len(videos) == 0 {
		l.paragraph(body, l.noRanking)
		return
	}
	highest, own := videos[0].Value, false
	for _, video := range videos {
		own = own || video.Own
		tag := ""
		if video.Own {
			tag = l.own
		}
		l.writeRanked(strconv.Itoa(video.Rank), video, tag, format(video.Value), highest)
	}
	if own {
		return
	}
	best, found := bestOwn(l.statement.Lines, value)
	if !found {
		l.paragraph(caption, l.nothing)
		return
	}
	last := videos[len(videos)-1]
	gap := fmt.Sprintf(l.behind, settlement.Number(last.Rank), format(max(last.Value-best.Value, 0)))
	l.down(4)
	l.rule(l.y, line)
	l.down(18)
	l.write(left+rankWidth, l.y, tagged, l.ownBest+" · "+gap)
	l.writeRanked("", best, "", format(best.Value), highest)
}

// bestOwn is the creator's video with the highest value, the smallest id among
// equals (R9); it is not found where all are 0.
func bestOwn(lines []Line, value func(Line) int64) (best RankedVideo, found bool) {
	for _, line := range lines {
		if v := value(line); v > best.Value || (v > 0 && v == best.Value && line.VideoID < best.VideoID) {
			best, found = RankedVideo{VideoID: line.VideoID, Title: line.Title, Value: v, Own: true}, true
		}
	}
	return best, found
}

func (l *letter) writeRanked(rank string, video RankedVideo, tag, value string, highest int64) {
	text, bar := pdf.Style{Size: 9.5, Colour: ink}, pale
	figure := pdf.Style{Bold: true, Size: 9.5, Colour: ink}
	if video.Own {
		figure.Colour, bar = accent, accent
	}
	l.write(left, l.y+21, pdf.Style{Bold: true, Size: 14, Colour: figure.Colour}, rank)
	l.writeRight(right, l.y+15, figure, value)

	room := width - rankWidth - l.width(figure, value) - 16
	if tag != "" {
		room -= l.width(tagged, tag) + 8
	}
	title := l.fit(text, l.videoTitle(video.Title, video.VideoID), room)
	l.write(left+rankWidth, l.y+15, text, title)
	l.write(left+rankWidth+l.width(text, title)+8, l.y+15, tagged, tag)

	const track = width - rankWidth
	l.fill(left+rankWidth, l.y+22, track, 4, line)
	l.fill(left+rankWidth, l.y+22, track*share(float64(video.Value), float64(highest)), 4, bar)
	l.down(rankedHeight)
}
