package statement

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
	"creatorpay/templates"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// The days from the first one that is settled to the end of its week.
const (
	thursday = settlement.Day(19852) // 2024-05-09
	friday   = thursday + 1
	saturday = thursday + 2
	sunday   = thursday + 3
)

var week = thursday.Week() // 2024-W19

// books are closed, and read as statements.
type books struct{ *dbtest.Books }

// watchedWeek is a week from Thursday on: creator 1 has a video that crosses a
// tier on Thursday and a change of prices on Friday, and one that is only watched
// on Saturday; creators 2 and 3 have a video each, and of creator 4 nothing
// counts.
func watchedWeek(t *testing.T) *books {
	t.Helper()
	b := &books{dbtest.Open(t)}
	b.AddDays(thursday, sunday)
	b.Exec(`INSERT INTO price_rules (version, holds_from) VALUES (2, '2024-05-10')`)
	b.Exec(`
		INSERT INTO price_tiers (version, paid_for, from_ordinal, unit_price)
		VALUES (2, 'views', 1, 10000), (2, 'views', 100000, 12000), (2, 'ad_views', 1, 50000)`)
	b.AddVideo(1, db.Video{ID: 1, Title: "first", OpeningViews: 99_997})
	b.AddVideo(1, db.Video{ID: 2, Title: "second"})
	b.AddVideo(2, db.Video{ID: 50, Title: "of 2"})
	b.AddVideo(3, db.Video{ID: 40, Title: "of 3"})
	b.AddVideo(4, db.Video{ID: 60, Title: "of 4"})
	b.Watch(thursday, 1, 4)
	b.Watch(friday, 1, 2)
	b.Watch(saturday, 2, 3)
	b.Watch(saturday, 50, 7)
	b.Watch(thursday, 40, 1)
	b.Watch(sunday, 40, 9)
	b.Play(sunday, 60, 4, b.Calendar.Start(sunday)) // by its own creator
	return b
}

// statedWeek is the watched week, closed.
func statedWeek(t *testing.T) *books {
	t.Helper()
	b := watchedWeek(t)
	b.closeDays()
	b.ClosePeriod(week)
	return b
}

// lateWeek is the watched week, closed, whose Sunday posted three late views of
// Thursday: two of creator 1 count, of a video that was first watched on
// Saturday, and one of creator 4.
func lateWeek(t *testing.T) *books {
	t.Helper()
	b := watchedWeek(t)
	b.closeDays()
	b.Exec(`
		INSERT INTO adjustments (
			posted_on, watched_on, creator_id, video_id, views, self_views, repeat_views, played_seconds, ad_views,
			views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount
		)
		VALUES
			('2024-05-12', '2024-05-09', 1, 2, 2, 0, 1, 20, 4, 3, 5, 3, 7, 2, 20),
			('2024-05-12', '2024-05-09', 4, 60, 1, 0, 0, 10, 0, 0, 1, 0, 0, 1, 0)`)
	b.Exec(`
		INSERT INTO daily_settlements (starts_on, creator_id, video_id, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount)
		VALUES ('2024-05-12', 1, 2, 3, 5, 3, 7, 2, 20), ('2024-05-12', 4, 60, 0, 1, 0, 0, 1, 0)`)
	b.Exec(`
		UPDATE runs
		SET late_rows = 4, late_views = 3, video_amount = video_amount + 3, ad_amount = ad_amount + 20
		WHERE kind = 'daily' AND starts_on = '2024-05-12'`)
	b.ClosePeriod(week)
	return b
}

// closeDays closes the days from Thursday on.
func (b *books) closeDays() {
	b.Helper()
	for day := thursday; day <= sunday; day++ {
		b.CloseDay(day)
	}
}

func (b *books) readStatements(creators settlement.Creators) []*templates.Statement {
	b.Helper()
	statements, err := Read(b.Context(), b.DB, week, creators, "help@creatorpay.example")
	require.NoError(b, err)
	return statements
}

func TestStatement_LinesAreTheVideosWithTheirViewsByUnitPrice(t *testing.T) {
	statement := statedWeek(t).readStatements(settlement.Creators{First: 1, Last: 1})[0]

	require.Equal(t, []templates.Line{
		{
			VideoID: 1, Title: "first", Statistics: settlement.Statistics{Views: 6, PlayedSeconds: 60, AdViews: 6},
			// 4.2 and 2.4 won, whole per day.
			Earnings: settlement.Earnings{VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 99_997, ViewsTo: 100_003, AdViewsTo: 6}, Amounts: settlement.Amounts{VideoAmount: 6, AdAmount: 50}},
			// Of Thursday two before the border and two after it, of Friday two by the new prices.
			ViewShares: []settlement.Share{{Price: 10_000, Count: 2}, {Price: 11_000, Count: 2}, {Price: 12_000, Count: 2}},
			AdShares:   []settlement.Share{{Price: 50_000, Count: 2}, {Price: 100_000, Count: 4}},
		},
		{
			VideoID: 2, Title: "second", Statistics: settlement.Statistics{Views: 3, PlayedSeconds: 30, AdViews: 3},
			Earnings:   settlement.Earnings{VideoOrdinals: settlement.VideoOrdinals{ViewsTo: 3, AdViewsTo: 3}, Amounts: settlement.Amounts{VideoAmount: 3, AdAmount: 15}},
			ViewShares: []settlement.Share{{Price: 10_000, Count: 3}},
			AdShares:   []settlement.Share{{Price: 50_000, Count: 3}},
		},
	}, statement.Lines)
}

func TestStatement_LinesTellTheirLateViews(t *testing.T) {
	b := lateWeek(t)
	lines := b.readStatements(settlement.Creators{First: 1, Last: 1})[0].Lines

	require.Empty(t, lines[0].Late)
	require.Equal(t, templates.Line{
		VideoID: 2, Title: "second", Statistics: settlement.Statistics{Views: 3, PlayedSeconds: 30, AdViews: 3},
		Late: []templates.LateViews{{
			WatchedOn: thursday, PaidOn: sunday, Statistics: settlement.Statistics{Views: 2, RepeatViews: 1, PlayedSeconds: 20, AdViews: 4},
			Amounts: settlement.Amounts{VideoAmount: 2, AdAmount: 20},
		}},
		Earnings:   settlement.Earnings{VideoOrdinals: settlement.VideoOrdinals{ViewsTo: 5, AdViewsTo: 7}, Amounts: settlement.Amounts{VideoAmount: 5, AdAmount: 35}},
		ViewShares: []settlement.Share{{Price: 10_000, Count: 5}},
		AdShares:   []settlement.Share{{Price: 50_000, Count: 7}},
	}, lines[1])
}

func TestStatement_OfLateViewsOnlyIsPaidOnTheDayThatPostedThem(t *testing.T) {
	statement := lateWeek(t).readStatements(settlement.Creators{First: 4, Last: 4})[0]

	require.Len(t, statement.Lines, 1)
	require.Len(t, statement.Lines[0].Late, 1)
	require.Equal(t, templates.DayTotal{Day: sunday, Views: 1, Amount: 1}, statement.Days[6])
	require.Zero(t, statement.Days[3].Amount, "not on the day of the views")
}

func TestStatement_DaysAreAllOfTheWeek(t *testing.T) {
	statement := statedWeek(t).readStatements(settlement.Creators{First: 1, Last: 1})[0]
	require.Equal(t, []templates.DayTotal{
		{Day: thursday - 3}, {Day: thursday - 2}, {Day: thursday - 1},
		{Day: thursday, Views: 4, Amount: 44}, {Day: friday, Views: 2, Amount: 12}, {Day: saturday, Views: 3, Amount: 18},
		{Day: sunday},
	}, statement.Days)
}

func TestStatement_NamesEveryPriceRuleOfItsDaysOnce(t *testing.T) {
	statement := statedWeek(t).readStatements(settlement.Creators{First: 1, Last: 1})[0]
	var versions []int64
	for _, rule := range statement.Prices {
		versions = append(versions, rule.Version)
	}
	require.Equal(t, []int64{1, 2}, versions)
}

func TestR9_TheTop5MarksTheCreatorsOwnVideos(t *testing.T) {
	statement := statedWeek(t).readStatements(settlement.Creators{First: 1, Last: 1})[0]
	ranking := []templates.RankedVideo{
		{Rank: 1, VideoID: 40, Title: "of 3", Value: 10},
		{Rank: 2, VideoID: 50, Title: "of 2", Value: 7},
		{Rank: 3, VideoID: 1, Title: "first", Value: 6, Own: true},
		{Rank: 4, VideoID: 2, Title: "second", Value: 3, Own: true},
	}
	require.Equal(t, ranking, statement.Top.ByViews)
	for i := range ranking {
		ranking[i].Value *= 10
	}
	require.Equal(t, ranking, statement.Top.ByPlayedSeconds)
}

func TestStatements_OfSeveralCreatorsAreNotMixedUp(t *testing.T) {
	b := statedWeek(t)
	all := b.readStatements(settlement.AllCreators)
	require.Len(t, all, 3, "creator 4 has none")
	for i, statement := range all {
		creator := int64(i + 1)
		require.Equal(t, creator, statement.CreatorID)
		require.Equal(t, b.readStatements(settlement.Creators{First: creator, Last: creator})[0], statement, "as it is when it is read alone")
	}
	require.EqualValues(t, 50, all[1].Lines[0].VideoID)
	require.EqualValues(t, 40, all[2].Lines[0].VideoID)
}

func TestStatements_AddUp(t *testing.T) {
	b := lateWeek(t)
	renderer, err := templates.NewRenderer()
	require.NoError(t, err)
	for _, statement := range b.readStatements(settlement.AllCreators) {
		_, err := renderer.Payout(t.Context(), statement) // refuses one that does not
		require.NoError(t, err)
		sum, earned := statement.Totals()
		stored, err := b.DB.Statements(t.Context(), week, settlement.Creators{First: statement.CreatorID, Last: statement.CreatorID})
		require.NoError(t, err)
		var onTime settlement.Statistics
		for _, line := range statement.Lines {
			require.NoError(t, onTime.Add(line.Statistics))
		}
		require.Equal(t, stored[0].Statistics, onTime)
		require.Equal(t, stored[0].LateViews, sum.Views-onTime.Views)
		require.Equal(t, stored[0].Amounts, earned)
	}
}

func TestStatement_IsHeadedByWhatIsItsOwn(t *testing.T) {
	b := statedWeek(t)
	run, err := b.DB.ClosedRun(t.Context(), week)
	require.NoError(t, err)

	statement := b.readStatements(settlement.Creators{First: 2, Last: 2})[0]

	require.Equal(t, "2024-W19-2", statement.Number)
	require.Equal(t, 1, statement.Version)
	require.Equal(t, week, statement.Period)
	require.True(t, statement.ClosedAt.Equal(*run.EndedAt))
	require.Equal(t, settlement.DefaultTimeZone, statement.ClosedAt.Location().String())
	require.Equal(t, "Creator 2", statement.Creator)
	require.Equal(t, "en", statement.Locale)
	require.Equal(t, "help@creatorpay.example", statement.Contact)
}

func TestStatement_KeepsTheContactThatItWasDrawnWith(t *testing.T) {
	b := statedWeek(t)
	require.NoError(t, b.DB.StoreDocuments(t.Context(), week, 2, db.Documents{Contact: "old@creatorpay.example", PayoutSHA256: "a", TopSHA256: "b"}))

	statements := b.readStatements(settlement.Creators{First: 2, Last: 3})

	require.Equal(t, "old@creatorpay.example", statements[0].Contact)
	require.Equal(t, "help@creatorpay.example", statements[1].Contact)
}

func TestStatements_AreThoseOfAClosedWeek(t *testing.T) {
	b := watchedWeek(t)
	b.closeDays()
	require.NoError(t, b.DB.BeginPeriod(t.Context(), week, db.Holder{WorkflowID: "weekly", RunID: "running"}))
	var notClosed *settlement.Error
	_, err := Read(t.Context(), b.DB, week, settlement.AllCreators, "")
	require.ErrorIs(t, err, settlement.ErrNotClosed)
	require.ErrorAs(t, err, &notClosed)
	require.Equal(t, week, notClosed.Period)
}
