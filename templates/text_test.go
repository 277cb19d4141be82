package templates

import (
	"reflect"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"

	"creatorpay/templates/pdf"
)

// theRenderer is loaded once: it is only read.
var theRenderer = sync.OnceValues(NewRenderer)

func renderer(t testing.TB) *Renderer {
	t.Helper()
	renderer, err := theRenderer()
	require.NoError(t, err)
	return renderer
}

func documentFont(t testing.TB) *pdf.Font { return renderer(t).font }

func TestFontHasEveryLabel(t *testing.T) {
	font := documentFont(t)
	for _, labels := range []labels{korean, english} {
		fields := reflect.ValueOf(labels)
		for i := range fields.NumField() {
			if text := fields.Field(i); text.Kind() == reflect.String {
				require.NotEmpty(t, text.String(), fields.Type().Field(i).Name)
				require.Equal(t, text.String(), clean(font, text.String()))
			}
		}
	}
}

func TestWhatCannotBeShownIsLeftOutWithAllThatBelongsToIt(t *testing.T) {
	font := documentFont(t)
	for given, want := range map[string]string{
		"김하늘 金漢 Café":                 "김하늘 金漢 Café",
		"\u1112\u1161\u11ab e\u0301":  "한 é", // composed
		"\u1100\u200d\u1161":          "가",   // with something invisible between its parts
		"🎉 축하 👨‍👩‍👧‍👦 영상":             "축하 영상",
		"달리기 🏃‍♀️ 3강 🏃🏽‍♂️‍➡️ ♀":      "달리기 3강 ♀", // with what is joined to them
		"⛹️‍♂️ ❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇰🇷!":    "1 !",
		"א\u0301b e\u0301":            "b é",
		"\u1100🎉\u1161":               "가", // whole again
		"🎉🎉":                          "",
		"a\U0010FFFFb\uFFFFc":         "abc",
		"broken \xff\xfe utf-8":       "broken utf-8",
		"two\r\n\tlines\u00a0 \u3000": "two lines",
		"\x00\x1b[31mred\x7f\u0085":   "[31mred",
		"\u202Etxt.exe\u202C\uFEFF":   "txt.exe",
		"שלום עולם abc":               "abc",
		" \u3164\u115F ":              "",
	} {
		require.Equal(t, want, clean(font, given), "%q", given)
	}
}

func TestNamesAppearAsThemselves(t *testing.T) {
	for _, name := range []string{
		"São Paulo ãåõýÃÅÕÝ", "Łódź, Żółć", "Čeněk Říčář", "Şükrü Çağlayan İĞ", "Ștefan Țepeș", "Þórður Æsir", "Győző Őry", "Ķēniņš Ūdris",
		"Việt Nam, Nguyễn Thị Hằng", "Ελληνικά: Γιώργος Ψαράς, ΐΰ Ἀθῆναι", "Київ, Їжак, Ђорђе Љубић, Россия", "Ọlábísí Ẹ̀gbá", "ŠŽšž ÐðÞþ ß ẞ",
		"« guillemets » “quotes” ‚low‘ €£¥₫₺₽₴", `C:\temp`,
	} {
		require.Equal(t, norm.NFC.String(name), clean(documentFont(t), name))
		require.Equal(t, norm.NFC.String(name), clean(documentFont(t), norm.NFD.String(name)), "decomposed")
	}
}

// A right-to-left letter drawn from left to right would be a lie.
func TestFontHasNoRightToLeftLetters(t *testing.T) {
	font := documentFont(t)
	for r := range rune(0x10000) {
		properties, _ := bidi.LookupRune(r)
		if class := properties.Class(); class == bidi.R || class == bidi.AL {
			require.False(t, font.Has(r), "%q", r)
		}
	}
}

func TestAVideoOfWhoseTitleNothingIsLeftShowsItsID(t *testing.T) {
	for locale, want := range map[string]string{Korean: "영상 1001", English: "Video 1001"} {
		s := sample(locale, 1)
		s.Lines[0].Title, s.Top.ByViews[0].Title, s.Top.ByViews[0].VideoID = "🎉🎉", "👨‍👩‍👧‍👦", 1001
		require.Contains(t, texts(layOutPayout(documentFont(t), s).pages[0]), want)
		require.Contains(t, texts(layOutTop5(documentFont(t), s).pages[0]), want)
		mail, err := NewMail(s, "")
		require.NoError(t, err)
		require.Contains(t, mail.Text, "🎉🎉", "a mail program has the fonts")
		require.Contains(t, mail.HTML, "🎉🎉")
	}
}

func FuzzClean(f *testing.F) {
	font := documentFont(f)
	for _, text := range nasty {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cleaned := clean(font, text)
		require.True(t, utf8.ValidString(cleaned))
		for _, r := range cleaned {
			require.True(t, font.Has(r), "%q", r)
			require.False(t, unicode.IsControl(r), "%q", r)
		}
		require.Equal(t, cleaned, clean(font, cleaned), "cleaning again changes nothing")
		fitted := font.Fit(cleaned, 9, 80)
		require.LessOrEqual(t, font.Width(fitted, 9), 80.0)
	})
}
