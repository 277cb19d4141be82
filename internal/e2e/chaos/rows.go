package chaos

import (
	"context"
	"math/rand/v2"
	"time"

	"creatorpay/db/daylog"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
)

// arrival is a view that came while something ran.
type arrival struct {
	oracle.View
	origin
}

// origin is how a row came while something ran.
type origin struct {
	day    settlement.Day // to which it came
	closed bool           // its day was closed
	paidBy settlement.Day // if it is late: the run of this day at the latest has to pay it
}

// firstArrival is above the ids of the views that are there from the start.
const firstArrival = 1 << 41

// RowsArrive adds plays of a few videos to the day that runs.
func (c *Rig) RowsArrive(in Injection) (faultproxy.Fault, bool) {
	return faultproxy.None, c.someArrive(in, in.period.Start)
}

// LateRowsArrive adds plays to one of the closed days.
func (c *Rig) LateRowsArrive(in Injection) (faultproxy.Fault, bool) {
	day, some := c.closedDay(in)
	return faultproxy.None, some && c.someArrive(in, day)
}

// closedDay is one of the closed days that the log still has, if there are some.
func (c *Rig) closedDay(in Injection) (day settlement.Day, some bool) {
	last := in.period.End() - 1
	if in.period.IsDay() {
		last--
	}
	first := max(c.plan.Periods[0].Start, c.firstKept())
	if last < first {
		return 0, false
	}
	return first + settlement.Day(in.random.Int64N(int64(last-first)+1)), true
}

// RepeatsArrive adds plays to the first day that repeat others.
func (c *Rig) RepeatsArrive(in Injection) (faultproxy.Fault, bool) {
	day, p := c.plan.Periods[0].Start, c.plan.platform
	for _, play := range p.Views {
		if p.DayOf(play.At) == day.String() && p.DayOf(play.At.Add(time.Second)) == day.String() {
			play.At, play.ID = play.At.Add(time.Second), firstArrival+play.ID
			c.appendView(arrival{play, origin{day: day, paidBy: in.period.End()}})
		}
	}
	return faultproxy.None, true
}

func (c *Rig) someArrive(in Injection, day settlement.Day) (some bool) {
	for range 1 + in.random.IntN(12) {
		some = c.arrive(in, day, c.anyVideo(in.random)) || some
	}
	return some
}

func (c *Rig) anyVideo(random *rand.Rand) int64 {
	videos, _ := c.catalogue()
	return videos[random.IntN(len(videos))].ID
}

// arrive adds a play to the day: of the video, or of one that somebody watches at
// that very time.
func (c *Rig) arrive(in Injection, day settlement.Day, video int64) (stored bool) {
	return c.appendView(arrival{playOf(c.plan.platform, in.random, day, video), origin{day: day, paidBy: in.period.End()}})
}

func (c *Rig) appendView(came arrival) (stored bool) {
	err := c.ask(func(ctx context.Context) error {
		added, _, err := c.DB.AppendViews(ctx, []daylog.View{came.row()})
		stored, came.closed = added.Rows == 1, len(added.Closed) > 0
		return err
	})
	if err != nil || !stored {
		return false
	}
	c.takeArrival(came)
	return true
}

// row is the view as it is appended.
func (a arrival) row() daylog.View {
	return daylog.View{
		Day: a.day, VideoID: a.Video, ViewerID: a.Viewer, WatchedAt: a.At.UnixMilli(), ViewID: a.ID,
		PlayedSeconds: a.Seconds, AdViews: a.Ads,
	}
}

func (c *Rig) takeArrival(came arrival) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.arrived = append(c.arrived, came)
}

// takeArrivals adds what arrived to the platform. Only the database knows on
// which side of a close a row came to lie; but one that came to a closed day is
// late, and one that is late is paid by the next run that can do so. When its day
// has been dropped, it is late if it was posted: one that was neither counted nor
// posted would be missed in what the day came to. One that came when a drop of its day
// had broken off lies below the first day in the end, as those do that come afterwards ([Rig.takeInserted]).
func (c *Rig) takeArrivals() {
	fates, below := map[int64]fate{}, map[int64]bool{}
	c.reportError(c.ask(func(ctx context.Context) error {
		return eachRow(ctx, c.SQL, func(scan func(...any) error) error {
			var id int64
			err := scan(&id)
			below[id] = true
			return err
		}, `
			SELECT view_id
			FROM watch_log PARTITION (p0)`)
	}))
	kept := c.firstKept()
	c.reportError(c.ask(func(ctx context.Context) error {
		return eachRow(ctx, c.SQL, func(scan func(...any) error) error {
			var id int64
			var f fate
			err := scan(&id, &f.late, &f.posted)
			fates[id] = f
			return err
		}, `
			SELECT
				l.view_id,
				l.epoch >= r.late_from,
				COALESCE(v.posted_on, '')
			FROM watch_log l
			JOIN runs r ON r.kind = 'daily' AND r.starts_on = l.watched_on
			LEFT JOIN late_views v ON v.watched_on = l.watched_on AND v.video_id = l.video_id AND v.viewer_id = l.viewer_id
				AND v.watched_at = l.watched_at AND v.view_id = l.view_id
			WHERE l.view_id >= ?
			UNION ALL
			SELECT view_id, TRUE, posted_on
			FROM late_views
			WHERE view_id >= ? AND watched_on < ?`, int64(firstArrival), int64(firstArrival), kept)
	}))
	for _, came := range c.arrived {
		if below[came.ID] {
			continue
		}
		f, there := fates[came.ID]
		c.reportIf(!there && came.day >= kept, "view %d has vanished", came.ID)
		c.reportFate(f, came.origin, "view", came.ID)
		came.Posted = f.posted
		c.plan.platform.Views = append(c.plan.platform.Views, came.View)
		c.Tally.arrive(f.late)
	}
}

// fate is what became of a row that came.
type fate struct {
	late   bool
	posted string // the day that posts it
}

// reportFate reports a row that is late and was not posted in time, or the
// contrary.
func (c *Rig) reportFate(f fate, came origin, what string, id int64) {
	c.reportIf(came.closed && !f.late, "%s %d came to a closed day and is not late", what, id)
	c.reportIf(f.late != (f.posted != ""), "%s %d is late: %t, but is posted on %q", what, id, f.late, f.posted)
	c.reportIf(f.posted > c.mustBePaidBy(came).String(), "%s %d is posted on %s, later than on %s", what, id, f.posted, c.mustBePaidBy(came))
}
