package uitest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// What the creator has: a video that comes to its 100,000th view on the day that is explained, and on that day its own
// plays, repeats, and views of an earlier day that came late.
const (
	creatorID   = 1
	videoID     = 1001
	videoTitle  = "제주도 한 달 살기"
	firstDay    = "2024-04-08" // of five weeks
	lateDay     = "2024-05-06"
	daysBefore  = 31 // 2024-05-09 is explained
	closedWeek  = "2024-W19"
	lateViews   = 37
	selfViews   = 3
	repeatViews = 12
	adEvery     = 9 // views
	firstPrice  = 599
)

// creator has a mail program and a phone.
type creator struct {
	*stack
	*browser
	t     *testing.T
	mail  string // address of the newest one in the inbox
	link  string // that it has
	hosts *hosts
}

func TestCreatorFindsOutWhyAnAmountIsWhatItIs(t *testing.T) {
	c := &creator{stack: startStack(t), browser: startBrowser(t, phone)}
	c.hosts = c.record()
	for _, step := range []struct {
		name string
		do   func(*creator)
	}{
		{"five weeks are settled", (*creator).settle},
		{"without a link there is nothing to see", (*creator).comeWithoutALink},
		{"the link of the newest mail leads to the newest statement", (*creator).openTheMail},
		{"the statement names its videos", (*creator).openTheStatement},
		{"a video has its days", (*creator).openTheVideo},
		{"a day tells why its amount is what it is", (*creator).askWhy},
		{"the documents are those of the mail", (*creator).openTheDocuments},
		{"all of it is there in English, too", (*creator).readEnglish},
		{"every page fits, on a phone and a desk, in both languages and in the dark", (*creator).lookAtEveryPage},
		{"Tab reaches all links and shows where it is", (*creator).goByKeyboard},
		{"the browser has asked no other host", (*creator).askedOurHostsOnly},
	} {
		passed := t.Run(step.name, func(t *testing.T) {
			c.t, c.stack.t, c.browser.t = t, t, t
			step.do(c)
		})
		require.True(t, passed, "the steps that follow need this one")
	}
}

// counted is how many views of the video count on the n-th day, from 0 on.
func counted(n int) int { return 700 + n*137%400 + 60*(n/7) }

// days are so many days from the first one on.
func days(t *testing.T, many int) (names []string) {
	first, err := time.Parse(time.DateOnly, firstDay)
	require.NoError(t, err)
	for n := range many {
		names = append(names, first.AddDate(0, 0, n).Format(time.DateOnly))
	}
	return names
}

// settle has all weeks closed and mailed.
func (c *creator) settle() {
	opening := 100_000 - firstPrice - 1
	for n := range daysBefore {
		opening -= counted(n)
	}
	views := []string{"view_id,video_id,viewer_id,watched_at,played_seconds,ad_views"}
	id := 0
	view := func(video, viewer int, day string, second, ads int) {
		id++
		at := time.Unix(int64(second), 0).UTC().Format("15:04:05")
		views = append(views, fmt.Sprintf("%d,%d,%d,%sT%s+09:00,95,%d", id, video, viewer, day, at, ads))
	}
	ads := func(n int) int { return map[bool]int{true: 1}[n%adEvery == 0] }
	all := days(c.t, 5*7)
	for n, day := range all {
		for i := range counted(n) {
			view(videoID, 10_000+i, day, 60*(i%1400), ads(i))
		}
		for i := range 400 + n*61%200 {
			view(videoID+1, 10_000+i, day, 60*i, ads(i))
			view(2001, 20_000+i, day, 60*i, ads(i))
		}
		for i := range selfViews {
			view(videoID, creatorID, day, 3600*i, 1)
		}
		for i := range repeatViews {
			view(videoID, 10_000+i, day, 60*i+10, 1)
		}
	}
	c.starter("import",
		"--creators", c.file("creators.csv", "creator_id,name,email,locale", "1,김하늘,haneul@creator.example,ko", "2,Alex,alex@creator.example,en"),
		"--videos", c.file("videos.csv", "video_id,creator_id,title,duration_seconds,opening_views,opening_ad_views",
			fmt.Sprintf("%d,%d,%s,600,%d,8000", videoID, creatorID, videoTitle, opening), "1002,1,10분 만에 끝내는 된장찌개,600,0,0", "2001,2,A quiet morning in Seoul,600,0,0"),
		"--views", c.file("views.csv", views...))
	for _, day := range all[:daysBefore] {
		c.starter("run", "daily", "--date", day)
	}
	views = views[:1]
	for i := range lateViews {
		view(videoID, 30_000+i, lateDay, 60*i, ads(i))
	}
	c.starter("import", "--views", c.file("late.csv", views...))
	for _, day := range all[daysBefore:] {
		c.starter("run", "daily", "--date", day)
	}
	for _, week := range []string{"2024-W15", "2024-W16", "2024-W17", "2024-W18", closedWeek} {
		c.starter("run", "weekly", "--week", week)
	}
}

func (c *creator) comeWithoutALink() {
	c.open(c.api + "/statements/" + closedWeek + "?lang=ko")
	c.seeText("메일의 링크로 들어와 주세요")
}

func (c *creator) openTheMail() {
	c.open(c.inbox)
	c.mail = c.address(`//a[contains(., "haneul@creator.example") and contains(., "` + closedWeek + `")]`)
	c.open(c.mail + "/html")
	c.link = c.address(`//a[contains(., "이 금액이 어떻게 계산되었는지 보기")]`)
	c.open(c.link)
	c.seeText("가장 최근 정산")
	require.Equal(c.t, c.api+"/", c.evaluate("location.href"), "the address has nothing of the link's token")
	c.seeText("2024년\u00a05월\u00a06일") // a date is never broken
	c.fits()
	c.picture("pages-home")
}

func (c *creator) openTheStatement() {
	c.click(`//a[normalize-space()="명세서 보기"]`)
	c.seeText("일별 수익")
	c.seeText(fmt.Sprintf("지연 시청 %d회 포함", lateViews))
	c.fits()
	c.picture("pages-statement")
}

func (c *creator) openTheVideo() {
	c.click(`//a[normalize-space()="` + videoTitle + `"]`)
	c.seeText("일별 정산")
	c.fits()
}

func (c *creator) askWhy() {
	c.click(`//a[starts-with(normalize-space(), "2024년 5월 9일")]`)
	c.seeText("왜 이 금액인가요?")
	views := counted(daysBefore)
	paid := views + lateViews
	tenths := firstPrice*10 + (paid-firstPrice)*11 // of a won
	adViews := (views+adEvery-1)/adEvery + (lateViews+adEvery-1)/adEvery
	for _, words := range []string{
		fmt.Sprintf("%s번 재생되었고", number(views+selfViews+repeatViews)), fmt.Sprintf("%s번이 정산에 반영", number(views)),
		fmt.Sprintf("%s번째부터 %s번째까지", number(100_000-firstPrice), number(100_000-firstPrice+paid-1)),
		fmt.Sprintf("₩%s", number(tenths/10)), fmt.Sprintf("₩%s", number(adViews*10)), fmt.Sprintf("₩%s", number(tenths/10+adViews*10)),
	} {
		require.Contains(c.t, c.text(), words)
	}
	c.fits()
	c.picture("pages-why")
	_, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool](`(scrollTo(0, [...document.querySelectorAll("h2")].find(h => h.textContent.startsWith("2.")).closest("section").offsetTop - 12), true)`))
	require.NoError(c.t, err)
	c.picture("pages-price")
}

func (c *creator) openTheDocuments() {
	for number, name := range []string{"지급 명세서 (PDF)", "Top 5 영상 (PDF)"} {
		c.open(c.api + "/statements/" + closedWeek)
		document := c.get(c.address(`//a[normalize-space()="` + name + `"]`))
		require.True(c.t, bytes.HasPrefix(document, []byte("%PDF-")))
		require.Equal(c.t, c.get(fmt.Sprintf("%s/attachments/%d", c.mail, number)), document)
	}
}

// get reads what the browser would download, with the cookie that the link gives.
func (c *creator) get(address string) []byte {
	c.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	opened, err := client.Get(c.link)
	require.NoError(c.t, err)
	require.NoError(c.t, opened.Body.Close())
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, address, nil)
	require.NoError(c.t, err)
	for _, cookie := range opened.Cookies() {
		request.AddCookie(cookie)
	}
	answer, err := client.Do(request)
	require.NoError(c.t, err)
	defer answer.Body.Close()
	require.Equal(c.t, http.StatusOK, answer.StatusCode, address)
	body, err := io.ReadAll(answer.Body)
	require.NoError(c.t, err)
	return body
}

func (c *creator) readEnglish() {
	c.click(`//a[normalize-space()="English"]`)
	c.seeText("Earnings by day")
	c.fits()
	c.click(`//a[normalize-space()="` + videoTitle + `"]`)
	c.click(`//a[starts-with(normalize-space(), "9 May 2024")]`)
	c.seeText("Why this amount?")
	c.fits()
}

// fits requires that nothing has to be scrolled to sideways.
func (c *creator) fits() {
	c.t.Helper()
	wide, err := chromedp.Run(c.ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth"))
	require.NoError(c.t, err)
	require.LessOrEqual(c.t, wide, c.width)
}

// number writes a number with commas.
func number(n int) string {
	text := fmt.Sprint(n)
	var groups []string
	for len(text) > 3 {
		groups = append([]string{text[len(text)-3:]}, groups...)
		text = text[:len(text)-3]
	}
	return strings.Join(append([]string{text}, groups...), ",")
}
