// Package counting turns the rows of one day's partition into figures, by the
// rules of the package settlement.
package counting

import (
	"context"
	"time"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// Counter counts the plays of one day. The daily run and its
// verification use the same one, so that a difference between them is a difference
// in the rows.
type Counter struct {
	db          *db.DB
	rows        daylog.OnTime // the day's own
	calendar    settlement.Calendar
	day         settlement.Day
	first, last time.Time // when its plays may start
	window      time.Duration
}

// New makes a counter for the day under the given window of R3.
func New(ctx context.Context, database *db.DB, day settlement.Day, window time.Duration) (*Counter, error) {
	calendar, err := database.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := database.OnTime(ctx, day)
	if err != nil {
		return nil, err
	}
	first, last := calendar.Starts(day)
	return &Counter{db: database, rows: rows, calendar: calendar, day: day, first: first, last: last, window: window}, nil
}

// Count reads the range's plays in one ordered scan and judges each, and then
// the late views that the day posts. owners are the range's known videos by id;
// plays of any other video only count as unknown rows. Memory grows with the
// videos that were played and with the late views, not with the plays.
func (c *Counter) Count(ctx context.Context, videos settlement.Range, owners []db.Owner) (db.Count, error) {
	return c.count(ctx, c.db.Log.Scan, videos, owners)
}

// fewVideos are as many as a chunk may have so that looking for each by itself is faster than
// a scan: fifty rows for each of them, if the chunk has as many rows as is usual.
const fewVideos = 8_000

// CountKnown is [Counter.Count], but may leave out the plays of unknown videos, which a check of
// their number has to find then: it is faster where few videos have most of the plays.
func (c *Counter) CountKnown(ctx context.Context, videos settlement.Range, owners []db.Owner) (db.Count, error) {
	if len(owners) > fewVideos {
		return c.Count(ctx, videos, owners)
	}
	return c.count(ctx, c.db.Log.ScanKnown, videos, owners)
}

type scan func(context.Context, daylog.OnTime, settlement.Range, func() func(settlement.Play) error) error

func (c *Counter) count(ctx context.Context, scan scan, videos settlement.Range, owners []db.Owner) (db.Count, error) {
	var t *tally
	if err := scan(ctx, c.rows, videos, func() func(settlement.Play) error {
		t = &tally{
			counter: c,
			judge:   settlement.NewJudge(c.first, c.window),
			lines: lines[db.StatisticsLine]{owners: owners, begin: func(owner db.Owner) db.StatisticsLine {
				return db.StatisticsLine{Day: c.day, VideoID: owner.VideoID, CreatorID: owner.CreatorID}
			}},
		}
		return t.add
	}); err != nil {
		return db.Count{}, err
	}
	if err := t.lookBack(ctx); err != nil {
		return db.Count{}, err
	}
	t.count.Lines = t.lines.all
	if err := c.late(ctx, videos, owners, &t.count); err != nil {
		return db.Count{}, err
	}
	return t.count, nil
}

// tally is one scan's state.
type tally struct {
	counter *Counter
	judge   *settlement.Judge
	lines   lines[db.StatisticsLine]
	count   db.Count
	pending []pendingPlay
}

// pendingPlay waits for the look across midnight (R3).
type pendingPlay struct {
	play settlement.Play
	line int // in lines.all
}

func (t *tally) add(play settlement.Play) error {
	if play.StartedAt < t.counter.first.UnixMilli() || play.StartedAt > t.counter.last.UnixMilli() {
		return daylog.StrayPlay(t.counter.day, play)
	}
	t.count.Checksum += daylog.PlayChecksum(play)
	line := t.lines.of(play.VideoID)
	if line == nil {
		t.count.UnknownRows++
		return nil
	}
	switch verdict := t.judge.Verdict(play, line.CreatorID); verdict {
	case settlement.LookBack:
		t.pending = append(t.pending, pendingPlay{play, len(t.lines.all) - 1})
	default:
		line.Count(play, verdict)
	}
	return nil
}

// lookBack settles the plays that started so soon after midnight that the day
// before decides about them. They are few, so looking each up by the key costs
// far less than reading the end of the day before, which no index finds.
func (t *tally) lookBack(ctx context.Context) error {
	pairs := make([]daylog.Pair, len(t.pending))
	for i, pending := range t.pending {
		pairs[i] = daylog.Pair{VideoID: pending.play.VideoID, ViewerID: pending.play.ViewerID}
	}
	before, err := t.counter.db.OnTime(ctx, t.counter.day-1)
	if err != nil {
		return err
	}
	last, err := t.counter.db.Log.LastPlays(ctx, before, pairs)
	if err != nil {
		return err
	}
	for i, pending := range t.pending {
		verdict := settlement.Counts
		if before, played := last[pairs[i]]; played && t.judge.IsRepeat(pending.play, before) {
			verdict = settlement.Repeat
		}
		t.lines.all[pending.line].Count(pending.play, verdict)
	}
	return nil
}
