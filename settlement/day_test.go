package settlement

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// day reads a date and fails the test where it is none.
func day(t require.TestingT, text string) Day {
	d, err := ParseDay(text)
	require.NoError(t, err)
	return d
}

// drawDay draws a day that a DATE can hold.
func drawDay(t *rapid.T) Day {
	return Day(rapid.Int32Range(int32(day(t, "1000-01-01")), int32(day(t, "9999-12-31"))).Draw(t, "day"))
}

func TestParseDay(t *testing.T) {
	t.Run("counts days since 1970-01-01", func(t *testing.T) {
		require.EqualValues(t, -1, day(t, "1969-12-31"))
		require.EqualValues(t, 0, day(t, "1970-01-01"))
		require.EqualValues(t, 19852, day(t, "2024-05-09"))
	})
	t.Run("a leap day is a day", func(t *testing.T) {
		require.Equal(t, day(t, "2024-02-28")+1, day(t, "2024-02-29"))
		require.Equal(t, day(t, "2024-02-29")+1, day(t, "2024-03-01"))
	})
	for _, text := range []string{
		"", "2024-5-9", "2024-05-9", "24-05-09", "2024-13-01", "2024-00-01", "2024-05-00", "2024-04-31", "2023-02-29",
		"2024-05-09x", " 2024-05-09", "2024-05-09 ", "2024-05-09T00:00:00Z", "2024/05/09", "20240509", "today", "2024-05",
	} {
		t.Run("refuses "+text, func(t *testing.T) {
			_, err := ParseDay(text)
			require.ErrorContains(t, err, "write it as 2024-05-09")
		})
	}
}

func TestDay_SurvivesEveryForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawDay(t)
		require.Equal(t, want, day(t, want.String()))

		text, err := json.Marshal(map[Day]Day{want: want})
		require.NoError(t, err)
		var decoded map[Day]Day
		require.NoError(t, json.Unmarshal(text, &decoded))
		require.Equal(t, map[Day]Day{want: want}, decoded)

		value, err := want.Value()
		require.NoError(t, err)
		require.Equal(t, want.String(), value)
		var scanned Day
		require.NoError(t, scanned.Scan(value))
		require.Equal(t, want, scanned)
	})
}

func TestDay_ReadsADateColumn(t *testing.T) {
	// A driver gives a DATE as midnight in its own time zone, which must not
	// move it to another day.
	for name, source := range map[string]any{
		"text":                    "2024-05-09",
		"bytes":                   []byte("2024-05-09"),
		"a time in UTC":           time.Date(2024, 5, 9, 0, 0, 0, 0, time.UTC),
		"a time east of UTC":      time.Date(2024, 5, 9, 0, 0, 0, 0, time.FixedZone("", +9*3600)),
		"a late time west of UTC": time.Date(2024, 5, 9, 23, 59, 59, 0, time.FixedZone("", -10*3600)),
	} {
		t.Run("as "+name, func(t *testing.T) {
			var got Day
			require.NoError(t, got.Scan(source))
			require.Equal(t, day(t, "2024-05-09"), got)
		})
	}
	for name, source := range map[string]any{"NULL": nil, "a number": int64(19852)} {
		t.Run("refuses "+name, func(t *testing.T) {
			require.ErrorIs(t, new(Day).Scan(source), errNotDate)
		})
	}
	t.Run("refuses other text", func(t *testing.T) {
		require.Error(t, new(Day).Scan("0000-00-00"))
	})
}

func TestDay_RefusesOtherJSON(t *testing.T) {
	for _, text := range []string{`"2024-5-9"`, `""`, `19852`} {
		t.Run(text, func(t *testing.T) {
			require.Error(t, json.Unmarshal([]byte(text), new(Day)))
		})
	}
}
