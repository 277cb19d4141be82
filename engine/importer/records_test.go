package importer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// kept is a record with what it holds copied.
type kept struct {
	line   int64
	text   string
	fields []string
	fault  string
}

func readAll(t require.TestingT, file string, width int) []kept {
	records := newRecordReader(strings.NewReader(file), width)
	var all []kept
	for {
		found, err := records.next()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		one := kept{line: found.line, text: string(found.text), fault: found.fault}
		if found.fault == "" {
			for _, field := range found.fields {
				one.fields = append(one.fields, string(field))
			}
		}
		all = append(all, one)
	}
}

func TestLinesAreSplitAtCommas(t *testing.T) {
	require.Equal(t, []kept{
		{line: 1, text: "a,b", fields: []string{"a", "b"}},
		{line: 2, text: ",", fields: []string{"", ""}},
	}, readAll(t, "a,b\n,\n", 2))
}

func TestQuotedFieldsHoldCommasQuotesAndLineBreaks(t *testing.T) {
	require.Equal(t, []kept{
		{line: 1, text: `1,"a, ""b""` + "\n" + `c"`, fields: []string{"1", "a, \"b\"\nc"}},
		{line: 3, text: "2,d", fields: []string{"2", "d"}},
	}, readAll(t, "1,\"a, \"\"b\"\"\nc\"\n2,d\n", 2))
}

func TestLinesMayEndWithCarriageReturn(t *testing.T) {
	require.Equal(t, []kept{
		{line: 1, text: "a,b", fields: []string{"a", "b"}},
		{line: 2, text: `"c",d`, fields: []string{"c", "d"}},
	}, readAll(t, "a,b\r\n\"c\",d\r\n", 2))
}

func TestTheLastLineNeedsNoLineEnd(t *testing.T) {
	require.Len(t, readAll(t, "a\nb", 1), 2)
	require.Len(t, readAll(t, "a\n\"b\"", 1), 2)
}

func TestEmptyLinesArePassedOver(t *testing.T) {
	require.Equal(t, []kept{{line: 3, text: "a", fields: []string{"a"}}}, readAll(t, "\n\r\na\n\n", 1))
}

func TestAByteOrderMarkIsPassedOver(t *testing.T) {
	require.Equal(t, []kept{{line: 1, text: "a", fields: []string{"a"}}}, readAll(t, "\ufeffa\n", 1))
}

func TestAMissingQuoteCostsOneLine(t *testing.T) {
	for _, bad := range []string{`1,"a`, `1,a"`, `1,"a"b`, `1,a"b`, `"`, `1,"a""`} {
		for _, after := range []string{"2,b\n3,c\n", "2,\"b\"\n3,\"c\"\n"} {
			found := readAll(t, bad+"\n"+after, 2)
			require.Len(t, found, 3, bad)
			require.Equal(t, int64(1), found[0].line)
			require.Equal(t, bad, found[0].text)
			require.Contains(t, found[0].fault, "bad quoting")
			require.Equal(t, []string{"2", "b"}, found[1].fields)
			require.Equal(t, kept{line: 3, text: found[2].text, fields: []string{"3", "c"}}, found[2])
		}
	}
}

func TestAMissingQuoteDoesNotPairWithALaterOne(t *testing.T) {
	found := readAll(t, "1,\"a,x\n2,b,y\n\"\n", 3)
	require.Len(t, found, 3)
	require.Equal(t, `1,"a,x`, found[0].text)
	require.Equal(t, []string{"2", "b", "y"}, found[1].fields)
	require.Equal(t, `"`, found[2].text)
}

func TestAMissingQuoteIsNotFollowedThroughTheFile(t *testing.T) {
	long := strings.Repeat("2,b\n", maxRecord)
	found := readAll(t, "1,\"a\n"+long+"3,\"c\"\n", 2)
	require.Len(t, found, 1+maxRecord+1)
	require.NotEmpty(t, found[0].fault)
	for _, one := range found[1:] {
		require.Empty(t, one.fault)
	}
}

func TestAnEndlessLineCostsOneLine(t *testing.T) {
	found := readAll(t, "1\n"+strings.Repeat("x", 10*readBuffer)+"\n3\n", 1)
	require.Len(t, found, 3)
	require.Contains(t, found[1].fault, "longer than")
	require.Len(t, found[1].text, maxRecord)
	require.Equal(t, kept{line: 3, text: "3", fields: []string{"3"}}, found[2])
}

func TestWhatIsNotUTF8IsAFault(t *testing.T) {
	found := readAll(t, "a\xff\n\"b\xff\"\nc\n", 1)
	require.Equal(t, "not UTF-8", found[0].fault)
	require.Equal(t, "not UTF-8", found[1].fault)
	require.Empty(t, found[2].fault)
}

func TestANULByteIsAFault(t *testing.T) {
	require.Contains(t, readAll(t, "a\x00\n", 1)[0].fault, "NUL")
}

func TestReadErrorsAreReturned(t *testing.T) {
	broken := errors.New("disk on fire")
	records := newRecordReader(io.MultiReader(strings.NewReader("a\n"), readerFunc(func([]byte) (int, error) { return 0, broken })), 1)
	_, err := records.next()
	require.ErrorIs(t, err, broken)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(into []byte) (int, error) { return f(into) }

// table is any table that can be written as CSV and read back: encoding/csv
// makes a line break of a carriage return with one, and cannot tell a row of one
// empty field from an empty line.
func table() *rapid.Generator[[][]string] {
	return rapid.Custom(func(t *rapid.T) [][]string {
		field := rapid.StringOf(rapid.RuneFrom([]rune("ab,\"\n 한🔥")))
		width := rapid.IntRange(1, 4).Draw(t, "width")
		row := rapid.SliceOfN(field, width, width).Filter(func(row []string) bool { return len(row) > 1 || row[0] != "" })
		return rapid.SliceOfN(row, 1, -1).Draw(t, "rows")
	})
}

func TestWhatIsWrittenAsCSVIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := table().Draw(t, "rows")
		var file bytes.Buffer
		writer := csv.NewWriter(&file)
		writer.UseCRLF = rapid.Bool().Draw(t, "CRLF")
		var lines []int64
		for _, row := range rows {
			lines = append(lines, int64(bytes.Count(file.Bytes(), newline))+1)
			require.NoError(t, writer.Write(row))
			writer.Flush()
		}
		found := readAll(t, file.String(), len(rows[0]))
		require.Len(t, found, len(rows))
		for i, row := range rows {
			require.Empty(t, found[i].fault)
			require.Equal(t, row, found[i].fields)
			require.Equal(t, lines[i], found[i].line)
		}
	})
}

// checkCoverage makes sure that each line of the file that is not empty is in
// exactly one record, whole and under its own number.
func checkCoverage(t require.TestingT, file string, width int) {
	lines := strings.Split(strings.TrimPrefix(file, "\ufeff"), "\n")
	next := 0
	for _, found := range readAll(t, file, width) {
		first := int(found.line) - 1
		for ; next < first; next++ {
			require.Empty(t, strings.TrimSuffix(lines[next], "\r"))
		}
		require.Equal(t, first, next)
		next += 1 + strings.Count(found.text, "\n")
		require.Equal(t, strings.TrimSuffix(strings.Join(lines[first:next], "\n"), "\r"), found.text)
	}
	for ; next < len(lines); next++ {
		require.Empty(t, strings.TrimSuffix(lines[next], "\r"))
	}
}

func TestNoLineIsLostOrReadTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkCoverage(t, rapid.StringOf(rapid.RuneFrom([]rune("ab,\"\"\n\n\r\x00한"))).Draw(t, "file"), rapid.IntRange(1, 3).Draw(t, "width"))
	})
}

func FuzzNoLineIsLostOrReadTwice(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "1,\"a\nb\"\r\n\n2,\"\"\"\"\n", "\ufeff\"", "1,\"\xff\n\x00", "\r\r\n\"\r\n\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		if strings.Count(file, "\ufeff") > 1 || len(file) > maxRecord/2 {
			t.Skip()
		}
		checkCoverage(t, file, 2)
	})
}
