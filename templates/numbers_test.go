package templates

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestDurationsAreHoursMinutesSeconds(t *testing.T) {
	for seconds, want := range map[int64]string{0: "0:00:00", 59: "0:00:59", 3_661: "1:01:01", 4_000_000: "1,111:06:40"} {
		require.Equal(t, want, Duration(seconds))
	}
}

func TestPricesHaveTheDecimalsTheyNeed(t *testing.T) {
	for unit, want := range map[settlement.UnitPrice]string{
		0: "₩0", 10_000: "₩1", 11_000: "₩1.1", 200_000: "₩20", 1: "₩0.0001", 12_345_600: "₩1,234.56",
	} {
		require.Equal(t, want, Price(unit))
	}
}
