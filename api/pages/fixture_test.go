package pages

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/api/access"
	"creatorpay/api/answers"
	"creatorpay/api/observe"
	"creatorpay/engine/explain"
	"creatorpay/engine/export"
	"creatorpay/engine/link"
	"creatorpay/program/settings"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// The creator who asks, in most tests, and what there is of his.
const (
	creator = 42
	video   = 1001
	monday  = settlement.Day(19849) // 2024-05-06, of the newest week
	day     = monday + 3
)

var week = monday.Week()

var rule = explain.PriceRule{
	Version: 3, HoldsFrom: monday - 126,
	Views:   settlement.Tiers{{From: 1, Price: 10_000}, {From: 100_000, Price: 11_000}, {From: 500_000, Price: 13_000}, {From: 1_000_000, Price: 15_000}},
	AdViews: settlement.Tiers{{From: 1, Price: 100_000}, {From: 100_000, Price: 120_000}, {From: 500_000, Price: 150_000}, {From: 1_000_000, Price: 200_000}},
}

// books are the books of one creator, as they would be answered from.
type books struct {
	locale      string
	title       string
	statements  answers.Statements
	statement   answers.Statement
	history     answers.History
	explanation explain.Explanation
	err         error // of every question but the language
	localeErr   error
}

const seal = "3f1c9e0b7a52d4861c0e9f3b5a7d2846e1f0c3b5a79d8e6f4c2b1a0958d7e6f3"

func (b *books) Locale(_ context.Context, id int64) (string, error) {
	if id != creator {
		return "", answers.ErrNotFound{What: fmt.Sprintf("creator %d", id)}
	}
	return b.locale, b.localeErr
}

// has tells whether the creator has the video.
func (b *books) has(id, of int64) bool {
	return id == creator && (of == video || slices.ContainsFunc(b.statement.Lines, func(line answers.StatementLine) bool { return line.VideoID == of }))
}

func (b *books) Title(_ context.Context, id, of int64) (string, error) {
	if !b.has(id, of) {
		return "", answers.ErrNotFound{What: fmt.Sprintf("video %d", of)}
	}
	return b.title, b.err
}

func (b *books) Statements(_ context.Context, id int64, page answers.WeekPage) (answers.Statements, error) {
	if id != creator {
		return answers.Statements{}, answers.ErrNotFound{What: fmt.Sprintf("creator %d", id)}
	}
	answer := b.statements
	answer.Statements = nil
	for _, statement := range b.statements.Statements {
		if page.Before != 0 && statement.Start >= page.Before {
			continue
		}
		if len(answer.Statements) == page.Limit {
			answer.Next = &answer.Statements[page.Limit-1].Start
			break
		}
		answer.Statements = append(answer.Statements, statement)
	}
	return answer, b.err
}

func (b *books) Statement(_ context.Context, id int64, of settlement.Period) (answers.Sealed[answers.Statement], error) {
	if b.err != nil {
		return answers.Sealed[answers.Statement]{}, b.err
	}
	if of.Start > week.Start {
		return answers.Sealed[answers.Statement]{}, settlement.NotClosed(of, settlement.Running)
	}
	stated := slices.ContainsFunc(b.statements.Statements, func(s answers.StatementTotals) bool { return s.Start == of.Start })
	if id != creator || !stated && of != week {
		return answers.Sealed[answers.Statement]{}, answers.ErrNotFound{What: fmt.Sprintf("statement %s", of)}
	}
	if b.statement.Documents == nil {
		return answers.Sealed[answers.Statement]{Value: b.statement}, nil
	}
	return answers.Sealed[answers.Statement]{Value: b.statement, Seal: seal}, nil
}

func (b *books) Seal(_ context.Context, of settlement.Period) (string, error) {
	if of.Start > week.Start {
		return "", settlement.NotClosed(of, settlement.Running)
	}
	return seal, nil // it is remembered
}

func (b *books) History(_ context.Context, id, of int64, from, to settlement.Day) (answers.History, error) {
	if err := errors.Join(from.Validate(), to.Validate()); err != nil {
		return answers.History{}, err
	}
	if !b.has(id, of) {
		return answers.History{}, answers.ErrNotFound{What: fmt.Sprintf("video %d", of)}
	}
	answer := b.history
	answer.Lines = nil
	for _, line := range b.history.Lines {
		if line.Start >= from && line.Start <= to {
			answer.Lines = append(answer.Lines, line)
		}
	}
	answer.Payments = nil
	for _, row := range b.history.Payments {
		if row.Start >= from && row.Start <= to {
			answer.Payments = append(answer.Payments, row)
		}
	}
	return answer, b.err
}

func (b *books) Explanation(_ context.Context, id, of int64, on settlement.Day) (answers.Sealed[explain.Explanation], error) {
	if b.err != nil {
		return answers.Sealed[explain.Explanation]{}, b.err
	}
	if err := on.Validate(); err != nil {
		return answers.Sealed[explain.Explanation]{}, err
	}
	settled := slices.ContainsFunc(b.history.Lines, func(line export.SettlementRow) bool { return line.Start == on }) ||
		slices.ContainsFunc(b.history.Payments, func(row export.PaymentRow) bool { return row.Start == on })
	if !b.has(id, of) || !settled && on != day {
		return answers.Sealed[explain.Explanation]{}, answers.ErrNotFound{What: fmt.Sprintf("video %d", of)}
	}
	return answers.Sealed[explain.Explanation]{Value: b.explanation, Seal: seal}, nil
}

// newBooks have a year of weeks, and a busy newest one with so many videos.
func newBooks(t testing.TB, videos int) *books {
	t.Helper()
	b := &books{locale: templates.Korean, title: titles[0]}
	through := week.End() - 1
	b.statements = answers.Statements{CreatorID: creator, Through: &through}
	b.statement = busyStatement(t, videos)
	b.statements.Statements = append(b.statements.Statements, b.statement.StatementTotals)
	for i := range 51 {
		start := monday - settlement.Day(7*(i+1))
		if i == 4 { // nothing counted in this week
			continue
		}
		amounts := settlement.Amounts{VideoAmount: settlement.Won(300_000 + i*7919%190_000), AdAmount: settlement.Won(80_000 + i*104_729%60_000)}
		total, err := amounts.Total()
		require.NoError(t, err)
		b.statements.Statements = append(b.statements.Statements, answers.StatementTotals{
			Week: start.Week().String(), Start: start, Number: fmt.Sprintf("%s-%d", start.Week(), creator),
			Statistics: settlement.Statistics{Views: int64(280_000 + i*7919%90_000)}, Amounts: amounts, Amount: total,
		})
	}
	b.statements.Closed = 52
	now := through + 2
	b.history = answers.History{CreatorID: creator, VideoID: video, Through: &now}
	used := settlement.Ordinals{To: 40_000}
	ads := settlement.Ordinals{To: 3_000}
	for on := now - 60; on <= now; on++ {
		var err error
		used, err = used.Next(900 + int64(on)*7919%1_300)
		require.NoError(t, err)
		ads, err = ads.Next(80 + int64(on)*7919%130)
		require.NoError(t, err)
		b.history.Lines = append(b.history.Lines, settled(t, on, used, ads))
	}
	b.explanation = busyDay(t)
	return b
}

func settled(t testing.TB, on settlement.Day, views, ads settlement.Ordinals) export.SettlementRow {
	t.Helper()
	row := export.SettlementRow{
		Head: export.Head{Kind: settlement.Daily, Start: on}, CreatorID: creator, VideoID: video,
		Earnings: settlement.Earnings{VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: views.From, ViewsTo: views.To, AdViewsFrom: ads.From, AdViewsTo: ads.To}},
	}
	var err error
	row.VideoAmount, err = rule.Views.Amount(views)
	require.NoError(t, err)
	row.AdAmount, err = rule.AdViews.Amount(ads)
	require.NoError(t, err)
	return row
}

var titles = []string{
	"제주도 한 달 살기 브이로그 | 바다가 보이는 집을 구했습니다 🏝️",
	"A quiet morning in Seoul: coffee, rain and the first metro",
	"<script>alert('10분 만에')</script> & <b>된장찌개</b>",
	"שלום עולם: מתכון לחומוס \u202egnp.exe",
	"초보도 할 수 있는 Go 언어 입문 3강: 구조체와 인터페이스 그리고 테스트까지 한 번에 정리하는 완전 정복 강의 (자막 있음)",
	"👨‍👩‍👧‍👦🎉",
	"ThisTitleHasNotASingleSpaceInItAndGoesOnAndOnAndOnUntilItIsWiderThanAnyPhoneThatAnybodyHasEverHeldInTheirHand",
	"",
	"#shorts 고양이",
}

// busyStatement has a line with all that a line can have, and so many lines in all.
func busyStatement(t testing.TB, videos int) answers.Statement {
	t.Helper()
	s := answers.Statement{
		CreatorID: creator, Name: "김하늘", ClosedAt: time.Date(2024, 5, 13, 5, 30, 0, 0, time.FixedZone("KST", 9*60*60)),
		Prices:    []explain.PriceRule{rule},
		Documents: &answers.StatementHashes{StatementSHA256: strings.Repeat("a", 64), Top5SHA256: strings.Repeat("b", 64)},
	}
	s.Week, s.Start, s.Number = week.String(), week.Start, fmt.Sprintf("%s-%d", week, creator)
	for i := range int64(videos) {
		count := 250_000 / (i*i + 1)
		line := answers.StatementLine{
			VideoID: video + i, Title: titles[i%int64(len(titles))],
			Statistics: settlement.Statistics{Views: count, SelfViews: count % 5, RepeatViews: count / 40, PlayedSeconds: count * 143, AdViews: count / 9},
		}
		line.ViewsFrom, line.ViewsTo = 90_000, 90_000+count
		line.AdViewsFrom, line.AdViewsTo = 1_000, 1_000+count/9
		if i == 0 {
			late := answers.StatementLate{WatchedOn: monday - 8, PostedOn: monday + 1, Statistics: settlement.Statistics{Views: 37, PlayedSeconds: 900, AdViews: 4, RepeatViews: 2}}
			late.VideoAmount, late.AdAmount = 41, 40
			line.Late = append(line.Late, late)
			line.ViewsTo, line.AdViewsTo = line.ViewsTo+37, line.AdViewsTo+4
			require.NoError(t, s.Statistics.Add(late.Statistics))
		}
		for share := range rule.Views.Shares(line.OfViews()) {
			line.ViewShares = append(line.ViewShares, answers.PriceShare{UnitPrice: share.Price, Count: share.Count})
		}
		for share := range rule.AdViews.Shares(line.OfAdViews()) {
			line.AdShares = append(line.AdShares, answers.PriceShare{UnitPrice: share.Price, Count: share.Count})
		}
		var err error
		line.VideoAmount, err = rule.Views.Amount(line.OfViews())
		require.NoError(t, err)
		line.AdAmount, err = rule.AdViews.Amount(line.OfAdViews())
		require.NoError(t, err)
		require.NoError(t, s.Statistics.Add(line.Statistics))
		require.NoError(t, s.Amounts.Add(line.Amounts))
		s.Lines = append(s.Lines, line)
	}
	var err error
	s.Amount, err = s.Total()
	require.NoError(t, err)
	for i, on := range week.Days() {
		s.Days = append(s.Days, answers.StatementDay{Date: on, Views: s.Views / 7, Amount: s.Amount * settlement.Won([]int{11, 9, 14, 13, 18, 22, 0}[i]) / 100})
	}
	return s
}

// busyDay crosses a tier, leaves plays out, is cut, and pays late views.
func busyDay(t testing.TB) explain.Explanation {
	t.Helper()
	late := export.AdjustmentRow{
		Head: export.Head{Kind: settlement.Daily, Start: day}, CreatorID: creator, VideoID: video, WatchedOn: day - 9, PostedOn: day,
		Statistics: settlement.Statistics{Views: 37, PlayedSeconds: 1200, AdViews: 4, RepeatViews: 2},
	}
	late.VideoAmount, late.AdAmount = 41, 40
	return explain.Explanation{
		Head: export.Head{Kind: settlement.Daily, Start: day}, VideoID: video, CreatorID: creator,
		Rows:  explain.Rows{All: 12_480, Statistics: settlement.Statistics{Views: 12_031, SelfViews: 12, RepeatViews: 437, PlayedSeconds: 1_720_433, AdViews: 1_311}},
		Views: explained(t, rule.Views, settlement.Ordinals{From: 94_120, To: 106_188}),
		Ads:   explained(t, rule.AdViews, settlement.Ordinals{From: 8_120, To: 9_435}),
		Late:  []export.AdjustmentRow{late}, PriceRule: rule, RepeatWindowMS: 30_000,
		Chunk: explain.Chunk{Number: 17, Rows: 49_817, Checksum: "13874629130085742119"}, Seal: seal,
	}
}

// explainedNothing is the day as if all its plays had been left out.
func explainedNothing(day explain.Explanation) explain.Explanation {
	day.Rows.SelfViews += day.Rows.Views
	day.Rows.Views, day.Rows.PlayedSeconds, day.Rows.AdViews = 0, 0, 0
	nothing := func(part explain.Part) explain.Part {
		return explain.Part{OrdinalsFrom: part.OrdinalsFrom, OrdinalsTo: part.OrdinalsFrom, Exact: won(0), Cut: won(0)}
	}
	day.Views, day.Ads, day.Late = nothing(day.Views), nothing(day.Ads), nil
	return day
}

// explained is what the tiers pay for the ordinals.
func explained(t testing.TB, tiers settlement.Tiers, ordinals settlement.Ordinals) explain.Part {
	t.Helper()
	part := explain.Part{OrdinalsFrom: ordinals.From, OrdinalsTo: ordinals.To, Count: ordinals.Count()}
	var err error
	part.Amount, err = tiers.Amount(ordinals)
	require.NoError(t, err)
	var sum int64
	from := ordinals.From
	for share := range tiers.Shares(ordinals) {
		units := share.Count * int64(share.Price)
		sum += units
		part.Shares = append(part.Shares, explain.Share{UnitPrice: share.Price, FromOrdinal: from + 1, ToOrdinal: from + share.Count, Count: share.Count, Exact: won(units)})
		from += share.Count
	}
	part.Exact, part.Cut = won(sum), won(sum%settlement.UnitsPerWon)
	return part
}

func won(units int64) string {
	return fmt.Sprintf("%d.%04d", units/settlement.UnitsPerWon, units%settlement.UnitsPerWon)
}

// pagesOf are the pages over the books, and who is let in.
type pagesOf struct {
	t    testing.TB
	keys link.Keys
	log  *bytes.Buffer
	http.Handler
}

func newPages(t testing.TB, b Books) *pagesOf {
	t.Helper()
	key := "test:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	keys, err := link.ParseKeys(key)
	require.NoError(t, err)
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	gate, err := access.New(access.Config{Issuer: "https://issuer.example", Audience: "creatorpay", LinkKeys: settings.LinkKeys{Keys: key}}, logger)
	require.NoError(t, err)
	return &pagesOf{t: t, keys: keys, log: &log, Handler: New(b, gate, 1<<20, observe.New(logger), logger)}
}

// request is the creator's, who has opened a mail's link; of nobody where the creator is 0.
func (p *pagesOf) request(id int64, method, address string) *http.Request {
	p.t.Helper()
	r := httptest.NewRequestWithContext(p.t.Context(), method, address, nil)
	if id == 0 {
		return r
	}
	opened := httptest.NewRecorder()
	token := p.keys.Sign(link.Mail, link.Grant{CreatorID: id, Expires: time.Now().Add(time.Hour)})
	p.ServeHTTP(opened, httptest.NewRequestWithContext(p.t.Context(), http.MethodGet, link.Path+token, nil))
	require.Equal(p.t, http.StatusSeeOther, opened.Code)
	for _, cookie := range opened.Result().Cookies() {
		r.AddCookie(cookie)
	}
	return r
}

// get opens a page as the creator.
func (p *pagesOf) get(address string) *httptest.ResponseRecorder {
	p.t.Helper()
	return p.do(p.request(creator, http.MethodGet, address))
}

func (p *pagesOf) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}
