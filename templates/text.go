package templates

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"creatorpay/templates/pdf"
)

// clean is the only way for foreign text into a document. It gives one line of
// composed characters that the font can show, so drawing neither panics nor puts
// an empty box in their place. What cannot be shown (emoji, right-to-left and some
// other scripts, broken UTF-8) is left out with all that belongs to it, and so is
// what is invisible (controls, bidirectional marks, joiners); any white space
// becomes one space.
func clean(font *pdf.Font, text string) string {
	text = strings.ToValidUTF8(text, "")
	for {
		// What is left out may stand between two parts of one letter.
		cleaned := leaveOut(font, norm.NFC.String(strings.Map(visible, cutJoined(font, text))))
		if cleaned == text {
			return cleaned
		}
		text = cleaned
	}
}

const joiner = '\u200d'

// cutJoined leaves out what is joined to a symbol that cannot be shown: the sign
// for a woman after that for a runner, which would stand there alone.
func cutJoined(font *pdf.Font, text string) string {
	var before rune // the last character that is not a mark
	joined := false
	return strings.Map(func(r rune) rune {
		switch {
		case r == joiner:
			joined = unicode.In(before, unicode.So, unicode.Sk) && !font.Has(before)
			return -1
		case unicode.Is(unicode.M, r):
			return r
		case joined:
			joined = false // before stays: a further joiner belongs to the same symbol
			return -1
		default:
			before = r
			return r
		}
	}, text)
}

// leaveOut leaves out what the font cannot show, with the marks upon it, and all
// spaces but one between words.
func leaveOut(font *pdf.Font, text string) string {
	leftOut := false
	shown := strings.Map(func(r rune) rune {
		leftOut = !font.Has(r) || leftOut && unicode.Is(unicode.M, r)
		if leftOut {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(shown), " ")
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
