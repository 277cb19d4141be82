package v1

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/api/answers"
	"creatorpay/db"
	"creatorpay/db/copies"
	"creatorpay/engine/export"
	"creatorpay/engine/link"
	"creatorpay/engine/statement"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
	"creatorpay/templates"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// fill closes the week that the examples of the document are about, and stores the documents of its mails.
func fill(t *testing.T, dsn string) *dbtest.Books {
	b := dbtest.OpenAt(t, dsn)
	week := closedDay.Week()
	b.AddDays(week.Start-1, openDay)
	b.AddVideo(own, db.Video{ID: video, Title: "<Cats> & dogs", OpeningViews: 99_990})
	b.AddVideo(own, db.Video{ID: video + 1, Title: "Dogs"})
	b.AddVideo(other, db.Video{ID: 2001, Title: "Others"})
	for _, day := range week.Days() {
		b.Watch(day, video, 5)
		b.Watch(day, video+1, 2)
		b.Watch(day, 2001, 3)
		b.CloseDay(day)
	}
	b.ClosePeriod(week)
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

	t.Run("rows are those of the exports", func(t *testing.T) {
		for what, list := range map[export.What]string{export.Settlement: "settlement", export.Statistics: "statistics"} {
			for _, period := range []settlement.Period{settlement.DailyPeriod(closedDay), closedDay.Week()} {
				var exported strings.Builder
				require.NoError(t, export.Write(t.Context(), &exported, b.DB, what, period, export.JSON))
				var answered struct{ Lines []json.RawMessage }
				response := one.get("/v1/creators/7/" + list + "?period=" + string(period.Kind) + "&date=2024-05-09")
				require.NoError(t, json.Unmarshal(response.Body.Bytes(), &answered))
				require.Len(t, answered.Lines, 2)
				for _, line := range answered.Lines {
					require.Contains(t, exported.String(), string(line))
				}
			}
		}
	})

	t.Run("the month is not closed", func(t *testing.T) {
		p := problemIn(t, one.get("/v1/top5?period=monthly&date=2024-05-09"))
		require.Equal(t, "/problems/period-not-closed", p.Type)
		require.Equal(t, "2024-05", p.Period)
	})

	t.Run("what is not there and what is another's look the same", func(t *testing.T) {
		missing := one.get("/v1/creators/7/videos/2001/explanation?date=2024-05-09")
		require.Equal(t, http.StatusNotFound, missing.Code)
		require.Equal(t, one.get("/v1/creators/8/videos/2001/explanation?date=2024-05-09").Body.String(), missing.Body.String())
	})
}
