package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

const (
	// estimatedBytesPerRow is what a row of the watch log takes on the disk, with its
	// index, as long as nothing is measured.
	estimatedBytesPerRow = 125
	// besideRows is what the servers store beside the rows of the day: the views that
	// are copied, and rows in the order of time, some 4 GiB, and as much of redo log,
	// undo log and temporary files.
	besideRows = 8 << 30
)

// roomFor makes sure that the disk of the folder holds so many rows more.
func roomFor(dir string, rows int64, bytesPerRow float64) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return fmt.Errorf("how much is free for %s: %w", dir, err)
	}
	return checkRoom(dir, int64(disk.Bavail)*int64(disk.Bsize), rows, bytesPerRow) //nolint:unconvert // not an int64 on every system
}

func checkRoom(dir string, free, rows int64, bytesPerRow float64) error {
	needed := int64(float64(rows)*bytesPerRow) + besideRows
	if needed <= free {
		return nil
	}
	holds := max(0, int64(float64(free-besideRows)/bytesPerRow))
	return fmt.Errorf("%s views take about %s (%.0f bytes each, and %s beside them), and the disk of %s has %s free: it holds %.3g million (--millions, or --dir on another disk)",
		settlement.Number(rows), gibibytes(needed), bytesPerRow, gibibytes(besideRows), dir, gibibytes(free), float64(holds)/million)
}

func gibibytes(bytes int64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30)) }

// dayBytes is the size of the file of the day.
func (c largestCommand) dayBytes() (int64, error) { return c.fileOf("watch_log") }

// fileOf is the size of the file in which the table has its rows of the day.
func (c largestCommand) fileOf(table string) (bytes int64, err error) {
	// MySQL and MariaDB differ in the case of the mark.
	pattern := filepath.Join(c.Dir, "mysql", databaseName, table+"#[pP]#"+daylog.Partition{Day: largestDay}.Name()+".ibd")
	found, err := filepath.Glob(pattern)
	if err != nil {
		return 0, err
	}
	if len(found) != 1 {
		return 0, fmt.Errorf("there is not one file %s, but %d (%s)", pattern, len(found), strings.Join(found, ", "))
	}
	file, err := os.Stat(found[0])
	if err != nil {
		return 0, err
	}
	return file.Size(), nil
}
