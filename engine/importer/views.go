package importer

import (
	"cmp"
	"context"
	"math"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

var viewColumns = []string{"view_id", "video_id", "viewer_id", "watched_at", "played_seconds", "ad_views"}

// viewStore stores views in the watch log.
type viewStore struct{ *dayStore[daylog.View] }

func newViewStore(im *importer) viewStore {
	return viewStore{newDayStore(im, dayLog[daylog.View]{
		at:      "watched_at",
		day:     func(view *daylog.View) settlement.Day { return view.Day },
		compare: compareViews,
		makeFor: func(ctx context.Context, first, last settlement.Day) error {
			_, err := im.db.AddPartitions(ctx, first, last)
			return err
		},
		append: im.db.AppendViews,
	})}
}

func (s viewStore) parse(line *fields) daylog.View {
	at, day := s.instant(line, s.log.at)
	return daylog.View{
		Day:           day,
		ViewID:        whole[int64](line, "view_id", 1, math.MaxInt64),
		VideoID:       whole[int64](line, "video_id", 1, math.MaxInt64),
		ViewerID:      whole[int64](line, "viewer_id", settlement.Anonymous, math.MaxInt64),
		WatchedAt:     at,
		PlayedSeconds: whole[uint32](line, "played_seconds", 0, math.MaxUint32),
		AdViews:       whole[uint32](line, "ad_views", 0, math.MaxUint32),
	}
}

func compareViews(a, b *daylog.View) int {
	return cmp.Or(
		cmp.Compare(a.Day, b.Day),
		cmp.Compare(a.VideoID, b.VideoID),
		cmp.Compare(a.ViewerID, b.ViewerID),
		cmp.Compare(a.WatchedAt, b.WatchedAt),
		cmp.Compare(a.ViewID, b.ViewID),
	)
}
