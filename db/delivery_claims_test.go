package db

import (
	"fmt"
	"testing"
	"time"

	"creatorpay/settlement"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func TestAMailIsClaimedAndFinished(t *testing.T) {
	db := openWithMails(t, 2)
	now := time.Date(2100, time.May, 13, 1, 2, 3, 0, time.UTC)
	db.now = func() time.Time { return now }
	want := Delivery{
		CreatorID: creator, Version: 1, State: DeliverySending, Claim: "a", Attempts: 1, ChangedAt: now, Known: true, Email: "kim@example.com",
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
		before := results(t, db)
		require.False(t, claim(t, db, "a"), state)
		require.Equal(t, before, results(t, db))
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
	before := results(t, db)
	requireLostClaim(t, db, "b", DeliverySent)
	require.Equal(t, before, results(t, db))
}

func TestR12_AnOutcomeIsFinal(t *testing.T) {
	for _, state := range []string{DeliverySent, DeliveryRejected} {
		db := openWithMails(t, 1)
		require.True(t, claim(t, db, "a"))
		finish(t, db, "a", state)
		before := results(t, db)
		requireLostClaim(t, db, "a", DeliveryPending)
		require.Equal(t, before, results(t, db))
	}
}

func TestR12_AMailWhoseClaimTheDatabaseLostIsNotSentAgain(t *testing.T) {
	db := openWithMails(t, 1)
	require.True(t, claim(t, db, "a"))
	exec(t, db, `UPDATE deliveries SET state = 'pending', claim = '', attempts = 0`) // a failover to a replica that had not got it

	requireLostClaim(t, db, "a", DeliverySent)

	require.Equal(t, DeliveryUnknown, delivery(t, db).State)
	require.Equal(t, 1, delivery(t, db).Attempts)
	require.Equal(t, "the database lost the claim of the attempt that sent it; the attempt ended as sent: an answer", delivery(t, db).Detail)
	require.False(t, claim(t, db, "b"), "it is not sent again")
}

func TestAMailThatWasPutOffAndThenFinishedOnceMoreStaysPending(t *testing.T) {
	db := openWithMails(t, 1)
	require.True(t, claim(t, db, "a"))
	finish(t, db, "a", DeliveryPending)
	before := results(t, db)
	requireLostClaim(t, db, "a", DeliveryPending)
	require.Equal(t, before, results(t, db))
}

// requireLostClaim means that the attempt is told that its claim is gone.
func requireLostClaim(t *testing.T, db *DB, claim, state string) {
	t.Helper()
	var lost *settlement.Error
	require.ErrorAs(t, db.FinishDelivery(t.Context(), week, creator, claim, state, 250, "an answer"), &lost)
	require.Equal(t, settlement.ErrLostClaim, lost.Kind)
	require.Equal(t, week, lost.Period)
	require.ErrorContains(t, lost, fmt.Sprintf("creator %d", creator))
	require.ErrorContains(t, lost, "ended as "+state)
}

// Clocks of two machines differ: what comes later must not look earlier.
func TestADeliveryNeverChangesBeforeItsWeekClosedNorBeforeItsLastChange(t *testing.T) {
	db := openWithMails(t, 1)
	run, err := db.ClosedRun(t.Context(), week)
	require.NoError(t, err)
	db.now = func() time.Time { return run.EndedAt.Add(-5 * time.Second) }
	require.True(t, claim(t, db, "a"))
	require.Equal(t, *run.EndedAt, delivery(t, db).ChangedAt)

	ahead := run.EndedAt.Add(time.Minute)
	db.now = func() time.Time { return ahead }
	finish(t, db, "a", DeliveryUnknown)
	db.now = func() time.Time { return ahead.Add(-5 * time.Second) }
	changed, err := db.ChangeDelivery(t.Context(), week, creator, DeliverySent, "confirmed", DeliveryUnknown)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, ahead, delivery(t, db).ChangedAt)
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
	before := results(t, db)

	require.NoError(t, db.AbandonDelivery(t.Context(), week, found), "another attempt has it by now")

	require.Equal(t, before, results(t, db))
}

func TestALostAttemptMayStillSayHowItsMailEnded(t *testing.T) {
	db := openWithMails(t, 1)
	require.True(t, claim(t, db, "a"))
	abandon(t, db)

	finish(t, db, "a", DeliverySent)

	require.Equal(t, DeliverySent, delivery(t, db).State)
}
