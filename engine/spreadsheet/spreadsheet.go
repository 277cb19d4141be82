// Package spreadsheet makes foreign text safe in CSV files that people open in a
// spreadsheet.
package spreadsheet

import (
	"strings"
	"unicode"
)

// formula begins what a spreadsheet computes instead of showing it, in the wide
// forms of East Asian keyboards, too.
const formula = "=+-@＝＋－＠"

// Text is a text for one field of a CSV file. A text that a spreadsheet would take
// for a formula gets an apostrophe before it, which spreadsheets know as the mark
// of a text; any other one is unchanged.
func Text(text string) string {
	// Some programs pass over white space, and some take it for the next cell.
	visible := strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\ufeff' })
	if visible != "" && strings.ContainsRune(formula, []rune(visible)[0]) {
		return "'" + text
	}
	return text
}
