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

func TestPageHoldsEachSizeAgainstItsGoals(t *testing.T) {
	sizes := []size{
		{Rows: million, Figures: []figures{rounds(product, 9), rounds(floor, 1)}},
		{Rows: 3 * million, Figures: []figures{rounds(product, 4), rounds(floor, 2), rounds(scriptByWindow, 16), rounds(scriptBySuspects, 7), rounds(pageReader, 16), rounds(withPayments, 5)}},
		{Rows: 30 * million, Figures: []figures{rounds(product, 9), rounds(floor, 4)}},
		{Rows: million, Payments: true, Figures: []figures{rounds(product, 6), rounds(floor, 2)}},
	}
	sizes[1].Figures[0].Rounds[0].CollectLate = time.Second
	usual := measurement{Machine: machine{Database: "10.11.19-MariaDB-0"}, Videos: usualVideos, Skew: string(usualSkew), ClosedDays: usualClosedDays, Sizes: sizes}
	other := usual
	other.Layout = "on one core"
	var page strings.Builder

	writeGoals(&page, []measurement{usual, other})

	_, lines, _ := strings.Cut(page.String(), "---:|\n")
	require.Equal(t, "| MariaDB 10.11.19 | 3,000,000 | 0.571 **missed** | 0.25 met | 2 met |  | 0.25 **missed** |  | 1 met |\n"+
		"| MariaDB 10.11.19 | 30,000,000 |  |  |  | 2.25 **missed** |  |  |  |\n"+
		"| MariaDB 10.11.19 | 1,000,000 payments |  |  |  |  |  | 3 **missed** |  |\n", lines)
}
