package uitest

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// screen is what a browser's window shows, in CSS pixels, and how many pixels of a picture each of them has.
type screen struct {
	width, height int64
	scale         float64
}

var (
	desk  = screen{1280, 900, 1}
	phone = screen{390, 844, 2}
)

// uiTimeout is how long the UI may take to show what is looked for, on a busy machine.
const uiTimeout = 2 * time.Minute

// browser is one tab of a headless Chromium with a profile of its own.
type browser struct {
	t   *testing.T
	ctx context.Context
	screen
}

func startBrowser(t *testing.T, on screen) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.DisableGPU,
		chromedp.NoSandbox, // which a container and root do not have; the only site it sees is ours
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(int(on.width), int(on.height)),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(on.width, on.height, chromedp.EmulateScale(on.scale))), "start Chromium, which has to be installed")
	return &browser{t: t, ctx: ctx, screen: on}
}

func (b *browser) open(url string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.Navigate(url)))
}

// find is a function of the page: the centre of the first visible element of an XPath, once that has
// come to rest; to be clicked on, it is enabled and brought into the window. The UI has some elements
// twice, for narrow windows and for wide ones.
const find = `(path, toClick) => {
	const found = document.evaluate(path, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
	for (let i = 0; i < found.snapshotLength; i++) {
		const element = found.snapshotItem(i);
		if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
		if (toClick && element.disabled) continue;
		if (toClick) element.scrollIntoView({ block: "nearest" });
		const { x, y, width, height } = element.getBoundingClientRect();
		const centre = { x: x + width / 2, y: y + height / 2 };
		const atRest = element.lastCentre?.x === centre.x && element.lastCentre?.y === centre.y;
		element.lastCentre = centre;
		return atRest ? centre : null;
	}
	return null;
}`

type point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// see waits until an element of the XPath is visible, in the window or by scrolling.
func (b *browser) see(path string) {
	b.t.Helper()
	b.find(path, false)
}

// seeAnew reloads the page until an element of the XPath is visible: on a busy machine the UI may not
// hear of the end of a run.
func (b *browser) seeAnew(path string) {
	b.t.Helper()
	for range 10 {
		if b.look(path, false, uiTimeout/10) != nil {
			return
		}
		require.NoError(b.t, chromedp.Do(b.ctx, chromedp.Reload()))
	}
	b.find(path, false)
}

func (b *browser) find(path string, toClick bool) point {
	b.t.Helper()
	centre := b.look(path, toClick, uiTimeout)
	if centre == nil {
		b.save(filepath.Join(root, ".dev", "uitest-failed.png"))
		require.FailNow(b.t, "not seen: "+path, "the page says:\n%s", b.text())
	}
	return *centre
}

// look waits for a while; what it has not seen by then is nil. The page may be replaced meanwhile.
func (b *browser) look(path string, toClick bool, wait time.Duration) *point {
	ctx, cancel := context.WithTimeout(b.ctx, wait)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	look := chromedp.Evaluate[*point](fmt.Sprintf("(%s)(%q, %t)", find, path, toClick))
	for {
		if centre, err := chromedp.Run(ctx, look); err == nil && centre != nil {
			return centre
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// seeText waits until the words stand somewhere on the page.
func (b *browser) seeText(words string) {
	b.t.Helper()
	b.see(saying(words))
}

// saying is the XPath of what has the words in its text.
func saying(words string) string {
	return `//*[text()[contains(normalize-space(), "` + words + `")]]`
}

// show scrolls to what see waits for.
func (b *browser) show(path string) {
	b.t.Helper()
	b.find(path, true)
}

// click clicks with the mouse on the first visible element of the XPath.
func (b *browser) click(path string) {
	b.t.Helper()
	centre := b.find(path, true)
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.MouseClickXY(centre.X, centre.Y)))
}

// write types words on the keyboard.
func (b *browser) write(words string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.KeyEvent(words)))
}

// value is what the first input of a CSS selector holds.
func (b *browser) value(selector string) string {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Value(chromedp.CSS(selector)))
	require.NoError(b.t, err)
	return value
}

// address is where the link of an XPath leads.
func (b *browser) address(path string) string {
	b.t.Helper()
	b.see(path)
	href, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf(
		"document.evaluate(%q, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue.href", path)))
	require.NoError(b.t, err)
	return href
}

// text is all text that the page shows.
func (b *browser) text() string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	require.NoError(b.t, err)
	return text
}

// picture keeps what the window shows now, without the mouse.
func (b *browser) picture(name string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, float64(b.width)/2, 10)))
	b.save(filepath.Join(*pictures, name+".png"))
}

// save writes what the window shows now to a file, as small as PNG can have it.
func (b *browser) save(path string) {
	b.t.Helper()
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	decoded, err := png.Decode(bytes.NewReader(shot))
	require.NoError(b.t, err)
	var small bytes.Buffer
	require.NoError(b.t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, decoded))
	require.NoError(b.t, os.MkdirAll(filepath.Dir(path), 0o750))
	require.NoError(b.t, os.WriteFile(path, small.Bytes(), 0o600))
}
