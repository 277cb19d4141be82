package watchlog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
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

var lateColumns = server.ColumnsOf(LateView{})

// LateViews are the late views of the range's videos that the day posts, by
// video, viewer, start and view id.
func (l *Log) LateViews(ctx context.Context, postedOn settlement.Day, videos settlement.Range) (views []LateView, err error) {
	where, args := server.Between("video_id", videos)
	err = l.pool.SelectContext(ctx, &views, `
		SELECT `+lateColumns.List()+`
		FROM late_views
		WHERE posted_on = ? AND `+where+`
		ORDER BY video_id, viewer_id, watched_at, view_id`, append([]any{postedOn}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read late views that %s posts: %w", postedOn, err)
	}
	return views, nil
}

// rowsPerStatement bounds the length of one INSERT.
const rowsPerStatement = 1000

// StoreVerdicts stores the verdicts on late views that are posted.
func StoreVerdicts(ctx context.Context, tx *sqlx.Tx, views []LateView) error {
	for part := range slices.Chunk(views, rowsPerStatement) {
		// They are all there: only their verdicts change.
		if _, err := tx.NamedExecContext(ctx, `
			INSERT INTO late_views (`+lateColumns.List()+`)
			VALUES (`+lateColumns.Named()+`)
			ON DUPLICATE KEY UPDATE verdict = VALUES(verdict)`, part); err != nil {
			return fmt.Errorf("store verdicts on late views: %w", err)
		}
	}
	return nil
}
