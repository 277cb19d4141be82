package db

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

// The verdicts on late views.
const (
	LateUnjudged LateVerdict = "" // its video is unknown, or the day that posts it is not counted yet
	LateCounted  LateVerdict = "counted"
	LateSelf     LateVerdict = "self"
	LateRepeat   LateVerdict = "repeat"
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

const lateColumns = `
			watched_on,
			video_id,
			viewer_id,
			watched_at,
			view_id,
			played_seconds,
			ad_views,
			posted_on,
			verdict`

// LateViews are the late views of the range's videos that the day posts, by
// video, viewer, start and view id.
func (db *DB) LateViews(ctx context.Context, postedOn settlement.Day, videos settlement.Range) (views []LateView, err error) {
	where, args := rangeCondition("video_id", videos)
	err = db.pool.SelectContext(ctx, &views, `
		SELECT `+lateColumns+`
		FROM late_views
		WHERE posted_on = ? AND `+where+`
		ORDER BY video_id, viewer_id, watched_at, view_id`, append([]any{postedOn}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read late views that %s posts: %w", postedOn, err)
	}
	return views, nil
}

// KnownDay adds to the pairs what is known of their plays on the day when
// posting posts late views: the plays that were on time, without their figures,
// and the late ones that have been posted by then, posting's own among them. It
// fails with a [GoneError] when the day is closed and its partition is gone.
func (db *DB) KnownDay(ctx context.Context, day, posting settlement.Day, pairs []Pair) (known map[Pair]settlement.PairDay, err error) {
	known = make(map[Pair]settlement.PairDay)
	for batch := range pairBatches(pairs) {
		condition, args := batch.condition()
		plays, err := db.onTimePlays(ctx, day, condition, args)
		if err != nil {
			return nil, err
		}
		for _, play := range plays {
			pair := Pair{VideoID: play.VideoID, ViewerID: play.ViewerID}
			of := known[pair]
			of.OnTime = append(of.OnTime, play)
			known[pair] = of
		}
		var late []LateView
		if err := db.pool.SelectContext(ctx, &late, `
			SELECT `+lateColumns+`
			FROM late_views
			WHERE watched_on = ? AND `+condition+` AND posted_on <= ?
			ORDER BY video_id, viewer_id, watched_at, view_id`, append(append([]any{day}, args...), posting)...); err != nil {
			return nil, fmt.Errorf("read late views of %s: %w", day, err)
		}
		for _, view := range late {
			of := known[view.Pair()]
			of.Late = append(of.Late, view.Play())
			known[view.Pair()] = of
		}
	}
	return known, nil
}

func (db *DB) onTimePlays(ctx context.Context, day settlement.Day, condition string, args []any) ([]settlement.Play, error) {
	from, there, more, err := db.playsOnTime(ctx, day)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Pair
		WatchedAt time.Time `db:"watched_at"`
		ViewID    int64     `db:"view_id"`
	}
	if err := db.pool.SelectContext(ctx, &rows, `
		SELECT
			video_id,
			viewer_id,
			watched_at,
			view_id
		FROM `+from+`
		WHERE watched_on = ? AND `+condition+` AND `+there+`
		ORDER BY video_id, viewer_id, watched_at, view_id`, append(append([]any{day}, args...), more...)...); err != nil {
		return nil, explainGone(fmt.Errorf("read plays of %s: %w", day, err), day)
	}
	plays := make([]settlement.Play, len(rows))
	for i, row := range rows {
		plays[i] = settlement.Play{VideoID: row.VideoID, ViewerID: row.ViewerID, StartedAt: row.WatchedAt.UnixMilli(), ViewID: row.ViewID}
	}
	return plays, nil
}

// RepeatWindows are the windows of R3 that the runs of the days from first to
// last use; days without a run are missing.
func (db *DB) RepeatWindows(ctx context.Context, first, last settlement.Day) (map[settlement.Day]time.Duration, error) {
	var runs []Run
	if err := db.pool.SelectContext(ctx, &runs, `
		SELECT
			starts_on,
			repeat_window
		FROM runs
		WHERE kind = ? AND version = ? AND starts_on BETWEEN ? AND ?`, settlement.Daily, runVersion, first, last); err != nil {
		return nil, fmt.Errorf("read repeat windows: %w", err)
	}
	windows := make(map[settlement.Day]time.Duration, len(runs))
	for _, run := range runs {
		windows[run.StartsOn] = run.RepeatWindow()
	}
	return windows, nil
}

// storeLate replaces the verdicts on the range's late views that the day posts,
// and its adjustments.
func storeLate(ctx context.Context, tx *sqlx.Tx, day settlement.Day, videos settlement.Range, count Count) error {
	where, args := rangeCondition("video_id", videos)
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM adjustments
		WHERE posted_on = ? AND `+where, append([]any{day}, args...)...); err != nil {
		return err
	}
	for views := count.Late; len(views) > 0; views = views[min(linesPerStatement, len(views)):] {
		// They are all there: only their verdicts change.
		if _, err := tx.NamedExecContext(ctx, `
			INSERT INTO late_views (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, posted_on, verdict)
			VALUES (:watched_on, :video_id, :viewer_id, :watched_at, :view_id, :played_seconds, :ad_views, :posted_on, :verdict)
			ON DUPLICATE KEY UPDATE verdict = VALUES(verdict)`, views[:min(linesPerStatement, len(views))]); err != nil {
			return fmt.Errorf("store verdicts on late views: %w", err)
		}
	}
	return putAdjustments(ctx, tx, count.Adjustments)
}

// putAdjustments stores adjustments, or replaces what those that are there pay.
func putAdjustments(ctx context.Context, tx *sqlx.Tx, adjustments []Adjustment) error {
	for ; len(adjustments) > 0; adjustments = adjustments[min(linesPerStatement, len(adjustments)):] {
		if _, err := tx.NamedExecContext(ctx, `
			INSERT INTO adjustments (
				posted_on, video_id, watched_on, creator_id, views, self_views, repeat_views, played_seconds, ad_views,
				views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount
			)
			VALUES (
				:posted_on, :video_id, :watched_on, :creator_id, :views, :self_views, :repeat_views, :played_seconds, :ad_views,
				:views_from, :views_to, :ad_views_from, :ad_views_to, :video_amount, :ad_amount
			)
			ON DUPLICATE KEY UPDATE
				views_from = VALUES(views_from),
				views_to = VALUES(views_to),
				ad_views_from = VALUES(ad_views_from),
				ad_views_to = VALUES(ad_views_to),
				video_amount = VALUES(video_amount),
				ad_amount = VALUES(ad_amount)`, adjustments[:min(linesPerStatement, len(adjustments))]); err != nil {
			return fmt.Errorf("store adjustments: %w", err)
		}
	}
	return nil
}

// PostedAdjustments are the adjustments of the range's videos that the day posts,
// by video and origin day.
func (db *DB) PostedAdjustments(ctx context.Context, postedOn settlement.Day, videos settlement.Range) ([]Adjustment, error) {
	return postedAdjustments(ctx, db.pool, postedOn, videos)
}

func postedAdjustments(ctx context.Context, from sqlx.QueryerContext, postedOn settlement.Day, videos settlement.Range) (adjustments []Adjustment, err error) {
	where, args := rangeCondition("video_id", videos)
	err = sqlx.SelectContext(ctx, from, &adjustments, `
		SELECT `+adjustmentColumns+`
		FROM adjustments
		WHERE posted_on = ? AND `+where+`
		ORDER BY video_id, watched_on`, append([]any{postedOn}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read adjustments that %s posts: %w", postedOn, err)
	}
	return adjustments, nil
}

// UnknownLateViews are the late views that the day posts of videos that are not
// in the catalogue, by origin day and video.
func (db *DB) UnknownLateViews(ctx context.Context, postedOn settlement.Day) (unknown []UnknownLateVideo, err error) {
	err = db.pool.SelectContext(ctx, &unknown, `
		SELECT
			l.watched_on,
			l.video_id,
			COUNT(*) AS row_count
		FROM late_views l
		LEFT JOIN videos v ON v.video_id = l.video_id
		WHERE l.posted_on = ? AND v.video_id IS NULL
		GROUP BY l.watched_on, l.video_id
		ORDER BY l.watched_on, l.video_id`, postedOn)
	if err != nil {
		return nil, fmt.Errorf("name unknown videos of late views that %s posts: %w", postedOn, err)
	}
	return unknown, nil
}

// UnknownLateVideo is a video of late views of one day that the catalogue lacks.
type UnknownLateVideo struct {
	WatchedOn settlement.Day `db:"watched_on"`
	UnknownVideo
}
