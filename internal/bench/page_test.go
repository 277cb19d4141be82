package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func rounds(contestant string, seconds ...int) figures {
	f := figures{Contestant: contestant}
	for _, s := range seconds {
		f.Rounds = append(f.Rounds, figure{Took: time.Duration(s) * time.Second})
	}
	return f
}

func TestMedianIsTheMiddleOrTheMeanOfBothMiddles(t *testing.T) {
	require.Equal(t, 2*time.Second, rounds("", 9, 1, 2).median(took))
	require.Equal(t, 3*time.Second, rounds("", 9, 1, 2, 4).median(took))
}

func TestSizesOfOneKindStandTogetherInOrder(t *testing.T) {
	measured := func(videos int, rows ...int64) measurement {
		m := measurement{Videos: videos}
		for _, n := range rows {
			m.Sizes = append(m.Sizes, size{Rows: n})
		}
		return m
	}
	otherDays := measured(10, 3)
	otherDays.ClosedDays = 1
	all := merge(merge(merge(merge(nil, measured(10, 30, 100)), measured(20, 3)), measured(10, 1)), otherDays)
	require.Equal(t, []measurement{measured(10, 1, 30, 100), measured(20, 3), otherDays}, all)
}

func TestPageShowsRatiosToTheFloorAndToTheProduct(t *testing.T) {
	dir := t.TempDir()
	f := files{Figures: filepath.Join(dir, "figures"), Page: filepath.Join(dir, "page.md")}
	m := measurement{Name: "one", Machine: machine{Database: "MySQL 9"}, Videos: 10_000, Skew: "natural", ClosedDays: usualClosedDays, Sizes: []size{{
		Rows: million, Figures: []figures{rounds(product, 4), rounds(floor, 2), rounds("script", 16)},
	}}}
	m.Sizes[0].Figures[0].Rounds[0].CollectLate = 100 * time.Millisecond
	require.NoError(t, m.keep(f.Figures))

	require.NoError(t, f.writePage())

	page, err := os.ReadFile(f.Page)
	require.NoError(t, err)
	require.Contains(t, string(page), "| 1,000,000 | product | 1 | 4.00 | 4.00–4.00 | 250,000 | 2.00 | 1.00 |")
	require.Contains(t, string(page), "| 1,000,000 | script | 1 | 16.00 | 16.00–16.00 | 62,500 | 8.00 | 0.25 |")
	require.Contains(t, string(page), "| 1,000,000 | 0.100 | 2.5 % |")
}

func TestPageShowsWhyAContestantHasNoFigures(t *testing.T) {
	var page strings.Builder

	measurement{Sizes: []size{{Rows: million, Figures: []figures{{Contestant: "mine", Failed: "a|b"}}}}}.write(&page)

	require.Contains(t, page.String(), `| 1,000,000 | mine |  | **failed**: a\|b |  |  |  |  |  |  |`)
}

// usual is a measurement of usual days.
func usual(database string, sizes ...size) measurement {
	return measurement{Machine: machine{Database: database, Date: "2026-11-22"}, Videos: usualVideos, Skew: string(usualSkew), ClosedDays: usualClosedDays, Sizes: sizes}
}

func TestServerGoesByItsOwnNameAndVersion(t *testing.T) {
	for database, server := range map[string]string{
		"MySQL 9.7.4-2": "MySQL 9.7.4", "10.11.19-MariaDB-0+deb12u1-log": "MariaDB 10.11.19", "MySQL 8.0.11-TiDB-v9.0.0-beta-12": "TiDB 9.0.0",
	} {
		require.Equal(t, server, machine{Database: database}.server())
	}
}

func TestPageHoldsEachServerAgainstEachGoal(t *testing.T) {
	sizes := []size{
		{Rows: 3 * million, Figures: []figures{
			rounds(product, 4), rounds(floor, 2), rounds(scriptByWindow, 16), rounds(scriptBySuspects, 7), rounds(pageReader, 16), rounds(withPayments, 5),
			rounds(springPages, 24), rounds(springTuned, 7), {Contestant: "other", Failed: "why"},
		}},
		{Rows: 30 * million, Figures: []figures{rounds(product, 9), rounds(floor, 4)}},
		{Rows: 100 * million, Figures: []figures{rounds(product, 19)}},
		{Rows: 10 * million, Figures: []figures{rounds(product, 2)}},
		{Rows: million, Payments: true, Figures: []figures{rounds(product, 6), rounds(floor, 2)}},
	}
	sizes[0].Figures[0].Rounds[0].CollectLate = time.Second
	manyVideos := usual("MySQL 9", size{Rows: 3 * million, Figures: []figures{rounds(product, 5), rounds(floor, 2)}})
	manyVideos.Videos = million
	var page strings.Builder

	writeGoals(&page, []measurement{usual("MySQL 9", sizes...), usual("10.11.19-MariaDB-0", sizes[:2]...), manyVideos})

	require.Equal(t, `
| measured | goal | MariaDB 10.11.19 | MySQL 9 |
|---|---|---|---|
| 3 million views ÷ floor | at most 1.5, on MariaDB 2.5 | 2 met | 2 **missed** |
| 3 million views, times faster than pages of Spring Batch, cold | at least 6 | 6 met | 6 met |
| 3 million views, times faster than Spring Batch tuned by hand, warm | at least 2 | 1.75 **missed** | 1.75 **missed** |
| 30 million views ÷ floor | at most 1.3, on MariaDB 2.5 | 2.25 met | 2.25 **missed** |
| 3 million views of a million videos ÷ floor | at most 2.5 | not measured | 2.5 met |
| 100 million views ÷ 10 million, by the row | at most 1.1 | not measured | 0.95 met |
| 3 million views ÷ best script | at most 0.5 | 0.571 **missed** | 0.571 **missed** |
| 3 million views ÷ page reader | at most 0.25 | 0.25 met | 0.25 met |
| late views when none came ÷ run of 3 million views | at most 0.05 | 0.25 **missed** | 0.25 **missed** |
| a million payments ÷ floor | at most 2.5 | not measured | 3 **missed** |
| 50,000 payments on top of 3 million views, in seconds | at most 1 | 1 met | 1 met |
`, page.String())
}

func TestGoalIsJudgedByTheNewestUsualDay(t *testing.T) {
	g := goal{bound: 2, measured: views(million, shareOf(floor))}
	with := func(m measurement, seconds int) measurement {
		m.Sizes = []size{{Rows: million, Figures: []figures{rounds(product, seconds), rounds(floor, 1)}}}
		return m
	}
	older, newest, oneDay, oneCore, withoutFloor := usual("MySQL 9"), usual("MySQL 9"), usual("MySQL 9"), usual("MySQL 9"), usual("MySQL 9")
	older.Machine.Date, oneDay.ClosedDays, oneCore.Layout = "2026-11-21", 0, "on one core"
	withoutFloor.Machine.Date = "2026-11-23"
	withoutFloor.Sizes = []size{{Rows: million, Figures: []figures{rounds(product, 1)}}}

	require.Equal(t, "not measured", g.judge("MySQL 9", []measurement{with(oneCore, 1), withoutFloor}))
	require.Equal(t, "3 **missed**; no full day before", g.judge("MySQL 9", []measurement{with(oneDay, 3), withoutFloor}))
	require.Equal(t, "2 met", g.judge("MySQL 9", []measurement{with(oneDay, 3), with(older, 1), with(newest, 2), withoutFloor}))
}
