package importer

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"creatorpay/db"
)

// Lines of a creators file, some of which have line breaks in them.
var (
	goodLines = []string{
		`7,Emma,emma@example.com,en`,
		"7,\"Em\nma\",emma@example.com,en",
		`"7","a ""b"", c","emma@example.com","ko"`,
		"7,\"x\r\n\n,\",emma@example.com,en\r",
	}
	badLines = []string{
		`7,"Emma,emma@example.com,en`,
		`7,Em"ma,emma@example.com,en`,
		`7,"Em"ma,emma@example.com,en`,
		`seven,Emma,emma@example.com,en`,
		"7,\"Em\nma\",emma@example.com,fr",
		`7,Emma`,
		"\xff",
		"\x00",
		`"`,
		strings.Repeat("7", maxRecord+1),
	}
)

func TestEveryLineIsEitherReadOrRejected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var good, bad []int64
		number := int64(1)
		for range rapid.IntRange(0, 30).Draw(t, "lines") {
			line := rapid.SampledFrom(append(goodLines, badLines...)).Draw(t, "line")
			if rapid.SampledFrom([]string{"line", "empty"}).Draw(t, "before") == "empty" {
				text.WriteString("\n")
				number++
			}
			text.WriteString(line + "\n")
			if slices.Contains(goodLines, line) {
				good = append(good, number)
			} else {
				bad = append(bad, number)
			}
			number += int64(1 + strings.Count(line, "\n"))
		}
		input := &file{records: newRecordReader(strings.NewReader(text.String()), len(creatorColumns)), columns: creatorColumns}
		var all batch[db.Creator]
		require.ErrorIs(t, all.read(t.Context(), input, parseCreator), io.EOF)
		require.Equal(t, good, lineNumbers(all.items))
		require.Equal(t, bad, lineNumbers(all.rejects))
	})
}

func lineNumbers[T any](items []item[T]) (lines []int64) {
	for _, one := range items {
		lines = append(lines, one.line)
	}
	return lines
}

func TestAPipeCanBeImported(t *testing.T) {
	b := setup(t)
	pipe := filepath.Join(b.dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	go func() {
		writer, err := os.OpenFile(pipe, os.O_WRONLY, 0)
		if err != nil {
			return // the import then waits until the test ends
		}
		defer writer.Close()
		_, _ = io.WriteString(writer, strings.Join(creatorColumns, ",")+"\n7,Emma,emma@example.com,en\n")
	}()
	var last Progress
	report := b.load(t, Options{Creators: pipe, Progress: func(now Progress) { last = now }})
	require.Equal(t, int64(1), report.Creators.Stored)
	require.Zero(t, last.TotalBytes)
}
