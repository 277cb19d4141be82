package settlement

import (
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Won is an amount of money. The won has no smaller unit.
type Won int64

// String writes the amount for people: ₩605,000.
func (w Won) String() string {
	if w < 0 {
		return "-" + message.NewPrinter(language.English).Sprintf("₩%d", uint64(-w))
	}
	return message.NewPrinter(language.English).Sprintf("₩%d", int64(w))
}
