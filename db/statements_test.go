package db

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// deliveryStates are the states of the week's deliveries by creator.
func deliveryStates(t *testing.T, db *DB) map[int64]string {
	t.Helper()
	deliveries, err := db.Deliveries(t.Context(), week,
		DeliveryPending, DeliverySending, DeliverySent, DeliveryRejected, DeliveryUnknown)
	require.NoError(t, err)
	states := make(map[int64]string)
	for _, delivery := range deliveries {
		states[delivery.CreatorID] = delivery.State
	}
	return states
}

func TestAStatementIsWhatTheCreatorsVideosComeTo(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100), line(monday+1, 2, 50), leftOut(monday, 3, 4), of(2, line(monday, 4, 7)))
	stated(t, db, week)

	require.Equal(t, []Statement{
		{CreatorID: creator, Version: 1, Name: "Kim", Locale: "ko", RolledUp: settlement.RolledUp{
			Statistics: settlement.Statistics{Views: 150, RepeatViews: 4, PlayedSeconds: 9000, AdViews: 300},
			Amounts:    settlement.Amounts{VideoAmount: 150, AdAmount: 3000},
		}},
		{CreatorID: 2, Version: 1, Name: "Lee", Locale: "en", RolledUp: settlement.RolledUp{
			Statistics: settlement.Statistics{Views: 7, PlayedSeconds: 420, AdViews: 14},
			Amounts:    settlement.Amounts{VideoAmount: 7, AdAmount: 140},
		}},
	}, statementsOf(t, db, week))
	require.Equal(t, map[int64]string{creator: DeliveryPending, 2: DeliveryPending}, deliveryStates(t, db))
}

func TestR1_ACreatorOfWhomNothingCountedGetsNoStatementAndNoMail(t *testing.T) {
	unlucky := of(2, leftOut(monday, 2, 9))
	unlucky.SelfViews = 8
	db := openWithWeek(t, line(monday, 1, 100), unlucky)

	totals := closedPeriod(t, db, week)

	require.EqualValues(t, 9, totals.RepeatViews, "the week has the views that were left out")
	require.Len(t, statementsOf(t, db, week), 1)
	require.Equal(t, map[int64]string{creator: DeliveryPending}, deliveryStates(t, db))
}

func TestAMonthHasStatementsButNoMails(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	closeEmptyDays(t, db, monday+7, monday.Month().End()-1)

	closedPeriod(t, db, monday.Month())

	require.Len(t, statementsOf(t, db, monday.Month()), 1)
	require.Zero(t, read[int](t, db, `SELECT COUNT(*) FROM deliveries`))
}

func TestR12_WritingStatementsAgainReplacesThem(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100), of(2, line(monday, 2, 50)))
	stated(t, db, week)
	first := statementsOf(t, db, week)
	exec(t, db, `UPDATE statements SET views = 0`)
	exec(t, db, `INSERT INTO deliveries (starts_on, version, creator_id, state, changed_at) VALUES (?, 1, 99, 'pending', NOW())`, monday)

	require.NoError(t, db.WriteStatements(t.Context(), week, me))

	require.Equal(t, first, statementsOf(t, db, week))
	require.Equal(t, map[int64]string{creator: DeliveryPending, 2: DeliveryPending}, deliveryStates(t, db))
	require.Equal(t, 2, read[int](t, db, `SELECT COUNT(*) FROM deliveries`))
}

func TestStatementsOfOtherPeriodsStay(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	closeEmptyDays(t, db, monday+7, monday.Month().End()-1)
	closedPeriod(t, db, week)

	closedPeriod(t, db, monday.Month())

	require.Len(t, statementsOf(t, db, week), 1)
	require.Len(t, deliveryStates(t, db), 1)
}

func TestR11_AStatementKeepsTheNameAndTheLanguageThatTheCreatorHad(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	closedPeriod(t, db, week)
	before := statementsOf(t, db, week)

	require.NoError(t, db.PutCreators(t.Context(), []Creator{{ID: creator, Name: "Park", Email: "park@example.com", Locale: "en"}}))

	require.Equal(t, before, statementsOf(t, db, week))
	unsent, err := db.Unsent(t.Context(), week, settlement.AllCreators)
	require.NoError(t, err)
	require.Equal(t, "park@example.com", unsent[0].Email, "the mail goes to the address of today")
}

func TestStatements_AreThoseOfTheRange(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 1), of(2, line(monday, 2, 1)), of(3, line(monday, 3, 1)), of(4, line(monday, 4, 1)))
	stated(t, db, week)
	creators := settlement.Creators{First: 2, Last: 3}

	statements, err := db.Statements(t.Context(), week, creators)
	require.NoError(t, err)
	require.Len(t, statements, 2)
	videos, err := db.PeriodVideos(t.Context(), week, Lines{Creators: creators})
	require.NoError(t, err)
	require.Len(t, videos, 2)
	days, err := db.DaysOf(t.Context(), week, Lines{Creators: creators})
	require.NoError(t, err)
	require.Len(t, days, 2)
	require.EqualValues(t, 2, days[0].CreatorID)
	require.EqualValues(t, 3, days[1].CreatorID)
}

func TestStoreDocuments_KeepsWhatWasDrawnFirst(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100), of(2, line(monday, 2, 50)))
	closedPeriod(t, db, week)
	first := Documents{Contact: "help@example.com", PayoutSHA256: "aa", TopSHA256: "bb"}
	stored := func() Documents { return statementsOf(t, db, week)[0].Documents }
	require.Zero(t, stored())

	require.NoError(t, db.StoreDocuments(t.Context(), week, creator, first))
	require.Equal(t, first, stored())
	require.NoError(t, db.StoreDocuments(t.Context(), week, creator, first), "the same again")

	for rule, drawn := range map[string]Documents{
		"another payout":  {Contact: "help@example.com", PayoutSHA256: "xx", TopSHA256: "bb"},
		"another Top 5":   {Contact: "help@example.com", PayoutSHA256: "aa", TopSHA256: "xx"},
		"another contact": {Contact: "other@example.com", PayoutSHA256: "aa", TopSHA256: "bb"},
	} {
		var changed *settlement.Error
		require.ErrorAs(t, db.StoreDocuments(t.Context(), week, creator, drawn), &changed, rule)
		require.Equal(t, week, changed.Period)
		require.ErrorContains(t, changed, fmt.Sprintf("creator %d", creator))
		require.Equal(t, first, stored())
	}
	require.Zero(t, statementsOf(t, db, week)[1].Documents, "those of others are their own")
}
