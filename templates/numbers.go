package templates

import (
	"fmt"
	"strconv"
	"strings"

	"creatorpay/settlement"
)

// Number writes a whole number for people: 1,234,567.
func Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var grouped strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			grouped.WriteByte(',')
		}
		grouped.WriteRune(digit)
	}
	return sign + grouped.String()
}

// Won writes an amount in won for people: ₩1,234,567.
func Won(amount int64) string { return settlement.Won(amount).String() }

// Duration writes a time in seconds as hours, minutes and seconds: 1,234:05:09.
func Duration(seconds int64) string {
	return fmt.Sprintf("%s:%02d:%02d", Number(seconds/3600), seconds/60%60, seconds%60)
}

// Price writes a unit price with as many decimals as it has: ₩1.1.
func Price(price settlement.UnitPrice) string {
	text := "₩" + Number(int64(price/settlement.UnitsPerWon))
	if rest := price % settlement.UnitsPerWon; rest != 0 {
		text += strings.TrimRight(fmt.Sprintf(".%04d", rest), "0")
	}
	return text
}
