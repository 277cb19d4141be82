package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func growth(date string, creators, statements int, took time.Duration) growthMeasurement {
	return growthMeasurement{Videos: 10, Machine: machine{Database: "MySQL 9", Date: date}, Sizes: []growthSize{{
		Creators: creators, Statements: statements, Events: 1200, Peak: 5 << 20,
		Steps: []growthStep{{Name: "week", Took: time.Hour}, {mailing, took, 2 * time.Second, time.Second, 4 * time.Second}},
	}}}
}

func TestMailGoalIsJudgedByTheNewestMeasurementOfEnoughStatements(t *testing.T) {
	for name, c := range map[string]struct {
		measurements []growthMeasurement
		want         string
	}{
		"none":      {nil, "not measured"},
		"too few":   {[]growthMeasurement{growth("2026-11-22", 1000, 1000, time.Second)}, "not measured"},
		"in time":   {[]growthMeasurement{growth("2026-11-22", 10_000, 10_000, time.Minute)}, "10,000 met"},
		"too slow":  {[]growthMeasurement{growth("2026-11-22", 20_000, 20_000, 3*time.Minute)}, "6,666 **missed**"},
		"the older": {[]growthMeasurement{growth("2026-11-21", 10_000, 10_000, time.Minute), growth("2026-11-22", 10_000, 10_000, 2*time.Minute)}, "5,000 **missed**"},
	} {
		t.Run(name, func(t *testing.T) {
			var page strings.Builder
			writeMailGoal(&page, []string{"MariaDB 10", "MySQL 9"}, c.measurements)
			require.Equal(t, "| 10,000 statements drawn and mailed to the local inbox, a minute | at least 10,000 | not measured | "+c.want+" |\n", page.String())
		})
	}
}

func TestGrowthShowsCPUTimeByTheCreator(t *testing.T) {
	var page strings.Builder

	writeGrowth(&page, []growthMeasurement{growth("2026-11-22", 2000, 1000, 30*time.Second)})

	require.Contains(t, page.String(), "| 2,000 | 1,000 | mails | 30.0 | 1.00 | 0.50 | 2.00 |\n")
	require.Contains(t, page.String(), "| 2,000 | 1200 | 5 MiB |\n")
}
