package chaos

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
)

// platformInserts adds plays as the platform itself does, by plain statements, to
// the day that runs or one that closed.
func (c *Rig) platformInserts(in Injection) (faultproxy.Fault, bool) {
	return faultproxy.None, c.insert(c.platformPlays(in)) == nil
}

// microseconds adds plays that start in the last half millisecond of their day:
// a server that rounds stores them with the first instant of the next one.
func (c *Rig) microseconds(in Injection) (faultproxy.Fault, bool) {
	plays := c.platformPlays(in)
	for i, play := range plays {
		plays[i].At = c.lastMoment(in, play.day)
	}
	return faultproxy.None, c.insert(plays) == nil
}

// lastMoment is in the last half millisecond of the day.
func (c *Rig) lastMoment(in Injection, day settlement.Day) time.Time {
	return c.plan.platform.Midnight((day + 1).String()).Add(-time.Duration(in.random.IntN(500)) * time.Microsecond)
}

// platformHolds is a session of the platform that has written to the log and
// stays in its transaction for a while: no day can close meanwhile.
func (c *Rig) platformHolds(in Injection) (faultproxy.Fault, bool) {
	plays := c.platformPlays(in)
	return faultproxy.None, c.holdOpen(in,
		func(ctx context.Context, session execer) error { return insertPlays(ctx, session, plays) },
		func(ctx context.Context) error { return c.takeInserted(ctx, plays) })
}

// holdOpen leaves the transaction open in which a session inserts rows, and takes
// note of them when it has been committed, if it is.
func (c *Rig) holdOpen(in Injection, insert func(context.Context, execer) error, take func(context.Context) error) bool {
	var session *sql.Tx
	if err := c.ask(func(ctx context.Context) (err error) {
		if session, err = c.SQL.BeginTx(context.WithoutCancel(ctx), nil); err == nil {
			err = insert(ctx, session)
		}
		return err
	}); err != nil {
		if session != nil {
			_ = session.Rollback() // a server that was killed has done it already
		}
		return false
	}
	end := rig.Pick(in.random, 0, 1, 1)
	c.pending.Go(func() {
		c.hold(heldUpFor, func() bool { return c.current() != in.period })
		if end == 0 {
			_ = session.Rollback()
			return
		}
		c.reportError(c.ask(func(ctx context.Context) error {
			_ = session.Commit() // a server that was killed meanwhile has none of the rows
			return take(ctx)
		}))
	})
	return true
}

// platformPlays are a few plays of the day that runs, or of one of those before.
func (c *Rig) platformPlays(in Injection) (plays []arrival) {
	from := c.ofPlatform(in)
	for range 1 + in.random.IntN(3) {
		plays = append(plays, arrival{playOf(c.plan.platform, in.random, from.day, c.anyVideo(in.random)), from})
	}
	return plays
}

// ofPlatform is how rows come that the platform inserts, into the day that runs or
// one of those before.
func (c *Rig) ofPlatform(in Injection) origin {
	const daysBack = 5
	day := max(in.period.Start-settlement.Day(in.random.IntN(daysBack)), c.plan.Periods[0].Start)
	return origin{
		day: day, closed: c.isClosed(settlement.DailyPeriod(day)),
		paidBy: in.period.End() + 1, // a session may end when the next day has collected late rows
	}
}

// insert stores the plays, each by itself.
func (c *Rig) insert(plays []arrival) error {
	return c.ask(func(ctx context.Context) error {
		err := insertPlays(ctx, c.SQL, plays)
		return errors.Join(err, c.takeInserted(ctx, plays))
	})
}

func insertPlays(ctx context.Context, into execer, plays []arrival) error {
	for _, play := range plays {
		if _, err := into.ExecContext(ctx, `
			INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views)
			VALUES (?, ?, ?, ?, ?, ?, ?)`,
			play.day.String(), play.Video, play.Viewer, play.At.UTC().Format(sentAt), play.ID, play.Seconds, play.Ads); err != nil {
			return err
		}
	}
	return nil
}

// takeInserted takes note of the plays that are stored, at the times to which the
// server has cut or rounded theirs. Those of days that have been dropped lie below
// the first day: an alarm names them, and the operator takes them away.
func (c *Rig) takeInserted(ctx context.Context, plays []arrival) error {
	for _, play := range plays {
		if _, err := c.SQL.ExecContext(ctx, `
			DELETE FROM watch_log PARTITION (p0)
			WHERE view_id = ?`, play.ID); err != nil {
			return err
		}
		var at string
		err := c.SQL.QueryRowContext(ctx, `
			SELECT watched_at
			FROM watch_log
			WHERE watched_on = ? AND video_id = ? AND viewer_id = ? AND view_id = ?`, play.day.String(), play.Video, play.Viewer, play.ID).Scan(&at)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		if play.At, err = parseStored(at); err != nil {
			return err
		}
		play.StoredOn = play.day.String()
		c.takeArrival(play)
	}
	return nil
}

// sentAt is a time in a statement of the platform's own.
const sentAt = "2006-01-02 15:04:05.000000"

// parseStored is a time as the server gives it back.
func parseStored(at string) (time.Time, error) { return time.Parse("2006-01-02 15:04:05.999", at) }
