package db

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
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
	require.EqualValues(t, creator, deliveries[0].CreatorID)
	return deliveries[0]
}

// abandon gives up the mail as the next attempt finds it.
func abandon(t *testing.T, db *DB) {
	t.Helper()
	require.NoError(t, db.AbandonDelivery(t.Context(), week, delivery(t, db)))
}

func TestAMailIsClaimedAndFinished(t *testing.T) {
	db := openWithMails(t, 2)
	now := time.Date(2024, time.May, 13, 1, 2, 3, 0, time.UTC)
	db.now = func() time.Time { return now }
	want := Delivery{
		CreatorID: creator, Version: 1, State: DeliverySending, Claim: "a", Attempts: 1, ChangedAt: now, Email: "kim@example.com",
	}

	require.True(t, claim(t, db, "a"))
	require.Equal(t, want, delivery(t, db))

	finish(t, db, "a", DeliverySent)
	want.State, want.Code, want.Detail = DeliverySent, 250, "an answer"
	require.Equal(t, want, delivery(t, db))
	require.Equal(t, DeliveryPending, deliveryStates(t, db)[2], "others are left alone")
}

func TestR12_OnlyAPendingMailIsClaimed(t *testing.T) {
	for _, state := range []string{DeliverySending, DeliverySent, DeliveryRejected, DeliveryUnknown} {
		db := openWithMails(t, 1)
		exec(t, db, `UPDATE deliveries SET state = ?`, state)
		before := checksums(t, db)
		require.False(t, claim(t, db, "a"), state)
		require.Equal(t, before, checksums(t, db))
	}
}

func TestR12_OfAttemptsAtOnceOneClaimsTheMail(t *testing.T) {
	db := openWithMails(t, 1)
	var group errgroup.Group
	var claimed [8]bool
	names := "abcdefgh"
	for i := range claimed {
		group.Go(func() (err error) {
			claimed[i], err = db.ClaimDelivery(t.Context(), week, creator, names[i:i+1])
			return err
		})
	}
	require.NoError(t, group.Wait())

	var winners []string
	for i, won := range claimed {
		if won {
			winners = append(winners, names[i:i+1])
		}
	}
	require.Equal(t, []string{delivery(t, db).Claim}, winners)
	require.Equal(t, 1, delivery(t, db).Attempts)
}

func TestAMailThatIsWantedLaterIsClaimedAgain(t *testing.T) {
	db := openWithMails(t, 1)
	require.True(t, claim(t, db, "a"))
	finish(t, db, "a", DeliveryPending)

	require.True(t, claim(t, db, "b"))

	require.Equal(t, "b", delivery(t, db).Claim)
	require.Equal(t, 2, delivery(t, db).Attempts)
}

func TestR12_OnlyItsOwnAttemptFinishesAMail(t *testing.T) {
	db := openWithMails(t, 1)
	require.True(t, claim(t, db, "a"))
	before := checksums(t, db)
	finish(t, db, "b", DeliverySent)
	require.Equal(t, before, checksums(t, db))
}

func TestR12_AnOutcomeIsFinal(t *testing.T) {
	for _, state := range []string{DeliverySent, DeliveryRejected} {
		db := openWithMails(t, 1)
		require.True(t, claim(t, db, "a"))
		finish(t, db, "a", state)
		before := checksums(t, db)
		finish(t, db, "a", DeliveryPending)
		require.Equal(t, before, checksums(t, db))
	}
}

func TestAMailWhoseAttemptWasLostIsUnknown(t *testing.T) {
	db := openWithMails(t, 1)
	require.True(t, claim(t, db, "a"))

	abandon(t, db)

	require.Equal(t, DeliveryUnknown, delivery(t, db).State)
	require.Equal(t, "the worker was lost while it sent the mail", delivery(t, db).Detail)
	require.False(t, claim(t, db, "b"), "it is not sent again")
}

func TestAMailIsGivenUpOnlyAsItWasFound(t *testing.T) {
	db := openWithMails(t, 1)
	require.True(t, claim(t, db, "a"))
	found := delivery(t, db)
	finish(t, db, "a", DeliveryPending)
	require.True(t, claim(t, db, "b"))
	before := checksums(t, db)

	require.NoError(t, db.AbandonDelivery(t.Context(), week, found), "another attempt has it by now")

	require.Equal(t, before, checksums(t, db))
}

func TestALostAttemptMayStillSayHowItsMailEnded(t *testing.T) {
	db := openWithMails(t, 1)
	require.True(t, claim(t, db, "a"))
	abandon(t, db)

	finish(t, db, "a", DeliverySent)

	require.Equal(t, DeliverySent, delivery(t, db).State)
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
			before := checksums(t, db)

			changed, err := db.ChangeDelivery(t.Context(), week, creator, DeliveryPending, "on request", DeliveryUnknown, DeliveryRejected)

			require.NoError(t, err)
			require.Equal(t, want, changed)
			if !want {
				require.Equal(t, before, checksums(t, db))
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

	unsent, err := db.Unsent(t.Context(), week, Creators{First: 2, Last: 3})
	require.NoError(t, err)
	require.Len(t, unsent, 1)
	require.EqualValues(t, 2, unsent[0].CreatorID)
}

func TestDeliveryCounts_AreThoseOfTheWeek(t *testing.T) {
	db := openWithMails(t, 4)
	exec(t, db, `UPDATE deliveries SET state = 'sent' WHERE creator_id = 3`)
	exec(t, db, `INSERT INTO deliveries (starts_on, version, creator_id, state, changed_at) VALUES (?, 1, 1, 'sent', NOW())`, monday-7)

	counts, err := db.DeliveryCounts(t.Context(), week)

	require.NoError(t, err)
	require.Equal(t, map[string]int{DeliverySent: 1, DeliveryPending: 3}, counts)
}
