package answers

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/copies"
	"creatorpay/engine/export"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
	"creatorpay/templates"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// The days that are closed: those of a week that ends in the month after, of which the first five are all that the
// month has.
const (
	monday  = settlement.Day(19870) // 2024-05-27
	tuesday = monday + 1
	sunday  = monday + 6
)

var (
	week  = monday.Week()  // 2024-W22
	month = monday.Month() // 2024-05
)

// The creators: one has five videos, of which the first crosses a tier, another one video; of a third only self views are there,
// and a fourth has no video that was played.
const (
	busy, other, alone, idle = int64(1), int64(2), int64(3), int64(4)
	nobody                   = int64(99)
)

// fill closes the week and the month. Late views of Tuesday are paid on Wednesday: of the busy creator's second video,
// of the other one's, of which nothing else counts that day, and one that is a self view.
func fill(b *dbtest.Books) {
	b.Helper()
	b.AddDays(monday-1, sunday+2)
	b.AddVideo(busy, db.Video{ID: 1, Title: "첫 \"영상\"", OpeningViews: 99_995})
	for id := int64(2); id <= 5; id++ {
		b.AddVideo(busy, db.Video{ID: id, Title: "Video"})
	}
	b.AddVideo(other, db.Video{ID: 50, Title: "Other"})
	b.AddVideo(alone, db.Video{ID: 60, Title: "Alone"})
	b.AddVideo(idle, db.Video{ID: 70, Title: "Idle"})
	for day := monday; day <= sunday; day++ {
		for video := int64(1); video <= 5; video++ {
			if (int64(day)+video)%3 > 0 {
				b.Watch(day, video, int(video)+2)
			}
		}
		start := b.Calendar.Start(day)
		b.Play(day, 1, dbtest.Viewer, start.Add(10*time.Second)) // a repeat
		b.Play(day, 60, alone, start)
		if day == tuesday+1 {
			for minute, video := range map[int]int64{1: 2, 2: 50} {
				b.Play(tuesday, video, 2000, b.Calendar.Start(tuesday).Add(time.Duration(minute)*time.Hour))
			}
			b.Play(tuesday, 4, busy, b.Calendar.Start(tuesday).Add(5*time.Hour))
		} else {
			b.Watch(day, 50, 3)
		}
		b.CloseDay(day, 3)
	}
	b.ClosePeriod(week)
	b.ClosePeriod(month)
}

// rig is filled books and what is answered from them alone.
type rig struct {
	*dbtest.Books
	answers *Books
}

func newRig(t *testing.T) *rig {
	t.Helper()
	dsn := devtest.Database(t)
	b := dbtest.OpenAt(t, dsn)
	fill(b)
	return &rig{b, answersFrom(t, dsn)}
}

// answersFrom answers from a primary and its replicas. No call takes too long.
func answersFrom(t *testing.T, primary string, replicas ...string) *Books {
	t.Helper()
	from, err := copies.Open(primary, replicas, copies.Config{
		Connections: 8, CallLimit: time.Minute, BreakerCalls: 100, BreakerFailures: 50, BreakerDelay: 2 * time.Minute, BreakerTrials: 3, PrimaryCalls: 8,
	}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, from.Close()) })
	renderer, err := templates.NewRenderer()
	require.NoError(t, err)
	return New(from, renderer, 1<<20)
}

// down is a server that is not there.
const down = "root@tcp(127.0.0.1:1)/down"

// exported are the rows of an export, each as it is written.
func (r *rig) exported(what export.What, period settlement.Period) []string {
	r.Helper()
	var out bytes.Buffer
	require.NoError(r, export.Write(r.Context(), &out, r.DB, what, period, export.JSON))
	rows := []string{}
	for line := range strings.Lines(out.String()) {
		if line = strings.TrimRight(line, ",\n"); strings.HasPrefix(line, "{") {
			rows = append(rows, line)
		}
	}
	return rows
}

// ofCreator are those of the rows that name the creator.
func ofCreator(t *testing.T, rows []string, creator int64) []string {
	t.Helper()
	own := []string{}
	for _, row := range rows {
		var fields struct {
			CreatorID int64 `json:"creator_id"`
		}
		require.NoError(t, json.Unmarshal([]byte(row), &fields))
		if fields.CreatorID == creator {
			own = append(own, row)
		}
	}
	return own
}

// written are the rows in JSON.
func written[T any](t *testing.T, rows []T) []string {
	t.Helper()
	require.NotNil(t, rows, "no list is null")
	texts := []string{}
	for _, row := range rows {
		text, err := json.Marshal(row)
		require.NoError(t, err)
		texts = append(texts, string(text))
	}
	return texts
}

// pages asks for all pages of so many lines.
func pages[T any](t *testing.T, limit int, ask func(Page) (Sealed[T], error), next func(T) *int64) (found []T) {
	t.Helper()
	page := Page{Limit: limit}
	for {
		answer, err := ask(page)
		require.NoError(t, err)
		found = append(found, answer.Value)
		after := next(answer.Value)
		if after == nil {
			return found
		}
		page.After = *after
	}
}

// sealOf is the seal of the period in the books.
func (r *rig) sealOf(period settlement.Period) string {
	r.Helper()
	run, err := r.DB.SealedRun(context.WithoutCancel(r.Context()), period)
	require.NoError(r, err)
	return run.Seal()
}
