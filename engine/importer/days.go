package importer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

const (
	// rowsPerTransaction is how many rows of a log are stored at a time.
	rowsPerTransaction = 5000
	// rowConnections is how many connections store at the same time: enough to
	// keep a small server busy while others wait for its disk.
	rowConnections = 4
)

// firstDay is the first day for which the database can hold a partition.
const firstDay settlement.Day = 0

// dayLog is in what the import into one log differs from that into the other.
type dayLog[Row any] struct {
	at      string // the column with a row's instant
	day     func(*Row) settlement.Day
	compare func(a, b *Row) int // orders rows as the log does; 0 for lines of the same row
	makeFor func(ctx context.Context, first, last settlement.Day) error
	append  func(ctx context.Context, rows []Row) (db.Appended, []db.Refusal, error)
}

// dayStore stores rows in a log.
type dayStore[Row any] struct {
	*importer
	log  dayLog[Row]
	room *room

	mu    sync.Mutex
	added map[settlement.Day]int64 // new rows
	late  map[settlement.Day]int64 // those of them that came after their days had closed
}

func newDayStore[Row any](im *importer, log dayLog[Row]) *dayStore[Row] {
	return &dayStore[Row]{
		importer: im, log: log,
		room:  &room{makeFor: log.makeFor, refused: map[settlement.Day]string{}},
		added: map[settlement.Day]int64{}, late: map[settlement.Day]int64{},
	}
}

// arrived lists the days with their new rows.
func (s *dayStore[Row]) arrived() Arrived {
	return Arrived{Days: inOrder(s.added), Late: inOrder(s.late)}
}

// inOrder lists the days with their rows.
func inOrder(rows map[settlement.Day]int64) (days []daylog.DayRows) {
	for _, day := range slices.Sorted(maps.Keys(rows)) {
		days = append(days, daylog.DayRows{Day: day, Rows: rows[day]})
	}
	return days
}

// before is how many of the days, which are in order, lie before the first.
func before(days []daylog.DayRows, first settlement.Day) int {
	n, _ := slices.BinarySearchFunc(days, first, func(d daylog.DayRows, day settlement.Day) int { return cmp.Compare(d.Day, day) })
	return n
}

// instant reads the instant in a line's column, in milliseconds, and its day. What is
// finer than milliseconds is cut off.
func (im *importer) instant(line *fields, column string) (at int64, day settlement.Day) {
	instant := line.instant(column)
	day = im.calendar.Day(instant)
	if day < firstDay {
		line.fail(column, fmt.Sprintf("must not lie before %s", firstDay))
	}
	if err := im.calendar.CheckNotAhead(day, im.now); err != nil {
		line.fail(column, err.Error())
	}
	return instant.UnixMilli(), day
}

// store stores rows in the order of the log, on several connections. Each of
// them works on a stretch of the log of its own, so they do not wait for each
// other. Of two lines of one row the first one holds: both are in the same
// part, or the second one is in a later batch.
func (s *dayStore[Row]) store(ctx context.Context, items []item[Row]) (done outcome, err error) {
	if err := s.room.make(ctx, func(yield func(settlement.Day) bool) {
		for i := range items {
			if !yield(s.log.day(&items[i].value)) {
				return
			}
		}
	}); err != nil {
		return done, err
	}
	// The lines of one row stay in the order of the file.
	slices.SortFunc(items, func(a, b item[Row]) int {
		return cmp.Or(s.log.compare(&a.value, &b.value), cmp.Compare(a.line, b.line))
	})
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(rowConnections)
	for part := range s.parts(items) {
		if reason, refused := s.room.refused[s.log.day(&part[0].value)]; refused {
			s.refuse(part, reason, &done)
			continue
		}
		group.Go(func() error { return s.append(ctx, part, &done) })
	}
	err = group.Wait()
	return done, err
}

// parts cuts sorted rows into what is stored at a time. A part lies in one day,
// and all lines of one row lie in the same part.
func (s *dayStore[Row]) parts(items []item[Row]) iter.Seq[[]item[Row]] {
	return func(yield func([]item[Row]) bool) {
		start := 0
		for i := 1; i <= len(items); i++ {
			if i < len(items) && s.log.day(&items[i].value) == s.log.day(&items[start].value) &&
				(i-start < rowsPerTransaction || s.log.compare(&items[i-1].value, &items[i].value) == 0) {
				continue
			}
			if !yield(items[start:i]) {
				return
			}
			start = i
		}
	}
}

// append stores rows of one day.
func (s *dayStore[Row]) append(ctx context.Context, part []item[Row], done *outcome) error {
	added, refused, err := s.log.append(ctx, values(part))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	done.stored += added.Rows
	done.alreadyThere += int64(len(part)-len(refused)) - added.Rows
	for _, one := range refused {
		done.rejects = append(done.rejects, part[one.Index].reject(one.Column, one.Reason))
	}
	if added.Rows > 0 {
		s.added[s.log.day(&part[0].value)] += added.Rows
		for _, day := range added.Closed {
			s.late[day] += added.Rows
		}
	}
	advance(s.importer, part)
	return nil
}

// refuse rejects rows of a day for which the log has no room.
func (s *dayStore[Row]) refuse(part []item[Row], reason string, done *outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range part {
		done.rejects = append(done.rejects, one.reject(s.log.at, reason))
	}
	advance(s.importer, part)
}
