// Package words writes numbers for people.
package words

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Number writes a number for people: 3,000,000. The printer's own caches are what a
// check of workflows takes for chance; the same number always gives the same text.
//
//workflowcheck:ignore
func Number[N int | int64](n N) string {
	return message.NewPrinter(language.English).Sprintf("%d", n)
}

// Count writes a number with its noun, which is given for one: 1 row, 2 rows,
// 3,000 batches.
func Count[N int | int64](n N, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "ch"):
		noun += "es"
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ay"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	default:
		noun += "s"
	}
	return Number(n) + " " + noun
}
