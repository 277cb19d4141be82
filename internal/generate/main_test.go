package generate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// usual is big enough for everything to occur.
func usual(t testing.TB) Options {
	return Options{From: parseDay(t, "2024-05-06"), Days: 3, ViewsPerDay: 20_000, Videos: 300, Creators: 30, Seed: 1, Skew: Natural}
}

func parseDay(t testing.TB, text string) settlement.Day {
	day, err := settlement.ParseDay(text)
	require.NoError(t, err)
	return day
}

func seoul(t testing.TB) settlement.Calendar {
	calendar, err := settlement.NewCalendar("Asia/Seoul")
	require.NoError(t, err)
	return calendar
}
