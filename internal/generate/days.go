package generate

import (
	"errors"
	"iter"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// idsPerDay is how many view ids, and payment ids, each day has: they are numbered
// from day * idsPerDay + 1 on.
const idsPerDay = 1_000_000_000

// day is one day of the world.
type day struct {
	*world
	date       settlement.Day
	start, end int64 // in milliseconds since 1970-01-01 UTC
	share      share
	before     share    // of the day before; nothing if that is not generated
	sales      []*sales // that have rows on the day, those of the oldest day first; nil without payments
}

// days are the days in order.
func (w *world) days() iter.Seq[*day] {
	return func(yield func(*day) bool) {
		var before share
		var sold []*sales
		for number := range settlement.Day(w.options.Days) {
			today := w.day(w.options.From+number, before)
			if w.options.PaymentsPerDay > 0 {
				sold = append(sold, w.sales(today.date))
				sold = sold[max(0, len(sold)-paymentDays):]
				today.sales = sold
			}
			if !yield(today) {
				return
			}
			before = today.share
		}
	}
}

func (w *world) day(number settlement.Day, before share) *day {
	return &day{
		world:  w,
		date:   number,
		start:  w.calendar.Start(number).UnixMilli(),
		end:    w.calendar.End(number).UnixMilli(),
		share:  w.share(number, w.options.ViewsPerDay),
		before: before,
	}
}

// plantedFrom is how many views a video must have on a day for borderline cases
// that take several viewers: they need up to 14.
const plantedFrom = 20

// plants tells whether a video with so many views on a day has such cases: each
// fourth one, the biggest hit among them.
func (w *world) plants(video int, views int64) bool {
	return w.ranks[video]%4 == 0 && views >= plantedFrom
}

// plays are the video's views of the day, in the order of the log.
func (d *day) plays(video int) iter.Seq2[daylog.View, kind] {
	return func(yield func(daylog.View, kind) bool) {
		views := d.share.rows(video)
		about := d.video(video)
		creators := int64(d.options.Creators)
		s := script{
			random: d.random(topicPlays, video, d.date),
			next: daylog.View{
				Day:     d.date,
				VideoID: about.ID,
				ViewID:  int64(d.date)*idsPerDay + d.share.first[video] + 1,
			},
			left:     views,
			start:    d.start,
			end:      d.end,
			duration: about.DurationSeconds,
			yield:    yield,
		}
		s.anonymous((views + s.random.Int64N(20)) / 20)
		if d.plants(video, views) {
			s.creators(about.CreatorID, creators)
			s.midnight(creators+1, d.afterMidnight(video))
		}
		s.viewers(creators+nightOwls, d.options.ViewsPerDay/4)
	}
}

// afterMidnight is what a play soon after midnight is that has its previous one
// soon before, if the day before has it.
func (d *day) afterMidnight(video int) kind {
	if d.plants(video, d.before.rows(video)) {
		return midnightRepeat
	}
	return ordinary
}

// count adds a play to the day's figures.
func (d *Day) count(view daylog.View, k kind) {
	d.Expected.Count(settlement.Play{PlayedSeconds: int64(view.PlayedSeconds), AdViews: int64(view.AdViews)}, k.verdict())
	switch k {
	case anonymous:
		d.Anonymous++
	case chainRepeat:
		d.Repeats.Chain++
	case justBeforeRepeat:
		d.Repeats.JustBefore++
	case sameStartRepeat:
		d.Repeats.SameStart++
	case midnightRepeat:
		d.Repeats.Midnight++
	}
}

func (d *Day) add(other Day) error {
	d.Anonymous += other.Anonymous
	d.Repeats.Chain += other.Repeats.Chain
	d.Repeats.JustBefore += other.Repeats.JustBefore
	d.Repeats.SameStart += other.Repeats.SameStart
	d.Repeats.Midnight += other.Repeats.Midnight
	return errors.Join(d.Expected.Add(other.Expected), d.Sales.add(other.Sales))
}
