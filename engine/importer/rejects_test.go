package importer

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/engine/spreadsheet"
	"creatorpay/settlement"
)

// badLine is a line that must be rejected for the column and the reason.
type badLine struct{ line, column, reason string }

// requireRejected imports the bad lines among good ones: only they are rejected,
// each under its own number.
func requireRejected(t *testing.T, good []string, bad []badLine, load func(b *bench, lines []string) FileReport) {
	b := setup(t)
	lines := []string{good[0]}
	for _, one := range bad {
		lines = append(lines, one.line)
	}
	lines = append(lines, good[1:]...)
	report := load(b, lines)
	require.Equal(t, int64(len(lines)), report.Lines)
	require.Equal(t, int64(len(good)), report.Stored)
	require.Equal(t, int64(len(bad)), report.Rejected)
	require.Equal(t, report.Path+".rejects.csv", report.Rejects)
	found := readRejects(t, report.Rejects)
	require.Len(t, found, len(bad))
	for i, one := range bad {
		require.Equal(t, report.Path, found[i].file)
		require.Equal(t, 3+i, found[i].line)
		require.Equal(t, one.column, found[i].column, one.line)
		require.Contains(t, found[i].reason, one.reason, one.line)
		require.Equal(t, spreadsheet.Text(strings.ToValidUTF8(one.line, "\ufffd")), found[i].content)
	}
}

func TestARejectFileIsForItsOwnerAndHasNoFormulas(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{Creators: b.creators(t, `=HYPERLINK(1),Emma,emma@example.com,en`)}).Creators
	require.Equal(t, `'=HYPERLINK(1),Emma,emma@example.com,en`, readRejects(t, report.Rejects)[0].content)
	info, err := os.Stat(report.Rejects)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestBadCreatorsAreRejected(t *testing.T) {
	bad := []badLine{
		{"0,Emma,emma@example.com,en", "creator_id", "whole number from 1"},
		{"-1,Emma,emma@example.com,en", "creator_id", "whole number"},
		{"9223372036854775808,Emma,emma@example.com,en", "creator_id", "whole number from 1 to 9223372036854775807"},
		{"one,Emma,emma@example.com,en", "creator_id", "whole number"},
		{"7,,emma@example.com,en", "name", "empty"},
		{"7, \u3000,emma@example.com,en", "name", "empty"},
		{"7," + strings.Repeat("한", 201) + ",emma@example.com,en", "name", "200 characters"},
		{"7,Emma,,en", "email", "empty"},
		{"7,Emma,emma,en", "email", "mail address"},
		{"7,Emma,Emma <emma@example.com>,en", "email", "mail address"},
		{"7,Emma," + strings.Repeat("e", 243) + "@example.com,en", "email", "254 characters"},
		{"7,한,한@예시.kr,ko", "email", "characters outside ASCII"},
		{`7,Emma,"emma@example.com, eve@example.com",en`, "email", "name@domain"},
		{"7,Emma,emma@example.com,fr", "locale", "ko or en"},
		{"7,Emma,emma@example.com,KO", "locale", "ko or en"},
		{"7,Emma,emma@example.com", "", "3 fields, the header has 4"},
		{"7,Emma,emma@example.com,en,", "", "5 fields, the header has 4"},
		{"7,Em\x00ma,emma@example.com,en", "", "NUL"},
		{"7,Em\xffma,emma@example.com,en", "", "not UTF-8"},
		{`7,"Emma,emma@example.com,en`, "", "bad quoting"},
	}
	good := []string{
		"1," + strings.Repeat("한", 200) + "," + strings.Repeat("e", 242) + "@example.com,ko",
		"2,🔥,e@example.com,en",
	}
	requireRejected(t, good, bad, func(b *bench, lines []string) FileReport {
		return b.load(t, Options{Creators: b.creators(t, lines...)}).Creators
	})
}

func TestBadVideosAreRejected(t *testing.T) {
	bad := []badLine{
		{"0,1,title,60,0,0", "video_id", "whole number from 1"},
		{"7,0,title,60,0,0", "creator_id", "whole number from 1"},
		{"7,404,title,60,0,0", "creator_id", "creator 404 is unknown"},
		{"7,1,,60,0,0", "title", "empty"},
		{"7,1," + strings.Repeat("題", 501) + ",60,0,0", "title", "500 characters"},
		{"7,1,title,-1,0,0", "duration_seconds", "whole number from 0"},
		{"7,1,title,4294967296,0,0", "duration_seconds", "whole number from 0 to 4294967295"},
		{"7,1,title,60,-1,0", "opening_views", "whole number from 0"},
		{"7,1,title,60,0,9223372036854775808", "opening_ad_views", "whole number from 0"},
		{"7,1,title,60,0,1.5", "opening_ad_views", "whole number from 0"},
	}
	good := []string{"1,1," + strings.Repeat("題", 500) + ",0,0,0", "2,1,title,60,0,0"}
	requireRejected(t, good, bad, func(b *bench, lines []string) FileReport {
		return b.load(t, Options{
			Creators: b.creators(t, "1,Emma,emma@example.com,en"),
			Videos:   b.videos(t, lines...),
		}).Videos
	})
}

func TestBadViewsAreRejected(t *testing.T) {
	const at = "2024-05-06T09:00:00+09:00"
	bad := []badLine{
		{"0,1,5," + at + ",0,0", "view_id", "whole number from 1"},
		{"7,0,5," + at + ",0,0", "video_id", "whole number from 1"},
		{"7,1,-1," + at + ",0,0", "viewer_id", "whole number from 0"},
		{"7,1,5," + at + ",4294967296,0", "played_seconds", "whole number from 0 to 4294967295"},
		{"7,1,5," + at + ",0,-1", "ad_views", "whole number from 0"},
		{"7,1,5," + at + ",,0", "played_seconds", "whole number from 0"},
		{"7,1,5,2024-05-06T09:00:00,0,0", "watched_at", "with an offset"},
		{"7,1,5,2024-05-06 09:00:00+09:00,0,0", "watched_at", "with an offset"},
		{"7,1,5,2024-02-30T09:00:00+09:00,0,0", "watched_at", "with an offset"},
		{"7,1,5,2024-05-06T24:00:00+09:00,0,0", "watched_at", "with an offset"},
		{"7,1,5,1715000000,0,0", "watched_at", "with an offset"},
		{"7,1,5,,0,0", "watched_at", "with an offset"},
		{"7,1,5,1969-12-31T23:59:59.999+09:00,0,0", "watched_at", "must not lie before 1970-01-01"},
		{"7,1,5,9999-12-31T23:59:59Z,0,0", "watched_at", "lies after tomorrow (9999-12-30 in Asia/Seoul, by this machine's clock)"},
		{"7,1,5," + at + ",0", "", "5 fields, the header has 6"},
	}
	good := []string{"1,1,5," + at + ",0,0", `"2","1","5","` + at + `","0","0"`}
	requireRejected(t, good, bad, func(b *bench, lines []string) FileReport {
		return b.load(t, Options{Views: b.views(t, lines...)}).Views
	})
}

// A mistyped year would fill the log with thousands of empty days.
func TestViewsOfDaysAfterTomorrowAreRejectedAndMakeNoRoom(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{
		Now: time.Date(2024, 5, 8, 15, 0, 0, 0, time.UTC), // the first instant of 2024-05-09 in Seoul
		Views: b.views(t, "1,1,5,2024-05-08T09:00:00+09:00,0,0", "2,1,5,2024-05-10T23:59:59.999+09:00,0,0",
			"3,1,5,2024-05-11T00:00:00+09:00,0,0", "4,1,5,2034-05-08T09:00:00+09:00,0,0"),
	})
	require.Equal(t, int64(2), report.Views.Stored)
	found := readRejects(t, report.Views.Rejects)
	require.Len(t, found, 2)
	require.Equal(t, "2024-05-11 lies after tomorrow (2024-05-10 in Asia/Seoul, by this machine's clock): is the date wrong?", found[0].reason)
	require.Contains(t, found[1].reason, "2034-05-08 lies after tomorrow")
	first, last, _, err := b.db.Log.Span(t.Context())
	require.NoError(t, err)
	require.Equal(t, day(t, "2024-05-08"), first)
	require.Equal(t, day(t, "2024-05-10"), last)
}

func TestTheFirstDayThatCanBeStored(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{Views: b.views(t, "1,1,5,1970-01-01T00:00:00+09:00,0,0")})
	require.Equal(t, []daylog.DayRows{{Day: 0, Rows: 1}}, report.Days)
}

func TestTheLastDayThatCanBeStored(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{Views: b.views(t, "1,1,5,9999-12-30T23:59:59.999+09:00,0,0")})
	require.Equal(t, []daylog.DayRows{{Day: day(t, "9999-12-30"), Rows: 1}}, report.Days)
}

func TestLineNumbersCountLineBreaksInFields(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{Creators: b.creators(t, "1,\"a\nb\n\nc\",a@example.com,ko", "bad", "2,\"d\ne\",a@example.com,xx")})
	require.Equal(t, int64(1), report.Creators.Stored)
	found := readRejects(t, report.Creators.Rejects)
	require.Len(t, found, 2)
	require.Equal(t, 6, found[0].line)
	require.Equal(t, 7, found[1].line)
	require.Equal(t, "2,\"d\ne\",a@example.com,xx", found[1].content)
}

func TestViewsOfAClosedDayAreStoredAndComeLate(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Views: b.views(t, "1,1,5,2024-05-06T23:00:00+09:00,0,0")})
	b.closeDay(t, "2024-05-06")
	report := b.load(t, Options{Views: b.views(t,
		"1,1,5,2024-05-06T23:00:00+09:00,0,0",
		"2,1,5,2024-05-06T23:59:58+09:00,0,0",
		"3,1,5,2024-05-06T23:59:59+09:00,0,0",
		"4,1,5,2024-05-07T00:00:00+09:00,0,0",
	)})
	require.Equal(t, FileReport{Path: report.Views.Path, Lines: 4, Stored: 3, AlreadyThere: 1}, report.Views)
	require.Equal(t, []daylog.DayRows{{Day: day(t, "2024-05-06"), Rows: 2}, {Day: day(t, "2024-05-07"), Rows: 1}}, report.Days)
	require.Equal(t, []daylog.DayRows{{Day: day(t, "2024-05-06"), Rows: 2}}, report.Late)
}

func TestViewsBeforeTheFirstSettledDayAreStoredAndNamed(t *testing.T) {
	b := setup(t)
	require.Empty(t, b.load(t, Options{Views: b.views(t, "9,1,5,2024-05-05T09:00:00+09:00,0,0")}).Early, "any day can still be the first")
	b.closeDay(t, "2024-05-06")
	views := b.views(t,
		"1,1,5,2024-05-04T09:00:00+09:00,0,0",
		"2,1,5,2024-05-05T23:59:58+09:00,0,0",
		"3,1,5,2024-05-05T23:59:59+09:00,0,0",
		"4,1,5,2024-05-06T00:00:00+09:00,0,0",
	)

	report := b.load(t, Options{Views: views})
	require.Equal(t, int64(4), report.Views.Stored)
	require.Equal(t, []daylog.DayRows{{Day: day(t, "2024-05-04"), Rows: 1}, {Day: day(t, "2024-05-05"), Rows: 2}}, report.Early)
	require.Equal(t, []daylog.DayRows{{Day: day(t, "2024-05-06"), Rows: 1}}, report.Late)
	require.Empty(t, b.load(t, Options{Views: views}).Early, "nothing is new")

	early, err := b.db.UnsettledBefore(t.Context(), b.db.Log.Log, day(t, "2024-05-06"))
	require.NoError(t, err)
	require.Equal(t, []settlement.Day{day(t, "2024-05-04"), day(t, "2024-05-05")}, early)
}

func TestViewsOfADroppedDayAreRejectedAndNoOthers(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Views: b.views(t, "1,1,5,2024-05-07T09:00:00+09:00,0,0")})
	b.closeDay(t, "2024-05-06")
	b.closeDay(t, "2024-05-07")
	report := b.load(t, Options{Views: b.views(t,
		"2,1,5,2024-05-06T09:00:00+09:00,0,0",
		"3,1,5,2024-05-07T09:00:00+09:00,0,0",
		"4,1,5,2024-05-08T09:00:00+09:00,0,0",
		"5,1,5,2024-05-05T09:00:00+09:00,0,0",
	)})
	require.Equal(t, FileReport{Path: report.Views.Path, Lines: 4, Stored: 2, Rejected: 2, Rejects: report.Views.Rejects}, report.Views)
	require.Equal(t, []daylog.DayRows{{Day: day(t, "2024-05-07"), Rows: 1}}, report.Late, "nothing is promised for the dropped day")
	found := readRejects(t, report.Views.Rejects)
	require.Len(t, found, 2)
	for i, line := range []int{2, 5} {
		require.Equal(t, line, found[i].line)
		require.Equal(t, "watched_at", found[i].column)
		require.Contains(t, found[i].reason, "days up to 2024-05-06 are closed and dropped")
	}
	partitions, err := b.db.Partitions(t.Context())
	require.NoError(t, err)
	require.Equal(t, day(t, "2024-05-07"), partitions[0].Day, "the dropped day is not made again")
}

func TestViewsOfADayThatIsDroppedDuringTheImportAreRejected(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Views: b.views(t, "1,1,5,2024-05-07T09:00:00+09:00,0,0")})
	b.closeDay(t, "2024-05-06")
	calendar, err := b.db.Calendar(t.Context())
	require.NoError(t, err)
	store := newViewStore(&importer{db: b.db})
	store.room.known, store.room.first, store.room.last = true, day(t, "2024-05-06"), day(t, "2024-05-07")
	late := item[daylog.View]{line: 2, value: daylog.View{Day: day(t, "2024-05-06"), VideoID: 1, ViewerID: 5, ViewID: 2, WatchedAt: calendar.Start(day(t, "2024-05-06")).UnixMilli()}}

	done, err := store.store(t.Context(), []item[daylog.View]{late})

	require.NoError(t, err)
	require.Zero(t, done.stored)
	require.Len(t, done.rejects, 1)
	require.Equal(t, "watched_at", done.rejects[0].value.column)
	require.Contains(t, done.rejects[0].value.reason, "closed and dropped")
}

func TestAViewThatIsStoredWithOtherFiguresIsRejected(t *testing.T) {
	b := setup(t)
	b.load(t, Options{Views: b.views(t, "1,1,5,2024-05-06T09:00:00+09:00,10,1")})
	report := b.load(t, Options{Views: b.views(t, "1,1,5,2024-05-06T09:00:00+09:00,11,1")})
	require.Equal(t, []rejected{{report.Views.Path, 2, "view_id", "a view with this id and start is stored with other figures", "1,1,5,2024-05-06T09:00:00+09:00,11,1"}}, readRejects(t, report.Views.Rejects))
	require.Equal(t, [][]string{{"10"}}, b.rows(t, "SELECT played_seconds FROM watch_log"))
}

func TestACountedVideoKeepsItsCreatorAndOpenings(t *testing.T) {
	b := setup(t)
	creators := b.creators(t, "1,Emma,emma@example.com,en", "2,Noah,noah@example.com,en")
	b.load(t, Options{Creators: creators, Videos: b.videos(t, "1,1,title,60,0,0", "2,1,title,60,0,0", "3,1,title,60,0,7")})
	for video := range int64(3) {
		b.countVideo(t, video+1)
	}
	report := b.load(t, Options{Videos: b.videos(t, "1,2,title,60,0,0", "2,1,title,60,5,0", "3,1,new title,60,0,8")})
	found := readRejects(t, report.Videos.Rejects)
	require.Len(t, found, 3)
	for i, fixed := range []struct{ column, stored string }{{"creator_id", "creator_id 1"}, {"opening_views", "opening_views 0"}, {"opening_ad_views", "opening_ad_views 7"}} {
		require.Equal(t, fixed.column, found[i].column)
		require.Contains(t, found[i].reason, fmt.Sprintf("video %d has been counted since 2024-05-01 with %s", i+1, fixed.stored))
	}
}

func TestAMistypedYearCostsOnlyItsLine(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{Views: b.views(t,
		"1,1,5,2204-05-06T09:00:00+09:00,0,0",
		"2,1,5,2024-05-06T09:00:00+09:00,0,0",
		"3,1,5,2024-05-06T09:00:00+09:00,0,0",
		"4,1,5,2024-05-08T09:00:00+09:00,0,0",
	)})
	require.Equal(t, int64(3), report.Views.Stored)
	require.Equal(t, []daylog.DayRows{{Day: day(t, "2024-05-06"), Rows: 2}, {Day: day(t, "2024-05-08"), Rows: 1}}, report.Days)
	found := readRejects(t, report.Views.Rejects)
	require.Len(t, found, 1)
	require.Equal(t, 2, found[0].line)
	require.Equal(t, "watched_at", found[0].column)
	require.Contains(t, found[0].reason, "is a date wrong?")
}

func TestOneRejectFileTakesAll(t *testing.T) {
	b := setup(t)
	shared := filepath.Join(b.dir, "shared.csv")
	report := b.load(t, Options{
		Creators: b.creators(t, "bad"),
		Views:    b.views(t, "worse"),
		Rejects:  shared,
	})
	require.Equal(t, int64(2), report.Rejected())
	require.Equal(t, shared, report.Creators.Rejects)
	require.Equal(t, shared, report.Views.Rejects)
	found := readRejects(t, shared)
	require.Len(t, found, 2)
	require.Equal(t, "bad", found[0].content)
	require.Equal(t, "worse", found[1].content)
}

func TestWithoutRejectsThereIsNoRejectFile(t *testing.T) {
	b := setup(t)
	report := b.load(t, Options{Views: b.views(t, "1,1,5,2024-05-06T09:00:00+09:00,0,0")})
	require.Empty(t, report.Views.Rejects)
	require.NoFileExists(t, rejectPath("", report.Views.Path))
}

func TestARejectFileMustNotBeAnImportFile(t *testing.T) {
	b := setup(t)
	views := b.views(t, "bad")
	_, err := Import(t.Context(), Options{DB: b.db, Views: views, Rejects: filepath.Join(b.dir, "..", filepath.Base(b.dir), "views.csv")})
	require.ErrorContains(t, err, "choose another name")
	text, err := os.ReadFile(views)
	require.NoError(t, err)
	require.Contains(t, string(text), "bad")
}
