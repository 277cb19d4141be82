package settlement

import (
	"fmt"
	"strings"
)

// Won is an amount of money. The won has no smaller unit.
type Won int64

// String writes the amount for people: ₩605,000.
func (w Won) String() string {
	number, negative := strings.CutPrefix(Number(int64(w)), "-")
	if negative {
		return "-₩" + number
	}
	return "₩" + number
}

// AddTo adds more to the sum. It fails with [ErrOutOfRange] where that does not
// fit, and leaves the sum as it was: plain integers wrap around without a word.
func AddTo[N ~int64](sum *N, more N) error {
	total := *sum + more
	if (more > 0 && total < *sum) || (more < 0 && total > *sum) {
		return fmt.Errorf("%d + %d: %w", int64(*sum), int64(more), ErrOutOfRange)
	}
	*sum = total
	return nil
}
