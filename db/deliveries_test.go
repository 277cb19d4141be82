package db

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// openWithMails has a closed week with a pending mail to each of the creators 1
// to n.
func openWithMails(t *testing.T, n int64) *DB {
	t.Helper()
	var lines []StatisticsLine
	for id := int64(1); id <= n; id++ {
		lines = append(lines, of(id, line(monday, id, 1)))
	}
	db := openWithWeek(t, lines...)
	closedPeriod(t, db, week)
	return db
}

func claim(t *testing.T, db *DB, claim string) bool {
	t.Helper()
	claimed, err := db.ClaimDelivery(t.Context(), week, creator, claim)
	require.NoError(t, err)
	return claimed
}

func finish(t *testing.T, db *DB, claim, state string) {
	t.Helper()
	require.NoError(t, db.FinishDelivery(t.Context(), week, creator, claim, state, 250, "an answer"))
}

// delivery is the creator's own.
func delivery(t *testing.T, db *DB) Delivery {
	t.Helper()
	deliveries, err := db.Deliveries(t.Context(), week,
		DeliveryPending, DeliverySending, DeliverySent, DeliveryRejected, DeliveryUnknown)
	require.NoError(t, err)
	at := slices.IndexFunc(deliveries, func(one Delivery) bool { return one.CreatorID == creator })
	require.GreaterOrEqual(t, at, 0)
	return deliveries[at]
}

// abandon gives up the mail as the next attempt finds it.
func abandon(t *testing.T, db *DB) {
	t.Helper()
	require.NoError(t, db.AbandonDelivery(t.Context(), week, delivery(t, db)))
}

func TestALongAnswerIsCut(t *testing.T) {
	db := openWithMails(t, 1)
	long := strings.Repeat("가", 501)
	require.True(t, claim(t, db, "a"))
	require.NoError(t, db.FinishDelivery(t.Context(), week, creator, "a", DeliveryPending, 450, long))
	require.Equal(t, strings.Repeat("가", 500), delivery(t, db).Detail)

	changed, err := db.ChangeDelivery(t.Context(), week, creator, DeliveryRejected, long, DeliveryPending)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, strings.Repeat("가", 500), delivery(t, db).Detail)
}

func TestAPersonMovesAMailOnlyFromTheStatesThatAreNamed(t *testing.T) {
	for state, want := range map[string]bool{
		DeliveryPending: false, DeliverySending: false, DeliverySent: false, DeliveryRejected: true, DeliveryUnknown: true,
	} {
		t.Run(state, func(t *testing.T) {
			db := openWithMails(t, 2)
			exec(t, db, `UPDATE deliveries SET state = ?`, state)
			before := results(t, db)

			changed, err := db.ChangeDelivery(t.Context(), week, creator, DeliveryPending, "on request", DeliveryUnknown, DeliveryRejected)

			require.NoError(t, err)
			require.Equal(t, want, changed)
			if !want {
				require.Equal(t, before, results(t, db))
				return
			}
			require.Equal(t, map[int64]string{creator: DeliveryPending, 2: state}, deliveryStates(t, db))
			require.Equal(t, "on request", delivery(t, db).Detail)
		})
	}
}

func TestUnsentCreators_ComeInPages(t *testing.T) {
	db := openWithMails(t, 6)
	exec(t, db, `UPDATE deliveries SET state = 'sent' WHERE creator_id = 2`)
	exec(t, db, `UPDATE deliveries SET state = 'sending' WHERE creator_id = 3`)
	exec(t, db, `UPDATE deliveries SET state = 'unknown' WHERE creator_id = 4`)
	exec(t, db, `UPDATE deliveries SET state = 'rejected' WHERE creator_id = 6`)
	for after, want := range map[int64][]int64{0: {1, 3}, 3: {5}, 5: nil} {
		creators, err := db.UnsentCreators(t.Context(), week, after, 2)
		require.NoError(t, err)
		require.Equal(t, want, creators, "after %d", after)
	}
}

func TestUnsent_AreThoseOfTheRange(t *testing.T) {
	db := openWithMails(t, 4)
	exec(t, db, `UPDATE deliveries SET state = 'sent' WHERE creator_id IN (1, 3)`)

	unsent, err := db.Unsent(t.Context(), week, settlement.Creators{First: 2, Last: 3})
	require.NoError(t, err)
	require.Len(t, unsent, 1)
	require.EqualValues(t, 2, unsent[0].CreatorID)
}

func TestAMailWhoseCreatorIsNotInTheCatalogueIsStillNamed(t *testing.T) {
	db := openWithMails(t, 2)
	exec(t, db, `DELETE FROM videos WHERE creator_id = 2`)
	exec(t, db, `DELETE FROM creators WHERE creator_id = 2`)

	unsent, err := db.Unsent(t.Context(), week, settlement.AllCreators)
	require.NoError(t, err)
	all, err := db.Deliveries(t.Context(), week, DeliveryPending)
	require.NoError(t, err)

	for _, deliveries := range [][]Delivery{unsent, all} {
		require.Len(t, deliveries, 2)
		require.True(t, deliveries[0].Known)
		require.EqualValues(t, 2, deliveries[1].CreatorID)
		require.False(t, deliveries[1].Known)
		require.Empty(t, deliveries[1].Email)
	}
}

func TestDeferredMails_AreThoseThatWereTriedAndAreNotSent(t *testing.T) {
	db := openWithMails(t, 6)
	exec(t, db, `UPDATE deliveries SET attempts = 1, code = 452 WHERE creator_id IN (2, 4)`)
	exec(t, db, `UPDATE deliveries SET attempts = 2, code = 0 WHERE creator_id = 3`)
	exec(t, db, `UPDATE deliveries SET attempts = 1, code = 452, state = 'unknown' WHERE creator_id = 5`)

	deferred, err := db.DeferredMails(t.Context(), week)

	require.NoError(t, err)
	require.Equal(t, []Deferred{{Code: 0, Count: 1}, {Code: 452, Count: 2}}, deferred)
}

func TestDeliveriesToReport_AreThoseThatAreNotSentAndWereTried(t *testing.T) {
	db := openWithMails(t, 6)
	exec(t, db, `UPDATE deliveries SET attempts = 1 WHERE creator_id > 1`)
	exec(t, db, `UPDATE deliveries SET state = 'sent' WHERE creator_id = 3`)
	exec(t, db, `UPDATE deliveries SET state = 'sending' WHERE creator_id = 4`)
	exec(t, db, `UPDATE deliveries SET state = 'rejected', attempts = 0 WHERE creator_id = 5`)
	exec(t, db, `UPDATE deliveries SET state = 'unknown' WHERE creator_id = 6`)

	reported, err := db.DeliveriesToReport(t.Context(), week, 10)

	require.NoError(t, err)
	var creators []int64
	for _, mail := range reported {
		creators = append(creators, mail.CreatorID)
	}
	require.Equal(t, []int64{4, 5, 6, 2}, creators, "what waits for the mail server comes last")

	first, err := db.DeliveriesToReport(t.Context(), week, 2)
	require.NoError(t, err)
	require.Equal(t, reported[:2], first)
}

func TestDeliveryCounts_AreThoseOfTheWeek(t *testing.T) {
	db := openWithMails(t, 4)
	exec(t, db, `UPDATE deliveries SET state = 'sent' WHERE creator_id = 3`)
	exec(t, db, `INSERT INTO deliveries (starts_on, version, creator_id, state, changed_at) VALUES (?, 1, 1, 'sent', NOW())`, monday-7)

	counts, err := db.DeliveryCounts(t.Context(), week)

	require.NoError(t, err)
	require.Equal(t, map[string]int{DeliverySent: 1, DeliveryPending: 3}, counts)
}
