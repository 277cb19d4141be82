package v1

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/api/access"
	"creatorpay/api/answers"
	"creatorpay/engine/explain"
	"creatorpay/engine/export"
	"creatorpay/settlement"
)

// The world of the fake books: one week is closed, of two creators with a video each; the day after it is running.
const (
	own, other = int64(7), int64(8)    // creators
	video      = int64(1001)           // of own
	closedDay  = settlement.Day(19852) // 2024-05-09
	openDay    = settlement.Day(19856) // 2024-05-13
	seal       = "5ea1"
)

// books are [Books] without a database.
type books struct {
	asked  atomic.Int64 // questions that took a database
	fail   error        // what every question fails with
	answer func()       // runs while a question is answered
	lines  int          // of a settlement; its pages have as many as they may

	unmailed bool // the documents of the week
}

func (b *books) sealed(period settlement.Period) error {
	b.asked.Add(1)
	if b.answer != nil {
		b.answer()
	}
	if b.fail != nil {
		return b.fail
	}
	if period.End() > closedDay.Week().End() {
		return settlement.NotClosed(period, settlement.Running)
	}
	return nil
}

func (b *books) Seal(_ context.Context, period settlement.Period) (string, error) {
	if err := b.sealed(period); err != nil {
		return "", err
	}
	b.asked.Add(-1) // it is remembered
	return seal, nil
}

func (b *books) Top5(_ context.Context, period settlement.Period) (answers.Sealed[answers.Top5], error) {
	return answers.Sealed[answers.Top5]{Value: answers.Top5{Head: export.Head{Kind: period.Kind, Start: period.Start}, Lines: []export.TopRow{}}, Seal: seal}, b.sealed(period)
}

func (b *books) Settlement(_ context.Context, creator int64, period settlement.Period, page answers.Page) (answers.Sealed[answers.Settlement], error) {
	got := answers.Settlement{Head: export.Head{Kind: period.Kind, Start: period.Start}, CreatorID: creator, Lines: []export.SettlementRow{}, Adjustments: []export.AdjustmentRow{}}
	for id := page.After + 1; id <= int64(b.lines); id++ {
		if len(got.Lines) == page.Limit {
			got.Next = &got.Lines[page.Limit-1].VideoID
			break
		}
		got.Lines = append(got.Lines, export.SettlementRow{Head: got.Head, CreatorID: creator, VideoID: id})
	}
	return answers.Sealed[answers.Settlement]{Value: got, Seal: seal}, b.sealed(period)
}

func (b *books) Statistics(_ context.Context, creator int64, period settlement.Period, _ answers.Page) (answers.Sealed[answers.Statistics], error) {
	return answers.Sealed[answers.Statistics]{Value: answers.Statistics{Head: export.Head{Kind: period.Kind, Start: period.Start}, CreatorID: creator, Lines: []export.StatisticsRow{}}, Seal: seal}, b.sealed(period)
}

func (b *books) Statements(_ context.Context, creator int64, page answers.WeekPage) (answers.Statements, error) {
	week := closedDay.Week()
	through := week.End() - 1
	got := answers.Statements{CreatorID: creator, Through: &through, Statements: []answers.StatementTotals{{Week: week.String(), Start: week.Start}}}
	if page.Before == 0 && page.Limit == 1 {
		got.Next = &week.Start
	}
	return got, b.sealed(week)
}

func (b *books) Statement(_ context.Context, creator int64, week settlement.Period) (answers.Sealed[answers.Statement], error) {
	got := answers.Statement{CreatorID: creator, Days: []answers.StatementDay{}, Lines: []answers.StatementLine{}, Prices: []answers.StatementPrice{}}
	if b.unmailed {
		return answers.Sealed[answers.Statement]{Value: got}, b.sealed(week)
	}
	return answers.Sealed[answers.Statement]{Value: got, Seal: seal}, b.sealed(week)
}

func (b *books) Document(_ context.Context, _ int64, week settlement.Period, _ answers.DocumentKind) (answers.Document, error) {
	if err := b.sealed(week); err != nil {
		return answers.Document{}, err
	}
	return answers.Document{Name: "정산서 2024-W19.pdf", Data: []byte("%PDF-1.4"), SHA256: "abc123"}, nil
}

func (b *books) Explanation(_ context.Context, creator, id int64, day settlement.Day) (answers.Sealed[explain.Explanation], error) {
	if err := b.sealed(settlement.DailyPeriod(day)); err != nil {
		return answers.Sealed[explain.Explanation]{}, err
	}
	if creator != own || id != video {
		return answers.Sealed[explain.Explanation]{}, answers.ErrNotFound{What: "video 12"}
	}
	return answers.Sealed[explain.Explanation]{Value: explained(id, creator, day), Seal: seal}, nil
}

func (b *books) History(_ context.Context, creator, id int64, _, _ settlement.Day) (answers.History, error) {
	if creator != own || id != video {
		return answers.History{}, answers.ErrNotFound{What: "video 12"}
	}
	return answers.History{CreatorID: creator, VideoID: id, Lines: []export.SettlementRow{}}, b.sealed(closedDay.Week())
}

func (b *books) Periods(_ context.Context, kind settlement.Kind, _, _ settlement.Day, _ answers.PeriodPage) (answers.Periods, error) {
	return answers.Periods{Kind: kind, Periods: []answers.PeriodRun{}}, b.sealed(closedDay.Week())
}

// tokens are a [Guard] that knows its readers by name.
type tokens struct{}

var readers = map[string]access.Reader{
	"own":      {Subject: "own", CreatorID: own},
	"other":    {Subject: "other", CreatorID: other},
	"operator": {Subject: "operator", Operator: true},
	"no one's": {Subject: "no one's"},
}

func (tokens) Guard(refuse func(http.ResponseWriter, *http.Request, *access.Refused)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reader, known := readers[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
			if !known {
				refuse(w, r, &access.Refused{Status: http.StatusUnauthorized, Challenge: `Bearer realm="creatorpay"`})
				return
			}
			next.ServeHTTP(w, r.WithContext(access.With(r.Context(), reader)))
		})
	}
}

// rig is a handler with fake books, and what it logs.
type rig struct {
	*books
	service *service
	handler http.Handler
	log     bytes.Buffer
}

func newRig(tb testing.TB) *rig {
	tb.Helper()
	r := &rig{books: &books{lines: 3}}
	r.service = newService(r.books, tokens{}, Config{Keep: 1}, slog.New(slog.NewJSONHandler(&r.log, nil)))
	r.handler = r.service.handler()
	return r
}

// get asks as the creator own, with headers given as name and value in turn.
func (r *rig) get(target string, headers ...string) *httptest.ResponseRecorder {
	return r.ask(http.MethodGet, target, append([]string{"Authorization", "Bearer own"}, headers...)...)
}

func (r *rig) ask(method, target string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequestWithContext(context.Background(), method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response := httptest.NewRecorder()
	r.handler.ServeHTTP(response, request)
	return response
}

// problemIn is the problem that was answered.
func problemIn(t *testing.T, response *httptest.ResponseRecorder) Problem {
	t.Helper()
	require.Equal(t, contentTypeProblem, response.Header().Get("Content-Type"), response.Body.String())
	require.Equal(t, "no-store", response.Header().Get("Cache-Control"))
	require.Empty(t, response.Header().Get("ETag"))
	var p Problem
	require.NoError(t, json.NewDecoder(io.LimitReader(response.Body, 1<<16)).Decode(&p))
	require.Equal(t, response.Code, p.Status)
	return p
}

const (
	settlementPath = "/v1/creators/7/settlement?period=weekly&date=2024-05-09"
	top5Path       = "/v1/top5?period=daily&date=2024-05-09"
)

func explained(id, creator int64, day settlement.Day) explain.Explanation {
	nothing := explain.Part{Shares: []explain.Share{}, Exact: "0.0000", Cut: "0.0000"}
	return explain.Explanation{
		Head: export.Head{Kind: settlement.Daily, Start: day}, VideoID: id, CreatorID: creator, Views: nothing, Ads: nothing,
		Late: []export.AdjustmentRow{}, PriceRule: explain.PriceRule{Views: settlement.Tiers{}, AdViews: settlement.Tiers{}},
	}
}
