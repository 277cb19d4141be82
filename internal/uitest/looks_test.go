package uitest

import (
	"context"
	"net/url"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// everyPage has one address of each kind, the last of a page that is not there.
var everyPage = []string{"/", "/statements/" + closedWeek, "/videos/1001", "/videos/1001/2024-05-09", "/nothing"}

// hosts are those that a browser has asked.
type hosts struct {
	mutex sync.Mutex
	asked []string
}

// record begins to note which hosts the browser asks.
func (b *browser) record() *hosts {
	b.t.Helper()
	h := &hosts{}
	require.NoError(b.t, chromedp.Listen(b.ctx, func(event any) {
		if request, is := event.(*network.EventRequestWillBeSent); is {
			address, err := url.Parse(request.Request.URL)
			h.mutex.Lock()
			defer h.mutex.Unlock()
			switch {
			case err != nil:
				h.asked = append(h.asked, request.Request.URL)
			case !slices.Contains(h.asked, address.Host):
				h.asked = append(h.asked, address.Host)
			}
		}
	}))
	return h
}

func (c *creator) askedOurHostsOnly() {
	host := func(of string) string {
		address, err := url.Parse(of)
		require.NoError(c.t, err)
		return address.Host
	}
	c.hosts.mutex.Lock()
	defer c.hosts.mutex.Unlock()
	require.ElementsMatch(c.t, []string{host(c.api), host(c.inbox)}, c.hosts.asked)
}

// lookAtEveryPage looks at them on a phone, on a desk, and on a desk in the dark.
func (c *creator) lookAtEveryPage() {
	look := func() {
		for _, page := range everyPage {
			for _, language := range []string{"ko", "en"} {
				c.open(c.api + page + "?lang=" + language)
				c.see("//h1")
				require.Equal(c.t, language, c.evaluate("document.documentElement.lang"))
				c.fits()
			}
		}
	}
	look()
	c.screen = desk
	require.NoError(c.t, chromedp.Do(c.ctx, chromedp.EmulateViewport(desk.width, desk.height)))
	look()
	const background = "getComputedStyle(document.body).backgroundColor"
	light := c.evaluate(background)
	require.NoError(c.t, chromedp.Do(c.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
		})
		return err
	})))
	look()
	require.NotEqual(c.t, light, c.evaluate(background))
}

// goByKeyboard goes through a statement by Tab: each link is reached, and each stop is seen.
func (c *creator) goByKeyboard() {
	c.open(c.api + "/statements/" + closedWeek)
	c.see("//h1")
	const step = `(() => {
		const at = document.activeElement, style = getComputedStyle(at);
		(window.reached ??= new Set()).add(at);
		if (at !== document.body && (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1)) return "not seen: " + at.outerHTML;
		return [...document.querySelectorAll("a[href]")].every(link => reached.has(link)) ? "done" : "on";
	})()`
	for range 200 {
		require.NoError(c.t, chromedp.Do(c.ctx, chromedp.KeyEvent(kb.Tab)))
		if at := c.evaluate(step); at != "on" {
			require.Equal(c.t, "done", at)
			return
		}
	}
	require.FailNow(c.t, "a link is not reached by Tab")
}

func (b *browser) evaluate(expression string) string {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](expression))
	require.NoError(b.t, err)
	return value
}
