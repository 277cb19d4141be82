package daylog

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// LateView is a view that came after its day had closed.
type LateView struct {
	WatchedOn     settlement.Day `db:"watched_on"` // the closed day
	VideoID       int64          `db:"video_id"`
	ViewerID      int64          `db:"viewer_id"`
	WatchedAt     time.Time      `db:"watched_at"`
	ViewID        int64          `db:"view_id"`
	PlayedSeconds int64          `db:"played_seconds"`
	AdViews       int64          `db:"ad_views"`
	PostedOn      settlement.Day `db:"posted_on"`
	Verdict       LateVerdict    `db:"verdict"`
}

// LateVerdict is how the table of late views names a verdict.
type LateVerdict string

// The verdicts on late views. Empty is none: the video is unknown, or the day that posts the view
// is not counted yet.
const (
	LateCounted LateVerdict = "counted"
	LateSelf    LateVerdict = "self"
	LateRepeat  LateVerdict = "repeat"
)

// LateVerdicts names the verdicts.
var LateVerdicts = map[settlement.Verdict]LateVerdict{
	settlement.Counts: LateCounted,
	settlement.Self:   LateSelf,
	settlement.Repeat: LateRepeat,
}

// Play is the view as the rules see it.
func (v LateView) Play() settlement.LatePlay {
	play := settlement.LatePlay{
		Play: settlement.Play{
			VideoID: v.VideoID, ViewerID: v.ViewerID, StartedAt: v.WatchedAt.UnixMilli(), ViewID: v.ViewID,
			PlayedSeconds: v.PlayedSeconds, AdViews: v.AdViews,
		},
		PostedOn: v.PostedOn,
	}
	for verdict, name := range LateVerdicts {
		if v.Verdict == name {
			play.Verdict = verdict
		}
	}
	return play
}

// Pair is whose view of which video it is.
func (v LateView) Pair() Pair { return Pair{VideoID: v.VideoID, ViewerID: v.ViewerID} }

func (v LateView) stray() error { return StrayPlay(v.WatchedOn, v.Play().Play) }

// SumPosted is how many late views the day posts, and how many of them count.
func (v *Views) SumPosted(ctx context.Context, from sqlx.QueryerContext, postedOn settlement.Day) (sum settlement.Late, err error) {
	err = sqlx.GetContext(ctx, from, &sum, `
		SELECT
			COUNT(*) AS late_rows,
			COALESCE(SUM(verdict = ?), 0) AS late_views
		FROM late_views
		WHERE posted_on = ?`, LateCounted, postedOn)
	if err != nil {
		return sum, fmt.Errorf("add up late views that %s posts: %w", postedOn, err)
	}
	return sum, nil
}

// UnpostedOfViewersBefore is how many late views of the closed day that began before the
// instant, of viewers who were signed in, no day has posted.
func (v *Views) UnpostedOfViewersBefore(ctx context.Context, day OnTime, until time.Time) (views int64, err error) {
	err = v.pool.GetContext(ctx, &views, `
		SELECT COUNT(*)
		FROM `+v.partition(day.Day)+` l `+v.byEpoch()+`
		LEFT JOIN `+v.late+` p ON `+v.same("l", "p")+`
		WHERE l.epoch >= ? AND l.viewer_id <> ? AND l.watched_at < ? AND p.`+v.id+` IS NULL`, day.LateFrom, settlement.Anonymous, until)
	if err != nil {
		return 0, fmt.Errorf("look for late views soon after the midnight before %s: %w", day.Day, err)
	}
	return views, nil
}
