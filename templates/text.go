package templates

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// unshown stands for what the font cannot show: emoji, right-to-left and other
// scripts, broken UTF-8. One mark stands for a run of any length, since one
// emoji can be many characters.
const unshown = '□'

// clean is the only way for foreign text into a document. It gives one line of
// composed characters that the font can show, so gofpdf neither panics nor
// loses any. Invisible characters (controls, bidirectional marks, joiners) are
// left out and any white space becomes one space; anything else that cannot be
// shown becomes a visible [unshown], never nothing.
func (f *typeface) clean(text string) string {
	text = strings.ToValidUTF8(text, string(unicode.ReplacementChar))
	var cleaned strings.Builder
	var last rune
	// What is left out goes first: it may stand between two parts of one letter.
	for _, r := range norm.NFC.String(strings.Map(visible, text)) {
		if !f.has(r) {
			r = unshown
		}
		if (r == ' ' || r == unshown) && r == last {
			continue
		}
		cleaned.WriteRune(r)
		last = r
	}
	return strings.TrimSpace(cleaned.String())
}

// visible gives -1 for what is left out.
func visible(r rune) rune {
	switch {
	case isBlank(r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector):
		return -1
	default:
		return r
	}
}

// isBlank also knows the Hangul fillers: letters without an outline.
func isBlank(r rune) bool {
	switch r {
	case '\u115F', '\u1160', '\u3164', '\uFFA0':
		return true
	default:
		return unicode.IsSpace(r)
	}
}
