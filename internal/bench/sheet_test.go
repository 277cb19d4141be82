package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A day of 100 million rows took 90 s of the database's CPU time and 36 s of the
// workers'. A billion rows are ten times as many: 900 s and 360 s, which in an hour are
// 0.25 and 0.1 cores. The largest chunk has a tenth of the rows: 126 s.
func TestSheetScalesWhatWasMeasuredByTheRows(t *testing.T) {
	b, found := exampleDay().basis()
	require.True(t, found)
	const rows = 1_000 * million

	require.Equal(t, 900*time.Second, b.databaseCPU(rows))
	require.Equal(t, 360*time.Second, b.workerCPU(rows))
	require.InDelta(t, 0.25, cores(b.databaseCPU(rows)), 1e-9)
	require.Equal(t, 126*time.Second, b.largestChunk(rows))
	require.InDelta(t, 180e9/3600, b.diskPerSecond(rows), 1)                 // 180 bytes a row within an hour
	require.InDelta(t, 34_722.2, storedAtPeak(rows), 0.1)                    // a billion rows in 86,400 s, three times
	require.InDelta(t, 0.34722, b.storingCores(rows), 1e-5)                  // 10 µs a row
	require.Zero(t, b.replicas(rows))                                        // 0.6 cores
	require.Equal(t, 1, b.replicas(30*rows))                                 // 7.5 + 10.4 cores
	require.InDelta(t, 30*(0.25+0.34722), b.databaseCores(30*rows), 30*1e-5) // of 16 a machine
}

func TestSheetSaysFromWhatEachNumberCame(t *testing.T) {
	inMemory := usual("MySQL 9", size{Rows: 10 * million, Figures: []figures{rounds(product, 12)}})
	apart := inMemory
	apart.Layout = "2 workers"
	var page strings.Builder

	writeSheet(&page, []largestMeasurement{{Machine: machine{Database: "MySQL 8"}}, exampleDay()}, []measurement{inMemory, apart, usual("MySQL 8", inMemory.Sizes...)})

	require.Equal(t, 1, strings.Count(page.String(), "\n### "))
	require.Contains(t, page.String(), `
| 10,000,000 | 12.0 | 1.20 | 0.00 | 0.00 | 1 worker, rows in memory (2026-11-22, ) |
| 100,000,000 | 100.0 | 1.00 | 0.90 | 0.36 | 2 workers, the largest day (2026-11-22, ) |

| a day of | 1,000,000,000 rows | 10,000,000,000 rows | from |
|---|---:|---:|---|
| CPU time of the database for the run | 900 s | 9,000 s | measured 0.90 µs a row × rows |
| CPU time of the workers | 360 s | 3,600 s | measured 0.36 µs a row × rows |
| cores of the database for the run | 0.2 | 2.5 | `)
	for _, line := range []string{
		"| memory of a worker | 60 MiB | 60 MiB |",
		"| the largest chunk alone, which no further core makes shorter | 126 s | 1,260 s | measured 10.0 % of the rows",
		"| check and close alone, which no further worker makes shorter | 111 s | 1,011 s |", // 10 s the check, 2 s and 9 s the Top 5 and the close
		"| chunks, at most | 300 | 300 | the product's cap; the measured run had 150",
		"| rows of a chunk | 6,666,666 | 66,666,666 |",
		"| events of the run, at most | 3,600 | 3,600 | measured 12.0 a chunk",
		"| disk for 30 days | 4.5 TB | 45.0 TB | measured 150 bytes a row",
		"| disk for 9 days, the least | 1.4 TB | 13.5 TB |",
		"| read from the disk while the run is going | 50 MB/s | 500 MB/s | measured 180 bytes a row",
		"| IOPS | not measured | not measured |",
		"| rows stored a second at the peak | 34,722 | 347,222 |",
	} {
		require.Contains(t, page.String(), line)
	}
}
