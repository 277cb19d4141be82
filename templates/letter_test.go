package templates

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
	"creatorpay/templates/pdf"
)

// What only the platform writes is never too long for its place, however long
// the names of the months are.
func TestNothingOfTheHeadIsCut(t *testing.T) {
	day := func(year int, month time.Month, date int) settlement.Day {
		return settlement.Day(time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
	}
	for _, locale := range []string{Korean, English} {
		for _, period := range []settlement.Period{
			day(2011, time.November, 21).Week(), day(2011, time.December, 26).Week(), day(2024, time.September, 30).Week(), day(2027, time.December, 27).Week(),
			day(2011, time.September, 1).Month(), day(2011, time.December, 1).Month(),
		} {
			s := sample(locale, 0)
			s.Top = Top5{} // titles may be cut
			s.Period, s.Number, s.ClosedAt = period, period.String()+"-9223372036854775807", time.Unix(int64(period.End())*24*60*60, 0).UTC()
			for _, layOut := range []func(*pdf.Font, *Statement) *sheet{layOutPayout, layOutTop5} {
				words := texts(layOut(documentFont(t), s).pages[0])
				for _, word := range words {
					require.NotContains(t, word, "…", "%s in %s", period, locale)
				}
				want := DatesOf(locale).Period(period)
				if period.Kind == settlement.Weekly {
					want += " · " + s.labels().week + " " + period.String()
				}
				require.Contains(t, words, want)
			}
		}
	}
}
