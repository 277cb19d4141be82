package e2e

import (
	"context"
	"math/rand/v2"
	"time"

	"creatorpay/db"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
)

// arrival is a view that came while something ran.
type arrival struct {
	oracle.View
	day    settlement.Day // to which it came
	closed bool           // its day was closed
	paidBy settlement.Day // if it is late: the run of this day at the latest has to pay it, unless it looks back less far
}

// firstArrival is above the ids of the views that are there from the start.
const firstArrival = 1 << 41

// rowsArrive adds plays of a few videos to the day that runs.
func (c *chaos) rowsArrive(b blow) (faultproxy.Fault, bool) {
	return faultproxy.None, c.someArrive(b, b.period.Start)
}

// lateDays is how many days back late rows come from: less than what a worker
// looks back to.
const lateDays = 5

// lateRowsArrive adds plays to one of the days that closed last.
func (c *chaos) lateRowsArrive(b blow) (faultproxy.Fault, bool) {
	last := b.period.End() - 1
	if b.period.isDay() {
		last--
	}
	first := max(last-lateDays+1, c.firstKept())
	if last < first {
		return faultproxy.None, false
	}
	return faultproxy.None, c.someArrive(b, first+settlement.Day(b.random.Int64N(int64(last-first)+1)))
}

// repeatsArrive adds plays to the first day that repeat others.
func (c *chaos) repeatsArrive(b blow) (faultproxy.Fault, bool) {
	day, p := c.plan.periods[0].Start, c.plan.platform
	for _, play := range p.Views {
		if p.DayOf(play.At) == day.String() && p.DayOf(play.At.Add(time.Second)) == day.String() {
			play.At, play.ID = play.At.Add(time.Second), firstArrival+play.ID
			c.appendView(arrival{View: play, day: day, paidBy: b.period.End()})
		}
	}
	return faultproxy.None, true
}

func (c *chaos) someArrive(b blow, day settlement.Day) (some bool) {
	for range 1 + b.random.IntN(12) {
		some = c.arrive(b, day, c.anyVideo(b.random)) || some
	}
	return some
}

func (c *chaos) anyVideo(random *rand.Rand) int64 {
	videos, _ := c.catalogue()
	return videos[random.IntN(len(videos))].ID
}

// arrive adds a play to the day: of the video, or of one that somebody watches at
// that very time.
func (c *chaos) arrive(b blow, day settlement.Day, video int64) (stored bool) {
	return c.appendView(arrival{View: playOf(c.plan.platform, b.random, day, video), day: day, paidBy: b.period.End()})
}

func (c *chaos) appendView(came arrival) (stored bool) {
	err := c.ask(func(ctx context.Context) error {
		added, _, err := c.DB.AppendViews(ctx, []db.View{came.row()})
		stored, came.closed = added.Views == 1, len(added.Closed) > 0
		return err
	})
	if err != nil || !stored {
		return false
	}
	c.takeArrival(came)
	return true
}

// row is the view as it is appended.
func (a arrival) row() db.View {
	return db.View{
		Day: a.day, VideoID: a.Video, ViewerID: a.Viewer, WatchedAt: a.At.UnixMilli(), ViewID: a.ID,
		PlayedSeconds: a.Seconds, AdViews: a.Ads,
	}
}

func (c *chaos) takeArrival(came arrival) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.arrived = append(c.arrived, came)
}

// playOf is a play of the video on the day, or of one that somebody watches at
// about the same time.
func playOf(p *oracle.Platform, random *rand.Rand, day settlement.Day, video int64) oracle.View {
	play := randomPlay(p, random, p.Midnight(day.String()))
	play.Video = video
	if random.IntN(2) == 0 {
		play = closeTo(p, random, play)
	}
	play.ID = firstArrival + random.Int64N(1<<40)
	return play
}

// closeTo makes the play one of another view's viewer and video, a little before
// or after it, if it then still is one of the same day.
func closeTo(p *oracle.Platform, random *rand.Rand, play oracle.View) oracle.View {
	var others []oracle.View
	for _, other := range p.Views {
		if p.DayOf(other.At) == p.DayOf(play.At) {
			others = append(others, other)
		}
	}
	other := others[random.IntN(len(others))]
	at := other.At.Add(time.Duration(random.IntN(2*aLittle)-aLittle) * time.Millisecond)
	if p.DayOf(at) == p.DayOf(play.At) {
		play.Video, play.Viewer, play.At = other.Video, other.Viewer, at
	}
	return play
}

// takeArrivals adds what arrived to the platform. Only the database knows on
// which side of a close a row came to lie; but one that came to a closed day is
// late, and one that is late is paid by the next run that can do so. When its day
// has been dropped, it is late if it was posted: one that was neither counted nor
// posted would be missed in what the day came to.
func (c *chaos) takeArrivals() {
	type fate struct {
		late   bool
		posted string
	}
	fates := map[int64]fate{}
	kept := c.firstKept()
	c.noteError(c.ask(func(ctx context.Context) error {
		rows, err := c.SQL.QueryContext(ctx, `
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
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var f fate
			if err := rows.Scan(&id, &f.late, &f.posted); err != nil {
				return err
			}
			fates[id] = f
		}
		return rows.Err()
	}))
	for _, came := range c.arrived {
		f, there := fates[came.ID]
		c.noteIf(!there && came.day >= kept, "view %d has vanished", came.ID)
		c.noteIf(came.closed && !f.late, "view %d came to a closed day and is not late", came.ID)
		c.noteIf(f.late != (f.posted != ""), "view %d is late: %t, but is posted on %q", came.ID, f.late, f.posted)
		c.noteIf(f.posted > c.mustBePaidBy(came).String(), "view %d is posted on %s, later than on %s", came.ID, f.posted, c.mustBePaidBy(came))
		came.Posted = f.posted
		c.plan.platform.Views = append(c.plan.platform.Views, came.View)
		c.tally.arrive(f.late)
	}
}
