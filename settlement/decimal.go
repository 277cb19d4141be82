package settlement

import (
	"fmt"
	"strconv"
	"strings"
)

// decimalText writes a number of the last decimal's units with the decimals that
// it needs: 11000 with 4 decimals is 1.1.
func decimalText(units int64, decimals int) string {
	digits := fmt.Sprintf("%0*d", decimals+1, units)
	whole, rest := digits[:len(digits)-decimals], strings.TrimRight(digits[len(digits)-decimals:], "0")
	if rest == "" {
		return whole
	}
	return whole + "." + rest
}

// parseDecimal reads digits, and after a point at most so many more, as a number of
// the last decimal's units: 1.1 with 4 decimals is 11000. Anything else is the
// error given, and a number that does not fit an [ErrOutOfRange].
func parseDecimal(text string, decimals int, otherwise error) (units int64, err error) {
	whole, rest, point := strings.Cut(text, ".")
	if whole == "" || len(rest) > decimals || point == (rest == "") || strings.Trim(whole+rest, "0123456789") != "" {
		return 0, otherwise
	}
	units, err = strconv.ParseInt(whole+rest+strings.Repeat("0", decimals-len(rest)), 10, 64)
	if err != nil {
		return 0, ErrOutOfRange
	}
	return units, nil
}
