package importer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/generate"
	"creatorpay/settlement"
)

func day(t *testing.T, text string) settlement.Day {
	day, err := settlement.ParseDay(text)
	require.NoError(t, err)
	return day
}

func TestAllThreeFilesAreStored(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{
		Creators: b.creators(t, `7,"김, ""서연"" 🔥",kim@example.com,ko`, "8,Emma,emma@example.com,en"),
		Videos:   b.videos(t, "1,7,제목,60,99998,0", "2,8,title,4294967295,0,9223372036854775807"),
		Views:    b.views(t, "11,1,0,2024-05-06T09:00:00.123+09:00,30,2"),
	})
	require.Equal(t, FileReport{Path: filepath.Join(b.dir, "creators.csv"), Lines: 2, Stored: 2}, report.Creators)
	require.Equal(t, FileReport{Path: filepath.Join(b.dir, "videos.csv"), Lines: 2, Stored: 2}, report.Videos)
	require.Equal(t, FileReport{Path: filepath.Join(b.dir, "views.csv"), Lines: 1, Stored: 1}, report.Views)
	require.Equal(t, []daylog.DayRows{{Day: day(t, "2024-05-06"), Rows: 1}}, report.Days)
	require.Zero(t, report.Rejected())
	require.Equal(t, [][]string{
		{"7", `김, "서연" 🔥`, "kim@example.com", "ko"},
		{"8", "Emma", "emma@example.com", "en"},
	}, b.rows(t, "SELECT creator_id, name, email, locale FROM creators ORDER BY creator_id"))
	require.Equal(t, [][]string{
		{"1", "7", "제목", "60", "99998", "0"},
		{"2", "8", "title", "4294967295", "0", "9223372036854775807"},
	}, b.rows(t, "SELECT video_id, creator_id, title, duration_seconds, opening_views, opening_ad_views FROM videos ORDER BY video_id"))
	require.Equal(t, [][]string{{"2024-05-06", "1", "0", "2024-05-06 00:00:00.123", "11", "30", "2"}}, b.storedViews(t))
}

func TestTheDayIsThatOfTheBusinessTimeZone(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Views: b.views(t,
		"1,1,5,2024-05-06T14:59:59.999Z,0,0",
		"2,1,5,2024-05-06T10:00:00-05:00,0,0",
	)})
	require.Equal(t, [][]string{
		{"2024-05-06", "1", "5", "2024-05-06 14:59:59.999", "1", "0", "0"},
		{"2024-05-07", "1", "5", "2024-05-06 15:00:00.000", "2", "0", "0"},
	}, b.storedViews(t))
}

func TestTimesAreCutToMilliseconds(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Views: b.views(t, "1,1,5,2024-05-06T23:59:59.999999999+09:00,0,0")})
	require.Equal(t, [][]string{{"2024-05-06", "1", "5", "2024-05-06 14:59:59.999", "1", "0", "0"}}, b.storedViews(t))
}

func TestTheLettersOfATimeMayBeSmall(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Views: b.views(t, "1,1,5,2024-05-06t14:59:59.999z,0,0")})
	require.Equal(t, [][]string{{"2024-05-06", "1", "5", "2024-05-06 14:59:59.999", "1", "0", "0"}}, b.storedViews(t))
}

func TestColumnsMayComeInAnyOrder(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Views: b.file(t, "views.csv",
		[]string{"ad_views", "watched_at", "viewer_id", "played_seconds", "video_id", "view_id"},
		"1,2024-05-06T09:00:00+09:00,2,3,4,5",
	)})
	require.Equal(t, [][]string{{"2024-05-06", "4", "2", "2024-05-06 00:00:00.000", "5", "3", "1"}}, b.storedViews(t))
}

func TestTheLargestNumbersAreStored(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Views: b.views(t, "9223372036854775807,9223372036854775807,9223372036854775807,2024-05-06T09:00:00+09:00,4294967295,4294967295")})
	require.Equal(t, [][]string{{"2024-05-06", "9223372036854775807", "9223372036854775807", "2024-05-06 00:00:00.000", "9223372036854775807", "4294967295", "4294967295"}}, b.storedViews(t))
}

func TestViewsOfUnknownVideosAreStored(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{Views: b.views(t, "1,404,5,2024-05-06T09:00:00+09:00,0,0")})
	require.Equal(t, int64(1), report.Views.Stored)
}

func TestAFileOfOnlyAHeaderIsFine(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{Creators: b.creators(t), Videos: b.videos(t), Views: b.views(t)})
	require.Equal(t, FileReport{Path: filepath.Join(b.dir, "views.csv")}, report.Views)
	require.Empty(t, report.Days)
}

func TestImportingAgainChangesNothing(t *testing.T) {
	b := setup(t)
	days, err := generate.WriteFiles(t.Context(), b.dir, smallWorld(t), seoul(t))
	require.NoError(t, err)
	files := generatedFiles(b)
	first := b.load(t, files)
	require.Equal(t, first.Views.Lines, first.Views.Stored)
	require.Equal(t, first.Payments.Lines, first.Payments.Stored)
	require.Len(t, first.Days, len(days))
	before := b.contents(t)

	again := b.load(t, files)
	require.Equal(t, FileReport{Path: files.Views, Lines: first.Views.Lines, AlreadyThere: first.Views.Lines}, again.Views)
	require.Equal(t, FileReport{Path: files.Payments, Lines: first.Payments.Lines, AlreadyThere: first.Payments.Lines}, again.Payments)
	require.Empty(t, again.Days)
	require.Equal(t, before, b.contents(t))
}

func TestGeneratedFilesImportAsWhatIsGenerated(t *testing.T) {
	imported, generated := setup(t), setup(t)
	_, err := generate.WriteFiles(t.Context(), imported.dir, smallWorld(t), seoul(t))
	require.NoError(t, err)
	imported.load(t, generatedFiles(imported))
	_, err = generate.Run(t.Context(), generated.db, smallWorld(t), nil)
	require.NoError(t, err)
	require.Equal(t, generated.contents(t), imported.contents(t))
}

func generatedFiles(b *bench) Options {
	return Options{
		Creators: filepath.Join(b.dir, generate.CreatorsFile),
		Videos:   filepath.Join(b.dir, generate.VideosFile),
		Views:    filepath.Join(b.dir, generate.ViewsFile),
		Payments: filepath.Join(b.dir, generate.PaymentsFile),
	}
}

func smallWorld(t *testing.T) generate.Options {
	return generate.Options{From: day(t, "2024-05-06"), Days: 2, ViewsPerDay: 12_000, PaymentsPerDay: 6_000, Videos: 1200, Creators: 20, Seed: 7, Skew: generate.Natural}
}

func seoul(t *testing.T) settlement.Calendar {
	calendar, err := settlement.NewCalendar("Asia/Seoul")
	require.NoError(t, err)
	return calendar
}

// contents are the rows of what can be imported.
func (b *bench) contents(t *testing.T) []string {
	return devtest.Contents(t, b.raw, "creators", "videos", "watch_log", "payments")
}

func TestOfTwoLinesOfOneCreatorTheLaterHolds(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Creators: b.creators(t, "7,First,a@example.com,ko", "7,Second,b@example.com,en")})
	require.Equal(t, [][]string{{"Second"}}, b.rows(t, "SELECT name FROM creators"))
}

func TestAnImportThatWasCancelledIsCompletedByTheNext(t *testing.T) {
	b := setup(t)
	var lines []string
	for i := range 12 * rowsPerTransaction { // far more than are stored side by side when the first one is
		lines = append(lines, fmt.Sprintf("%d,1,5,2024-05-06T09:00:00+09:00,0,0", i+1))
	}
	views := b.views(t, lines...)
	ctx, cancel := context.WithCancel(t.Context())
	report, err := Import(ctx, Options{DB: b.db, Now: latest, Views: views, Progress: func(Progress) { cancel() }})
	require.ErrorIs(t, err, context.Canceled)
	require.Positive(t, report.Views.Stored)
	again := b.load(t, Options{Views: views})
	require.Equal(t, int64(len(lines)), again.Views.Stored+again.Views.AlreadyThere)
	require.Len(t, b.storedViews(t), len(lines))
}

// A batch is sorted and shared out among connections: lines of one view must
// still be stored in the order of the file, in the same batch and across two.
func TestOfTwoLinesOfOneViewTheFirstHolds(t *testing.T) {
	b := setup(t)
	view := func(id, played int) string { return fmt.Sprintf("%d,1,5,2024-05-06T09:00:00+09:00,%d,0", id, played) }
	var lines []string
	for i := range batchLines {
		lines = append(lines, view(1+i%(batchLines-1), i/(batchLines-1)))
	}
	lines = append(lines, view(2, 2), view(3, 0))
	report := b.load(t, Options{Views: b.views(t, lines...)})
	require.Equal(t, int64(batchLines-1), report.Views.Stored)
	require.Equal(t, int64(1), report.Views.AlreadyThere)
	found := readRejects(t, report.Views.Rejects)
	require.Len(t, found, 2)
	for i, one := range found {
		require.Equal(t, batchLines+1+i, one.line)
		require.Equal(t, "view_id", one.column)
		require.Contains(t, one.reason, "stored with other figures")
		require.Equal(t, lines[batchLines-1+i], one.content)
	}
	require.Equal(t, [][]string{{"0"}}, b.rows(t, "SELECT DISTINCT played_seconds FROM watch_log"))
}

func TestProgressComesToTheWholeOfAllFiles(t *testing.T) {
	b := setup(t)
	options := Options{
		Creators: b.creators(t, "7,Emma,emma@example.com,en", "bad"),
		Videos:   b.videos(t, "1,7,title,60,0,0"),
		Views:    b.views(t, "1,1,5,2024-05-06T09:00:00+09:00,0,0", "2,1,5,2024-05-06T09:00:00+09:00,0,0"),
	}
	var seen []Progress
	options.Progress = func(now Progress) { seen = append(seen, now) }
	b.load(t, options)
	last := seen[len(seen)-1]
	require.Equal(t, options.Views, last.File)
	require.Equal(t, int64(5), last.Lines)
	require.Equal(t, last.TotalBytes, last.Bytes)
	var size int64
	for _, path := range []string{options.Creators, options.Videos, options.Views} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		size += info.Size()
	}
	require.Equal(t, size, last.TotalBytes)
	for i := 1; i < len(seen); i++ {
		require.Greater(t, seen[i].Bytes, seen[i-1].Bytes)
	}
}

func TestAWrongHeaderStoresNothing(t *testing.T) {
	for name, c := range map[string]struct{ header, problem string }{
		"Missing":   {"view_id,video_id,viewer_id,watched_at,played_seconds", "ad_views is missing"},
		"Unknown":   {"view_id,video_id,viewer_id,watched_at,played_seconds,ad_views,colour", `"colour" is unknown`},
		"Twice":     {"view_id,video_id,viewer_id,watched_at,played_seconds,ad_views,ad_views", "ad_views is there twice"},
		"EmptyFile": {"", "must name the columns view_id,video_id,viewer_id,watched_at,played_seconds,ad_views"},
		"NotUTF8":   {"view_id\xff", "not UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			views := filepath.Join(b.dir, "views.csv")
			require.NoError(t, os.WriteFile(views, []byte(c.header), 0o600))
			_, err := Import(t.Context(), Options{DB: b.db, Now: latest, Creators: b.creators(t, "7,Emma,emma@example.com,en"), Views: views})
			require.ErrorContains(t, err, views)
			require.ErrorContains(t, err, c.problem)
			require.Empty(t, b.rows(t, "SELECT creator_id FROM creators"))
		})
	}
}

func TestFilesThatCannotBeOpenedAreAllNamed(t *testing.T) {
	b := setup(t)
	_, err := Import(t.Context(), Options{DB: b.db, Now: latest, Creators: b.dir + "/none.csv", Views: b.dir + "/neither.csv"})
	require.ErrorContains(t, err, "none.csv")
	require.ErrorContains(t, err, "neither.csv")
}

func TestAByteOrderMarkAndCarriageReturnsAreFine(t *testing.T) {
	b := setup(t)
	path := filepath.Join(b.dir, "views.csv")
	text := "\ufeff" + strings.Join(viewColumns, ",") + "\r\n1,1,5,2024-05-06T09:00:00+09:00,0,0\r\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	require.Equal(t, int64(1), b.load(t, Options{Views: path}).Views.Stored)
}
