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
		plays[i].At = c.plan.platform.Midnight((play.day + 1).String()).Add(-time.Duration(in.random.IntN(500)) * time.Microsecond)
	}
	return faultproxy.None, c.insert(plays) == nil
}

// platformHolds is a session of the platform that has written to the log and
// stays in its transaction for a while: no day can close meanwhile.
func (c *Rig) platformHolds(in Injection) (faultproxy.Fault, bool) {
	plays := c.platformPlays(in)
	var session *sql.Tx
	if err := c.ask(func(ctx context.Context) (err error) {
		if session, err = c.SQL.BeginTx(context.WithoutCancel(ctx), nil); err == nil {
			err = insertPlays(ctx, session, plays)
		}
		return err
	}); err != nil {
		if session != nil {
			_ = session.Rollback() // a server that was killed has done it already
		}
		return faultproxy.None, false
	}
	end := rig.Pick(in.random, 0, 1, 1)
	c.pending.Go(func() {
		c.hold(heldUpFor, func() bool { return c.current() != in.period })
		if end == 0 {
			_ = session.Rollback()
			return
		}
		c.reportError(c.ask(func(ctx context.Context) error {
			_ = session.Commit() // a server that was killed meanwhile has none of the plays
			return c.takeInserted(ctx, plays)
		}))
	})
	return faultproxy.None, true
}

// platformPlays are a few plays of the day that runs, or of one of those before.
func (c *Rig) platformPlays(in Injection) (plays []arrival) {
	day := max(in.period.Start-settlement.Day(in.random.IntN(lateDays)), c.plan.Periods[0].Start)
	closed := c.isClosed(settlement.DailyPeriod(day))
	for range 1 + in.random.IntN(3) {
		plays = append(plays, arrival{
			View: playOf(c.plan.platform, in.random, day, c.anyVideo(in.random)), day: day, closed: closed,
			paidBy: in.period.End() + 1, // a session may end when the next day has collected late views
		})
	}
	return plays
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
			play.day.String(), play.Video, play.Viewer, play.At.UTC().Format("2006-01-02 15:04:05.000000"), play.ID, play.Seconds, play.Ads); err != nil {
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
		if play.At, err = time.Parse("2006-01-02 15:04:05.999", at); err != nil {
			return err
		}
		play.StoredOn = play.day.String()
		c.takeArrival(play)
	}
	return nil
}
