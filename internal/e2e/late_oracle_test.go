package e2e

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// latePlatform is a platform some of whose views come after their day has
// closed: they are posted by a later day.
type latePlatform struct {
	*platform
	postedOn map[int64]string // by view id; views that are on time are missing
}

// adjustment is what the late views of one day came to for one video.
type adjustment struct {
	line              // its ordinals and amounts are those of the late views
	posted, watchedOn string
}

// lateDays are what some days came to: what was watched on them in time, what
// they paid for, and the late views among that.
type lateDays struct {
	onTime      settledDay // without ordinals and amounts
	paid        settledDay // with the late views
	adjustments []adjustment
}

// settleLate settles the days from first to last, in order, straight from the
// rules for late views.
func (p *latePlatform) settleLate(first, last string) (days []lateDays) {
	verdicts := map[int64]verdict{} // of the views that are judged, by view id
	viewsSoFar, adsSoFar := map[int64]int64{}, map[int64]int64{}
	for _, v := range p.videos {
		viewsSoFar[v.id], adsSoFar[v.id] = v.openingViews, v.openingAdViews
	}
	for day := first; day <= last; day = dayAfter(day) {
		onTime, late := p.viewsOf(day)
		for _, play := range onTime {
			verdicts[play.id] = p.judge(play, p.known(day), nil)
		}
		for _, play := range late {
			verdicts[play.id] = p.judge(play, p.known(day), verdicts)
		}
		came := lateDays{onTime: settledDay{kind: "daily", day: day}, paid: settledDay{kind: "daily", day: day}}
		for _, v := range slices.SortedFunc(slices.Values(p.videos), func(a, b video) int { return cmp.Compare(a.id, b.id) }) {
			own := line{video: v}
			lateOf := map[string]line{} // by origin day
			for _, play := range onTime {
				if play.video == v.id {
					own = own.add(play, verdicts[play.id])
				}
			}
			for _, play := range late {
				if play.video == v.id {
					l := lateOf[p.dayOf(play.at)]
					l.video = v
					lateOf[p.dayOf(play.at)] = l.add(play, verdicts[play.id])
				}
			}
			if own.views+own.self+own.repeats > 0 {
				came.onTime.lines = append(came.onTime.lines, own)
			}
			rule, paid := p.pricesOn(day), own
			paid.viewsFrom, paid.adsFrom = viewsSoFar[v.id], adsSoFar[v.id]
			var adjustments []adjustment
			for _, origin := range slices.Sorted(maps.Keys(lateOf)) {
				l := lateOf[origin]
				l.viewsFrom, l.adsFrom = paid.viewsFrom+paid.views, paid.adsFrom+paid.ads
				l.viewsTo, l.adsTo = l.viewsFrom+l.views, l.adsFrom+l.ads
				l.videoAmount = amount(rule.views, paid.viewsFrom, l.viewsTo) - amount(rule.views, paid.viewsFrom, l.viewsFrom)
				l.adAmount = amount(rule.ads, paid.adsFrom, l.adsTo) - amount(rule.ads, paid.adsFrom, l.adsFrom)
				adjustments = append(adjustments, adjustment{line: l, posted: day, watchedOn: origin})
				paid.views += l.views
				paid.seconds += l.seconds
				paid.ads += l.ads
			}
			if paid.views > 0 {
				paid.viewsTo, paid.adsTo = paid.viewsFrom+paid.views, paid.adsFrom+paid.ads
				paid.videoAmount, paid.adAmount = amount(rule.views, paid.viewsFrom, paid.viewsTo), amount(rule.ads, paid.adsFrom, paid.adsTo)
				viewsSoFar[v.id], adsSoFar[v.id] = paid.viewsTo, paid.adsTo
				came.paid.lines = append(came.paid.lines, paid)
			} else {
				for i := range adjustments { // what pays nothing has no ordinals
					l := &adjustments[i].line
					l.viewsFrom, l.viewsTo, l.adsFrom, l.adsTo = 0, 0, 0, 0
				}
			}
			came.adjustments = append(came.adjustments, adjustments...)
		}
		days = append(days, came)
	}
	return days
}

// viewsOf are the views that the day judges: its own, and the late ones that it
// posts in the order in which they are judged.
func (p *latePlatform) viewsOf(day string) (onTime, late []view) {
	for _, play := range p.views {
		posted, isLate := p.postedOn[play.id]
		switch {
		case isLate && posted == day:
			late = append(late, play)
		case !isLate && p.dayOf(play.at) == day:
			onTime = append(onTime, play)
		}
	}
	slices.SortFunc(late, func(a, b view) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	return onTime, late
}

// known are the views that a day knows when it judges.
func (p *latePlatform) known(day string) (views []view) {
	for _, play := range p.views {
		posted, isLate := p.postedOn[play.id]
		if p.dayOf(play.at) <= day && (!isLate || posted <= day) {
			views = append(views, play)
		}
	}
	return views
}

// judge judges one view. verdicts are given for a late one: it also yields to a
// counted view that follows it too soon.
func (p *latePlatform) judge(play view, known []view, verdicts map[int64]verdict) verdict {
	if play.viewer == 0 {
		return counts
	}
	if play.viewer == p.video(play.video).creator {
		return selfView
	}
	for _, other := range known {
		if other.id == play.id || other.video != play.video || other.viewer != play.viewer {
			continue
		}
		first, second := other, play
		if other.at.After(play.at) || other.at.Equal(play.at) && other.id > play.id {
			first, second = play, other
		}
		if second.at.Sub(first.at) >= p.window {
			continue
		}
		of, judged := verdicts[other.id]
		if second == play || judged && of == counts {
			return repeatView
		}
	}
	return counts
}

// rollUpLate adds up days under the name of a longer period.
func rollUpLate(kind, start string, days []lateDays) (sum lateDays) {
	var onTime, paid []settledDay
	for _, day := range days {
		onTime, paid = append(onTime, day.onTime), append(paid, day.paid)
		sum.adjustments = append(sum.adjustments, day.adjustments...)
	}
	sum.onTime, sum.paid = rollUp(kind, start, onTime...), rollUp(kind, start, paid...)
	return sum
}

// export is the period's export of adjustments, byte for byte.
func (d lateDays) export() string {
	out := newTable("period", "start", "creator_id", "video_id", "watched_on", "posted_on", "views", "self_views", "repeat_views", "played_seconds", "ad_views",
		"views_from", "views_to", "ad_views_from", "ad_views_to", "video_amount", "ad_amount")
	slices.SortFunc(d.adjustments, func(a, b adjustment) int {
		return cmp.Or(cmp.Compare(a.video.creator, b.video.creator), cmp.Compare(a.video.id, b.video.id), cmp.Compare(a.posted, b.posted), cmp.Compare(a.watchedOn, b.watchedOn))
	})
	for _, a := range d.adjustments {
		out.add(d.paid.kind, d.paid.day, a.video.creator, a.video.id, a.watchedOn, a.posted, a.views, a.self, a.repeats, a.seconds, a.ads,
			a.viewsFrom, a.viewsTo, a.adsFrom, a.adsTo, a.videoAmount, a.adAmount)
	}
	return out.csv()
}

// lateViews are how many of the creator's views came late and counted.
func (d lateDays) lateViews(creator int64) (views int64) {
	for _, a := range d.adjustments {
		if a.video.creator == creator {
			views += a.views
		}
	}
	return views
}

// creators are those of whom something counted, late or on time.
func (d lateDays) creators() map[int64]bool {
	creators := map[int64]bool{}
	for _, l := range d.paid.lines {
		creators[l.video.creator] = true
	}
	return creators
}

func TestOracleJudgesLateViewsByWhatIsKnown(t *testing.T) {
	t.Parallel()
	p := &latePlatform{platform: newPlatform("Asia/Seoul"), postedOn: map[int64]string{}}
	p.addVideo(video{id: 1, creator: 1})
	onTime := func(at string) { p.play(1, 7, at, 10, 1) }
	late := func(posted, at string) { onTime(at); p.postedOn[int64(len(p.views))] = posted }
	onTime("2024-05-06 12:00:00")
	late("2024-05-07", "2024-05-06 12:00:29") // a repeat of the first
	late("2024-05-07", "2024-05-06 11:59:31") // yields to the first
	late("2024-05-07", "2024-05-06 12:00:59") // 30 s after a repeat counts
	late("2024-05-08", "2024-05-06 12:01:28") // a repeat of one that was late
	late("2024-05-07", "2024-05-06 23:59:50")
	onTime("2024-05-07 00:00:10") // a repeat of one that was late

	days := p.settleLate("2024-05-06", "2024-05-08")

	require.Equal(t, []adjustment{{
		line: line{
			video: video{id: 1, creator: 1}, views: 2, repeats: 2, seconds: 20, ads: 2,
			viewsFrom: 1, viewsTo: 3, adsFrom: 1, adsTo: 3, videoAmount: 2, adAmount: 20,
		},
		posted: "2024-05-07", watchedOn: "2024-05-06",
	}}, days[1].adjustments)
	require.EqualValues(t, 1, days[1].onTime.lines[0].repeats)
	require.EqualValues(t, 1, days[2].adjustments[0].repeats)
	require.Empty(t, days[2].paid.lines, "nothing of it counts")
}
