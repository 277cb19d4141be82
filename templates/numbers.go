package templates

import (
	"fmt"
	"strings"

	"creatorpay/settlement"
)

// Duration writes a time in seconds as hours, minutes and seconds: 1,234:05:09.
func Duration(seconds int64) string {
	return fmt.Sprintf("%s:%02d:%02d", settlement.Number(seconds/3600), seconds/60%60, seconds%60)
}

// Price writes a unit price with as many decimals as it has: ₩1.1.
func Price(unit settlement.UnitPrice) string {
	text := settlement.Won(unit / settlement.UnitsPerWon).String()
	if rest := unit % settlement.UnitsPerWon; rest != 0 {
		text += strings.TrimRight(fmt.Sprintf(".%04d", rest), "0")
	}
	return text
}

// Fee writes what a payment costs: 3.5% + ₩100.
func Fee(of settlement.MethodFee) string {
	if of.Fixed == 0 {
		return of.Percent() + "%"
	}
	return of.Percent() + "% + " + of.Fixed.String()
}
