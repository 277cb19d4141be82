package readside

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/engine/link"
	"creatorpay/engine/statement"
	"creatorpay/internal/dbtest"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// The catalogue: videos belong to the creators 1 to 6 in turn. Creator 7 has no
// video, and 99 is nobody.
const (
	firstDay       = settlement.Day(19814) // 2024-04-01, a Monday: weeks and a month begin
	videos         = 15
	ownersOfVideos = 6
	idle           = 7
	nobody         = 99
	lateDays       = 3
)

func ownerOf(video int64) int64 { return video%ownersOfVideos + 1 }

// closing is when a period closed, seen from outside: between the two instants.
type closing struct {
	Period       settlement.Period
	Begun, Ended time.Time // Ended is zero until the close has returned
}

// books are filled and closed day by day, whatever becomes of the primary
// meanwhile.
type books struct {
	db       *db.DB
	calendar settlement.Calendar
	random   *rand.Rand
	renderer *templates.Renderer
	views    int64

	mutex    sync.Mutex
	next     settlement.Day // to be closed
	closings []*closing
	mailed   map[settlement.Day]*closing // weeks whose documents are drawn, by Monday
}

// newBooks makes the schema and the catalogue in the database of the DSN.
func newBooks(t testing.TB, dsn string, random *rand.Rand) *books {
	t.Helper()
	made := dbtest.OpenAt(t, dsn)
	for id := int64(1); id <= videos; id++ {
		made.AddVideo(ownerOf(id), db.Video{
			ID: id, Title: fmt.Sprintf("Video %d", id), DurationSeconds: 60,
			OpeningViews: []int64{0, 99_990, 499_990}[id%3], OpeningAdViews: []int64{0, 999_990}[id%2],
		})
	}
	require.NoError(t, made.DB.PutCreators(t.Context(), []db.Creator{{ID: idle, Name: "Creator 7", Email: dbtest.Address(idle), Locale: "ko"}}))
	renderer, err := templates.NewRenderer()
	require.NoError(t, err)
	return &books{
		db: made.DB, calendar: made.Calendar, random: random, renderer: renderer,
		next: firstDay, mailed: map[settlement.Day]*closing{},
	}
}

// closeDays closes the next days, and the weeks and months that end with them.
func (b *books) closeDays(ctx context.Context, days int) error {
	for range days {
		if err := b.closeDay(ctx); err != nil {
			return err
		}
	}
	return nil
}

// closeDay goes on until the next day is closed or ctx ends.
func (b *books) closeDay(ctx context.Context) error {
	day := b.nextDay()
	plays, title := b.plays(day), fmt.Sprintf("Title of %s", day)
	video := 1 + b.random.Int64N(videos)
	if err := persist(ctx, func() error { return b.fill(ctx, day, plays, video, title) }); err != nil {
		return err
	}
	if err := b.close(ctx, settlement.DailyPeriod(day), func() error {
		_, err := dbtest.CloseDay(ctx, b.db, day, 5, 10)
		return err
	}); err != nil {
		return err
	}
	for _, period := range []settlement.Period{day.Week(), day.Month()} {
		if period.End() != day+1 || period.Start < firstDay {
			continue
		}
		if err := b.close(ctx, period, func() error {
			_, err := dbtest.ClosePeriod(ctx, b.db, period)
			return err
		}); err != nil {
			return err
		}
		if period.Kind == settlement.Weekly {
			if err := b.mail(ctx, period); err != nil {
				return err
			}
		}
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.next++
	return nil
}

func (b *books) nextDay() settlement.Day {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.next
}

// plays are the day's, and some of the days before, which come late.
func (b *books) plays(day settlement.Day) (plays []daylog.View) {
	for range 80 {
		of := day
		if late := day - settlement.Day(1+b.random.IntN(lateDays)); late >= firstDay && b.random.IntN(10) == 0 {
			of = late
		}
		b.views++
		plays = append(plays, daylog.View{
			Day: of, VideoID: 1 + b.random.Int64N(videos), ViewerID: b.random.Int64N(30), ViewID: b.views,
			WatchedAt:     b.calendar.Start(of).Add(time.Duration(b.random.IntN(86_400)) * time.Second).UnixMilli(),
			PlayedSeconds: uint32(b.random.IntN(600)), AdViews: uint32(b.random.IntN(4)),
		})
	}
	return plays
}

// fill stores the plays, and gives a video another title, which no answer about a
// closed period may show.
func (b *books) fill(ctx context.Context, day settlement.Day, plays []daylog.View, video int64, title string) error {
	refused, err := b.db.PutVideos(ctx, []db.Video{{ID: video, CreatorID: ownerOf(video), Title: title, DurationSeconds: 60,
		OpeningViews: []int64{0, 99_990, 499_990}[video%3], OpeningAdViews: []int64{0, 999_990}[video%2]}})
	if err == nil && len(refused) > 0 {
		err = fmt.Errorf("video %d is refused: %v", video, refused)
	}
	if err != nil {
		return err
	}
	if _, err := b.db.AddPartitions(ctx, firstDay, day); err != nil {
		return err
	}
	_, refused, err = b.db.AppendViews(ctx, plays)
	if err == nil && len(refused) > 0 {
		err = fmt.Errorf("views are refused: %v", refused)
	}
	return err
}

// close takes note of when the period closes.
func (b *books) close(ctx context.Context, period settlement.Period, work func() error) error {
	noted := &closing{Period: period, Begun: time.Now()}
	b.mutex.Lock()
	b.closings = append(b.closings, noted)
	b.mutex.Unlock()
	err := persist(ctx, func() error {
		if _, err := b.db.ClosedRun(ctx, period); err == nil {
			return nil // the answer of the close was lost
		}
		return work()
	})
	b.end(noted, err)
	return err
}

// mail draws the documents of the week's statements and keeps their hashes, as
// sending them does.
func (b *books) mail(ctx context.Context, week settlement.Period) error {
	noted := &closing{Period: week, Begun: time.Now()}
	b.mutex.Lock()
	b.mailed[week.Start] = noted
	b.mutex.Unlock()
	err := persist(ctx, func() error {
		drawn, err := statement.Read(ctx, b.db, week, settlement.AllCreators, "help@creatorpay.example")
		if err != nil {
			return err
		}
		for _, one := range drawn {
			mail, err := statement.Compose(ctx, b.renderer, link.Links{}, one, dbtest.Address(one.CreatorID))
			if err != nil {
				return err
			}
			if err := b.db.StoreDocuments(ctx, week, one.CreatorID, mail.Documents); err != nil {
				return err
			}
		}
		return nil
	})
	b.end(noted, err)
	return err
}

func (b *books) end(noted *closing, err error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if err == nil {
		noted.Ended = time.Now()
	}
}

// begun are the periods of the kind whose close has begun, in order.
func (b *books) begun(kind settlement.Kind) (periods []settlement.Period) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, noted := range b.closings {
		if noted.Period.Kind == kind {
			periods = append(periods, noted.Period)
		}
	}
	return periods
}

// patience is how long a statement is tried again.
const patience = 2 * time.Minute

// persist tries again what a server that is down has cut off.
func persist(ctx context.Context, work func() error) error {
	giveUp := time.Now().Add(patience)
	for {
		err := work()
		if err == nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if time.Now().After(giveUp) {
			return fmt.Errorf("tried for %s: %w", patience, err)
		}
		pause(ctx, 50*time.Millisecond)
	}
}
