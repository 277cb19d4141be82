package v1

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/api/answers"
	"creatorpay/db"
	"creatorpay/db/copies"
	"creatorpay/engine/link"
	"creatorpay/engine/statement"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
	"creatorpay/templates"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// firstDay is the first one that is settled: the Monday of a week in which a month ends.
const firstDay = closedDay - 10

// fill closes the week that the examples of the document are about, the week and the month before it, and stores the
// documents of the week's mails. The day of the examples pays a late view of the day before.
func fill(t *testing.T, dsn string) *dbtest.Books {
	b := dbtest.OpenAt(t, dsn)
	week := closedDay.Week()
	b.AddDays(firstDay-1, openDay)
	b.AddVideo(own, db.Video{ID: video, Title: "<Cats> & dogs", OpeningViews: 99_990})
	b.AddVideo(own, db.Video{ID: video + 1, Title: "Dogs"})
	b.AddVideo(other, db.Video{ID: 2001, Title: "Others"})
	for day := firstDay; day < openDay; day++ {
		if day == closedDay {
			b.Play(day-1, video, dbtest.Viewer+1, b.Calendar.Start(day-1))
		}
		b.Watch(day, video, 5)
		b.Watch(day, video+1, 2)
		b.Watch(day, 2001, 3)
		b.CloseDay(day)
	}
	for _, period := range []settlement.Period{firstDay.Week(), firstDay.Month(), week} {
		b.ClosePeriod(period)
	}
	read, err := statement.Read(t.Context(), b.DB, week, settlement.Creators{First: own, Last: own}, "questions@example.com")
	require.NoError(t, err)
	renderer, err := templates.NewRenderer()
	require.NoError(t, err)
	mail, err := statement.Compose(t.Context(), renderer, link.Links{}, read[0], dbtest.Address(own))
	require.NoError(t, err)
	require.NoError(t, b.DB.StoreDocuments(t.Context(), week, own, mail.Documents))
	return b
}

// process is the answers of one process, and its handler.
func process(t *testing.T, dsn string) *rig {
	t.Helper()
	from, err := copies.Open(dsn, nil, copies.Config{
		Connections: 8, CallLimit: time.Minute, BreakerCalls: 100, BreakerFailures: 50, BreakerDelay: 2 * time.Minute, BreakerTrials: 3, PrimaryCalls: 8,
	}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, from.Close()) })
	renderer, err := templates.NewRenderer()
	require.NoError(t, err)
	return newRigOf(answers.New(from, renderer, 1<<20), tokens{})
}

func TestRealBooks(t *testing.T) {
	dsn := devtest.Database(t)
	b := fill(t, dsn)
	one, two := process(t, dsn), process(t, dsn)
	document, _ := openAPIOf(t, one)

	for path, item := range document.Paths {
		t.Run(path, func(t *testing.T) {
			target := exampleOf(t, item.Get)
			response := one.ask(http.MethodGet, target, "Authorization", "Bearer operator")
			require.Equal(t, http.StatusOK, response.Code, response.Body.String())
			conforms(t, one, path, response)

			tag := response.Header().Get("ETag")
			if tag == "" {
				return
			}
			again := two.ask(http.MethodGet, target, "Authorization", "Bearer operator")
			require.Equal(t, tag, again.Header().Get("ETag"), "processes agree")
			require.Equal(t, response.Body.Bytes(), again.Body.Bytes())
			unkept := process(t, dsn)
			known := unkept.ask(http.MethodGet, target, "Authorization", "Bearer operator", "If-None-Match", tag)
			require.Equal(t, http.StatusNotModified, known.Code)
		})
	}

	t.Run("rows are those of the exports", func(t *testing.T) { rowsAreThoseOfTheExports(t, b, one) })

	t.Run("the month is not closed", func(t *testing.T) {
		p := problemIn(t, one.get("/v1/top5?period=monthly&date=2024-05-09"))
		require.Equal(t, "/problems/period-not-closed", p.Type)
		require.Equal(t, "2024-05", p.Period)
	})

	t.Run("days before the first one are not closed", func(t *testing.T) {
		for _, target := range []string{"/v1/top5?period=daily&date=2024-04-28", "/v1/creators/7/settlement?period=weekly&date=2024-04-28", "/v1/creators/7/videos/1001/explanation?date=2024-04-28"} {
			p := problemIn(t, one.get(target))
			require.Equal(t, "/problems/period-not-closed", p.Type)
			require.Empty(t, p.State, "it was never run")
		}
		history := one.get("/v1/creators/7/videos/1001/history?from=2024-01-01&to=2024-04-28")
		require.Equal(t, http.StatusOK, history.Code)
		require.Contains(t, history.Body.String(), `"lines":[]`)
	})

	t.Run("an unknown creator is not found", func(t *testing.T) {
		for path, item := range document.Paths {
			if target := exampleOf(t, item.Get); strings.Contains(path, "{creator_id}") {
				p := problemIn(t, one.ask(http.MethodGet, strings.Replace(target, "/creators/7/", "/creators/9/", 1), "Authorization", "Bearer operator"))
				require.Equal(t, "/problems/not-found", p.Type, path)
			}
		}
	})

	t.Run("a day whose rows were dropped is answered as before", func(t *testing.T) {
		b.Exec(`ALTER TABLE watch_log DROP PARTITION p20240509`)
		after := process(t, dsn)
		for path, item := range document.Paths {
			target := exampleOf(t, item.Get)
			before, now := one.ask(http.MethodGet, target, "Authorization", "Bearer operator"), after.ask(http.MethodGet, target, "Authorization", "Bearer operator")
			require.Equal(t, http.StatusOK, now.Code, path)
			require.Equal(t, before.Header(), now.Header(), path)
			require.Equal(t, before.Body.Bytes(), now.Body.Bytes(), path)
		}
	})

	t.Run("what is not there and what is another's look the same", func(t *testing.T) {
		missing := one.get("/v1/creators/7/videos/2001/explanation?date=2024-05-09")
		require.Equal(t, http.StatusNotFound, missing.Code)
		require.Equal(t, one.get("/v1/creators/8/videos/2001/explanation?date=2024-05-09").Body.String(), missing.Body.String())
	})
}
