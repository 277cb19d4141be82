package importer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

var viewColumns = []string{"view_id", "video_id", "viewer_id", "watched_at", "played_seconds", "ad_views"}

const (
	// viewsPerTransaction is how many views are stored at a time.
	viewsPerTransaction = 5000
	// viewConnections is how many connections store at the same time: enough to
	// keep a small server busy while others wait for its disk.
	viewConnections = 4
)

// viewStore stores views in the watch log.
type viewStore struct {
	*importer
	calendar settlement.Calendar
	room     *room

	mu    sync.Mutex
	added map[settlement.Day]int64 // new views
	late  map[settlement.Day]int64 // those of them that came after their days had closed
}

func newViewStore(im *importer, calendar settlement.Calendar) *viewStore {
	return &viewStore{importer: im, calendar: calendar, room: &room{db: im.db, refused: map[settlement.Day]string{}}, added: map[settlement.Day]int64{}, late: map[settlement.Day]int64{}}
}

// inOrder lists the days with their views.
func inOrder(views map[settlement.Day]int64) (days []DayViews) {
	for _, day := range slices.Sorted(maps.Keys(views)) {
		days = append(days, DayViews{Day: day, Views: views[day]})
	}
	return days
}

// before is how many of the days, which are in order, lie before the first.
func before(days []DayViews, first settlement.Day) int {
	n, _ := slices.BinarySearchFunc(days, first, func(d DayViews, day settlement.Day) int { return cmp.Compare(d.Day, day) })
	return n
}

// firstDay is the first day for which the database can hold a partition.
const firstDay settlement.Day = 0

func (s *viewStore) parse(line *fields) daylog.View {
	// What is finer than milliseconds is cut off.
	at := line.instant("watched_at")
	day := s.calendar.Day(at)
	if day < firstDay {
		line.fail("watched_at", fmt.Sprintf("must not lie before %s", firstDay))
	}
	if err := s.calendar.CheckNotAhead(day, s.now); err != nil {
		line.fail("watched_at", err.Error())
	}
	return daylog.View{
		Day:           day,
		ViewID:        whole[int64](line, "view_id", 1, math.MaxInt64),
		VideoID:       whole[int64](line, "video_id", 1, math.MaxInt64),
		ViewerID:      whole[int64](line, "viewer_id", settlement.Anonymous, math.MaxInt64),
		WatchedAt:     at.UnixMilli(),
		PlayedSeconds: whole[uint32](line, "played_seconds", 0, math.MaxUint32),
		AdViews:       whole[uint32](line, "ad_views", 0, math.MaxUint32),
	}
}

// store stores views in the order of the log, on several connections. Each of
// them works on a stretch of the log of its own, so they do not wait for each
// other. Of two lines of one view the first one holds: both are in the same
// part, or the second one is in a later batch.
func (s *viewStore) store(ctx context.Context, items []item[daylog.View]) (done outcome, err error) {
	if err := s.room.make(ctx, items); err != nil {
		return done, err
	}
	slices.SortFunc(items, byKey)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(viewConnections)
	for part := range parts(items) {
		if reason, refused := s.room.refused[part[0].value.Day]; refused {
			s.refuse(part, reason, &done)
			continue
		}
		group.Go(func() error { return s.append(ctx, part, &done) })
	}
	err = group.Wait()
	return done, err
}

// byKey orders views as the log does, and the lines of one view as the file
// does.
func byKey(a, b item[daylog.View]) int {
	return cmp.Or(
		cmp.Compare(a.value.Day, b.value.Day),
		cmp.Compare(a.value.VideoID, b.value.VideoID),
		cmp.Compare(a.value.ViewerID, b.value.ViewerID),
		cmp.Compare(a.value.WatchedAt, b.value.WatchedAt),
		cmp.Compare(a.value.ViewID, b.value.ViewID),
		cmp.Compare(a.line, b.line),
	)
}

// parts cuts sorted views into what is stored at a time. A part lies in one day,
// and all lines of one view lie in the same part.
func parts(items []item[daylog.View]) iter.Seq[[]item[daylog.View]] {
	return func(yield func([]item[daylog.View]) bool) {
		start := 0
		for i := 1; i <= len(items); i++ {
			if i < len(items) && items[i].value.Day == items[start].value.Day &&
				(i-start < viewsPerTransaction || sameView(items[i-1].value, items[i].value)) {
				continue
			}
			if !yield(items[start:i]) {
				return
			}
			start = i
		}
	}
}

func sameView(a, b daylog.View) bool {
	a.PlayedSeconds, a.AdViews = b.PlayedSeconds, b.AdViews
	return a == b
}

// append stores views of one day.
func (s *viewStore) append(ctx context.Context, part []item[daylog.View], done *outcome) error {
	added, refused, err := s.db.AppendViews(ctx, values(part))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	done.stored += added.Views
	done.alreadyThere += int64(len(part)-len(refused)) - added.Views
	for _, one := range refused {
		done.rejects = append(done.rejects, part[one.Index].reject(one.Column, one.Reason))
	}
	if added.Views > 0 {
		s.added[part[0].value.Day] += added.Views
		for _, day := range added.Closed {
			s.late[day] += added.Views
		}
	}
	advance(s.importer, part)
	return nil
}

// refuse rejects views of a day for which the log has no room.
func (s *viewStore) refuse(part []item[daylog.View], reason string, done *outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range part {
		done.rejects = append(done.rejects, one.reject("watched_at", reason))
	}
	advance(s.importer, part)
}
