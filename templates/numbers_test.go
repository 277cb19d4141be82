package templates

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestNumbersHaveThousandsSeparators(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", 1_234_567: "1,234,567", -1_000: "-1,000", -12: "-12",
		math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		require.Equal(t, want, Number(n))
	}
	require.Equal(t, "₩1,234,567", Won(1_234_567))
}

func TestDurationsAreHoursMinutesSeconds(t *testing.T) {
	for seconds, want := range map[int64]string{0: "0:00:00", 59: "0:00:59", 3_661: "1:01:01", 4_000_000: "1,111:06:40"} {
		require.Equal(t, want, Duration(seconds))
	}
}

func TestPricesHaveTheDecimalsTheyNeed(t *testing.T) {
	for price, want := range map[settlement.UnitPrice]string{
		0: "₩0", 10_000: "₩1", 11_000: "₩1.1", 200_000: "₩20", 1: "₩0.0001", 12_345_600: "₩1,234.56",
	} {
		require.Equal(t, want, Price(price))
	}
}
