package pages

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/api/answers"
	"creatorpay/db/copies"
	"creatorpay/engine/link"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// addresses are pages of each sort that the creator has.
var addresses = []string{
	"/", "/?before=2024-03-04", "/?before=1990-01-01", "/statements/2024-W19", "/statements/2024-W19?page=2", "/videos/1001", "/videos/1001?week=2024-W19", "/videos/1001/2024-05-09",
}

// problems are addresses at which there is no page.
var problems = []string{"/statements/2024-W20", "/statements/2020-W01", "/statements/week", "/videos/7", "/videos/-1", "/videos/1001/2020-05-10", "/videos/1001/today", "/videos/1001/1970-01-01", "/?before=now", "/?before=1970-01-01", "/nowhere"}

func TestEveryPageHasEachHeaderThatKeepsItSafe(t *testing.T) {
	p := newPages(t, newBooks(t, 60))
	for _, address := range append(append(addresses, problems...), "/sign-in", link.Path+"forged", stylePath) {
		for header, want := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			require.Equal(t, want, p.get(address).Header().Get(header), address)
		}
	}
}

func TestPagesAreKeptByNoCache(t *testing.T) {
	p := newPages(t, newBooks(t, 60))
	for _, address := range append(addresses, problems...) {
		require.Equal(t, "no-store", p.get(address).Header().Get("Cache-Control"), address)
	}
}

func TestStyleSheetIsAskedForAgainAndNotSentAgain(t *testing.T) {
	p := newPages(t, newBooks(t, 0))
	first := p.do(p.request(0, http.MethodGet, stylePath))
	require.Equal(t, http.StatusOK, first.Code)
	again := p.request(0, http.MethodGet, stylePath)
	again.Header.Set("If-None-Match", first.Header().Get("ETag"))
	require.Equal(t, http.StatusNotModified, p.do(again).Code)
}

func TestHeadAnswersAsGetWithoutAPage(t *testing.T) {
	p := newPages(t, newBooks(t, 3))
	for _, address := range addresses {
		get, head := p.get(address), p.do(p.request(creator, http.MethodHead, address))
		require.Equal(t, get.Code, head.Code)
		require.Equal(t, get.Header(), head.Header())
	}
}

func TestNothingCanBeChanged(t *testing.T) {
	p := newPages(t, newBooks(t, 3))
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		for _, address := range addresses {
			answer := p.do(p.request(creator, method, address))
			require.Equal(t, http.StatusMethodNotAllowed, answer.Code)
			require.Equal(t, "GET, HEAD", answer.Header().Get("Allow"))
		}
	}
}

func TestWhoIsNotKnownIsToldHowToComeIn(t *testing.T) {
	p := newPages(t, newBooks(t, 3))
	for _, address := range addresses {
		answer := p.do(p.request(0, http.MethodGet, address))
		require.Equal(t, http.StatusUnauthorized, answer.Code)
		require.Contains(t, answer.Body.String(), "link in your mail")
		require.NotContains(t, answer.Body.String(), "₩")
	}
	require.Equal(t, http.StatusOK, p.do(p.request(0, http.MethodGet, "/sign-in")).Code)
}

func TestCreatorSeesNothingOfOthers(t *testing.T) {
	p := newPages(t, newBooks(t, 3))
	for _, address := range addresses {
		answer := p.do(p.request(7, http.MethodGet, address))
		require.Equal(t, http.StatusNotFound, answer.Code, address)
		require.NotContains(t, answer.Body.String(), "₩")
	}
	missing, others := p.get("/videos/9999/2024-05-09"), p.do(p.request(7, http.MethodGet, "/videos/1001/2024-05-09?lang=ko"))
	require.Equal(t, http.StatusNotFound, missing.Code)
	for _, words := range []string{"페이지를 찾을 수 없습니다", "주소가 바뀌었거나"} {
		require.Contains(t, missing.Body.String(), words)
		require.Contains(t, others.Body.String(), words, "in the same words")
	}
}

func TestLinkThatHasExpiredLeadsToTheNewestMail(t *testing.T) {
	p := newPages(t, newBooks(t, 3))
	expired := p.keys.Sign(link.Mail, link.Grant{CreatorID: creator, Expires: time.Now().Add(-time.Hour)})
	answer := p.do(p.request(0, http.MethodGet, link.Path+expired))
	require.Equal(t, http.StatusGone, answer.Code)
	require.Contains(t, answer.Body.String(), "newest statement mail")
}

func TestLinkThatNobodySignedAsksForTheWholeLink(t *testing.T) {
	p := newPages(t, newBooks(t, 3))
	good := p.keys.Sign(link.Mail, link.Grant{CreatorID: creator, Expires: time.Now().Add(time.Hour)})
	for _, token := range []string{"forged", good[:len(good)-5]} {
		answer := p.do(p.request(0, http.MethodGet, link.Path+token))
		require.Equal(t, http.StatusNotFound, answer.Code)
		require.Contains(t, answer.Body.String(), "make sure that you copied all of it")
		require.Empty(t, answer.Header().Values("Set-Cookie"))
	}
}

func TestWithoutACopyThePageSaysWhenToComeAgain(t *testing.T) {
	b := newBooks(t, 3)
	b.err = &copies.Unavailable{RetryAfter: 1500 * time.Millisecond}
	p := newPages(t, b)
	for _, address := range addresses {
		answer := p.get(address)
		require.Equal(t, http.StatusServiceUnavailable, answer.Code)
		require.Equal(t, "2", answer.Header().Get("Retry-After"))
		require.Contains(t, answer.Body.String(), "잠시 후 다시 열어 주세요")
	}
	require.Empty(t, p.log.String(), "it is told by the copies")
}

func TestAReaderWhoLeavesIsNoFailure(t *testing.T) {
	b := newBooks(t, 3)
	b.err = context.Canceled
	p := newPages(t, b)
	ctx, leave := context.WithCancel(t.Context())
	request := p.request(creator, http.MethodGet, "/").WithContext(ctx)
	leave()
	require.PanicsWithError(t, http.ErrAbortHandler.Error(), func() { p.ServeHTTP(httptest.NewRecorder(), request) })
	require.NotContains(t, p.log.String(), "ERROR")
}

func TestWhatFailsIsLoggedAndNotShown(t *testing.T) {
	b := newBooks(t, 3)
	b.err = errors.New("the reason")
	p := newPages(t, b)
	for _, address := range addresses {
		answer := p.get(address)
		require.Equal(t, http.StatusInternalServerError, answer.Code)
		require.NotContains(t, answer.Body.String(), "reason")
	}
	require.Contains(t, p.log.String(), "the reason")
}

func TestPeriodThatIsNotClosedSaysSo(t *testing.T) {
	answer := newPages(t, newBooks(t, 3)).get("/statements/2024-W20")
	require.Equal(t, http.StatusNotFound, answer.Code)
	require.Contains(t, answer.Body.String(), "아직 마감되지 않았습니다")
}

func TestPagesAreInTheCreatorsLanguage(t *testing.T) {
	for locale, words := range map[string]string{templates.Korean: "주간 명세서", templates.English: "Weekly statements"} {
		b := newBooks(t, 3)
		b.locale = locale
		answer := newPages(t, b).get("/")
		require.Contains(t, answer.Body.String(), `<html lang="`+locale+`">`)
		require.Equal(t, locale, answer.Header().Get("Content-Language"))
		require.Contains(t, answer.Body.String(), words)
	}
}

func TestLanguageThatTheReaderChoosesStays(t *testing.T) {
	answer := newPages(t, newBooks(t, 60)).get("/statements/2024-W19?page=2&lang=en").Body.String()
	require.Contains(t, answer, `<html lang="en">`)
	require.Contains(t, answer, `href="?lang=ko&amp;page=2"`, "the same page in the other language")
	require.Contains(t, answer, `href="?lang=en&amp;page=1"`)
	require.Contains(t, answer, `week=2024-W19&amp;lang=en"`)
	require.Contains(t, answer, `href="/?lang=en"`)
}

func TestWithoutACreatorPagesAreInTheBrowsersLanguage(t *testing.T) {
	p := newPages(t, newBooks(t, 3))
	for accepted, language := range map[string]string{
		"": "en", "ko": "ko", "ko-KR,ko;q=0.9,en-US;q=0.8": "ko", "en-US,en;q=0.9,ko;q=0.8": "en", "fr, ko;q=0.5, en;q=0.4": "ko",
		"fr": "en", "KO-kr": "ko", "ko;q=0, en;q=0.1": "en", "ko;q=x": "en", ";;,,": "en", "*": "en",
	} {
		r := p.request(0, http.MethodGet, "/sign-in")
		r.Header.Set("Accept-Language", accepted)
		require.Contains(t, p.do(r).Body.String(), `<html lang="`+language+`">`, accepted)
	}
}

func TestTitlesAreTextAndNoMarkup(t *testing.T) {
	b := newBooks(t, len(titles))
	b.title = titles[2]
	p := newPages(t, b)
	for _, address := range []string{"/statements/2024-W19", "/videos/1001", "/videos/1001/2024-05-09"} {
		page := p.get(address).Body.String()
		require.Contains(t, page, "&lt;script&gt;alert(&#39;10분 만에&#39;)&lt;/script&gt; &amp; &lt;b&gt;된장찌개&lt;/b&gt;")
		require.NotContains(t, page, "<script")
		require.NotContains(t, page, "\u202e", "what turns the direction of writing")
	}
}

func TestVideoWithoutATitleShowsItsID(t *testing.T) {
	b := newBooks(t, 3)
	b.title = " \u202e"
	require.Contains(t, newPages(t, b).get("/videos/1001").Body.String(), "영상 1001</bdi>")
}

func TestRepeatsAreExplainedWithTheWindowOfTheDay(t *testing.T) {
	b := newBooks(t, 3)
	for milliseconds, text := range map[int64]string{30_000: "30초 안에", 60_000: "60초 안에", 1_500: "1.5초 안에"} {
		b.explanation.RepeatWindowMS = milliseconds
		require.Contains(t, newPages(t, b).get("/videos/1001/2024-05-09").Body.String(), text)
	}
}

func TestCreatorWithoutStatementsIsToldWhenThereWillBeOne(t *testing.T) {
	b := newBooks(t, 0)
	b.statements.Statements = nil
	page := newPages(t, b).get("/")
	require.Equal(t, http.StatusOK, page.Code)
	require.Contains(t, page.Body.String(), "아직 명세서가 없습니다")
	require.Contains(t, page.Body.String(), "마감되었습니다", "up to where weeks are closed")

	b.statements.Through = nil
	page = newPages(t, b).get("/")
	require.Equal(t, http.StatusOK, page.Code)
	require.NotContains(t, page.Body.String(), "마감되었습니다")
}

func TestPageOfOlderWeeksLeadsBackToTheFirst(t *testing.T) {
	p := newPages(t, newBooks(t, 3))
	for _, address := range []string{"/?before=2024-03-04", "/?before=1990-01-01"} {
		page := p.get(address).Body.String()
		require.Contains(t, page, `<a href="/">← 내 정산</a>`)
		require.NotContains(t, page, `rel="prev"`)
	}
	require.Contains(t, p.get("/?before=1990-01-01").Body.String(), "이보다 앞선 명세서는 없습니다")
}

func TestStatementHasItsDocumentsOnceTheyWereMailed(t *testing.T) {
	b := newBooks(t, 3)
	p := newPages(t, b)
	documents := b.statement.Documents
	b.statement.Documents = nil
	require.NotContains(t, p.get("/statements/2024-W19").Body.String(), ".pdf")
	b.statement.Documents = documents
	require.Contains(t, p.get("/statements/2024-W19").Body.String(), `href="/v1/creators/42/statements/2024-W19/statement.pdf"`)
	require.Contains(t, p.get("/statements/2024-W19").Body.String(), `href="/v1/creators/42/statements/2024-W19/top5.pdf"`)
}

func TestHistoryAsksForNoMoreDaysThanOneMay(t *testing.T) {
	b := newBooks(t, 3)
	asked := 0
	p := newPages(t, spy{b, func(from, to settlement.Day) { asked = int(to-from) + 1 }})
	require.Equal(t, http.StatusOK, p.get("/videos/1001").Code)
	require.Equal(t, answers.MaxHistoryDays, asked)
	require.Equal(t, http.StatusOK, p.get("/videos/1001?week=2024-W19").Code)
	require.Equal(t, 7, asked)
}

func TestAddressThatNamesNothingIsNotFound(t *testing.T) {
	p := newPages(t, newBooks(t, 3))
	for _, address := range problems {
		require.Equal(t, http.StatusNotFound, p.get(address).Code, address)
	}
	require.Empty(t, p.log.String())
}

func TestParametersThatAreAbsurdRepeatedOrUnknownChangeNothing(t *testing.T) {
	p := newPages(t, newBooks(t, 60))
	long := strings.Repeat("9", 50_000)
	for address, same := range map[string]string{
		"/?lang=ko&lang=en":                        "/?lang=ko",
		"/?lang=fr":                                "/",
		"/?before=2024-03-04&before=now":           "/?before=2024-03-04",
		"/?before=":                                "/",
		"/?%zz;=&nobody=knows&nobody=cares":        "/",
		"/?nobody=" + long:                         "/",
		"/statements/2024-W19?page=" + long:        "/statements/2024-W19?page=2",
		"/statements/2024-W19?page=-" + long:       "/statements/2024-W19?page=1",
		"/statements/2024-W19?page=0&page=2":       "/statements/2024-W19",
		"/statements/2024-W19?page=%00":            "/statements/2024-W19",
		"/videos/1001?week=&page=1e3":              "/videos/1001",
		"/videos/1001?week=2024-W19&week=2024-W18": "/videos/1001?week=2024-W19",
		"/videos/1001/2024-05-09?date=2024-05-08":  "/videos/1001/2024-05-09",
	} {
		answer := p.get(address)
		require.Equal(t, http.StatusOK, answer.Code)
		require.Equal(t, without(p.get(same).Body.String()), without(answer.Body.String()))
	}
	for _, address := range []string{"/videos/" + long, "/videos/1001/" + long, "/statements/" + long, "/?before=" + long, link.Path + long, "/" + long} {
		require.Equal(t, http.StatusNotFound, p.get(address).Code)
	}
}

// without is a page without the addresses in it, which keep the parameters of its own.
func without(page string) string {
	return regexp.MustCompile(`href="[^"]*"`).ReplaceAllString(page, "")
}

func TestVideoHasNoDaysBeforeTheFirstWeekHasClosed(t *testing.T) {
	b := newBooks(t, 3)
	b.statements.Statements, b.statements.Through = nil, nil
	page := newPages(t, b).get("/videos/1001")
	require.Equal(t, http.StatusOK, page.Code)
	require.NotContains(t, page.Body.String(), "<tbody>")
}

func TestAllVideosOfAStatementAreShownPageByPage(t *testing.T) {
	b := newBooks(t, 1000)
	p := newPages(t, b)
	var all string
	for page := "?page=1"; page != ""; {
		body := p.get("/statements/2024-W19" + page).Body.String()
		require.LessOrEqual(t, strings.Count(body, `href="/videos/`), linesPerPage)
		all += body
		page = ""
		if _, after, found := strings.Cut(body, `" rel="next"`); found {
			before := body[:len(body)-len(after)-len(`" rel="next"`)]
			page = before[strings.LastIndex(before, `"`)+1:]
		}
	}
	for _, line := range b.statement.Lines {
		require.Equal(t, 1, strings.Count(all, `href="/videos/`+strconv.FormatInt(line.VideoID, 10)+`?`))
	}
}

// spy tells which days are asked for.
type spy struct {
	*books
	saw func(from, to settlement.Day)
}

func (s spy) History(ctx context.Context, creator, video int64, from, to settlement.Day) (answers.History, error) {
	s.saw(from, to)
	return s.books.History(ctx, creator, video, from, to)
}
