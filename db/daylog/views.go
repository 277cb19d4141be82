package daylog

import (
	"database/sql/driver"
	"time"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Views are the watch log: all plays.
type Views struct {
	rows[View, settlement.Play, LateView]
}

// NewViews are the watch log of the pool's database, which is scanned on the replicas
// where there are any and one can answer.
func NewViews(pool *server.Pool, replicas server.OnReplicas) *Views {
	return &Views{rows[View, settlement.Play, LateView]{
		Log: &Log{pool: pool, replicas: replicas, description: description{
			name:         "watch log",
			rows:         "views",
			table:        "watch_log",
			day:          "watched_on",
			at:           "watched_at",
			id:           "view_id",
			key:          server.Columns{"watched_on", "video_id", "viewer_id", "watched_at", "view_id"},
			figures:      server.Columns{"played_seconds", "ad_views"},
			late:         "late_views",
			epochSetting: "epoch",
			stray:        firstStray[LateView],
		}},
		columnsOf:    (*View).columns,
		keyOf:        View.key,
		appendValues: (*View).appendValues,
		read:         readPlay,
		follows:      (*settlement.Play).Follows,
		checksum:     PlayChecksum,
	}}
}

// View is one line of the watch log.
type View struct {
	Day           settlement.Day // business day in which the play started
	VideoID       int64
	ViewerID      int64 // 0 is anonymous
	WatchedAt     int64 // start in milliseconds since 1970-01-01 UTC
	ViewID        int64
	PlayedSeconds uint32
	AdViews       uint32
}

func (v *View) columns() []any {
	return []any{&v.Day, &v.VideoID, &v.ViewerID, (*milliseconds)(&v.WatchedAt), &v.ViewID, &v.PlayedSeconds, &v.AdViews}
}

func (v View) key() View {
	v.PlayedSeconds, v.AdViews = 0, 0
	return v
}

func (v *View) appendValues(statement []byte) ([]byte, error) {
	statement = server.AppendDay(statement, v.Day)
	statement = appendNumbers(statement, v.VideoID, v.ViewerID)
	statement = appendTime(statement, v.WatchedAt)
	return appendNumbers(statement, v.ViewID, int64(v.PlayedSeconds), int64(v.AdViews)), nil
}

func readPlay(columns []driver.Value, play *settlement.Play) {
	*play = settlement.Play{
		VideoID:       columns[0].(int64),
		ViewerID:      columns[1].(int64),
		StartedAt:     columns[2].(time.Time).UnixMilli(),
		ViewID:        columns[3].(int64),
		PlayedSeconds: columns[4].(int64),
		AdViews:       columns[5].(int64),
	}
}

// StrayPlay is the error of a play that did not start on the day of its partition.
func StrayPlay(day settlement.Day, play settlement.Play) error {
	return settlement.Errorf(settlement.ErrBadRow, settlement.DailyPeriod(day),
		"watch log of %s, video %d: viewer %d's play started at %s, outside of its partition's day: delete it, and insert it with the day in which it started",
		day, play.VideoID, play.ViewerID, time.UnixMilli(play.StartedAt).UTC().Format(time.RFC3339Nano))
}
