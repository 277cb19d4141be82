package copies

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/settlement"
)

func TestReplicasAnswerInTurn(t *testing.T) {
	primary, one, two := &fake{closed: 1}, &fake{closed: 1}, &fake{closed: 1}
	copies := newFakes(t, defaults, primary, one, two)
	for range 4 {
		_, err := copies.answeredBy(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, []int{0, 2, 2}, []int{primary.calls, one.calls, two.calls})
}

func TestACopyThatHasNotClosedThePeriodIsPassedOver(t *testing.T) {
	primary := &fake{closed: 1}
	by, err := newFakes(t, defaults, primary, &fake{}, &fake{err: errDown}).answeredBy(t.Context())
	require.NoError(t, err)
	require.Same(t, primary, by)
}

func TestOnlyThePrimarySaysThatAPeriodIsNotClosed(t *testing.T) {
	_, err := newFakes(t, defaults, &fake{}, &fake{}).answeredBy(t.Context())
	require.ErrorIs(t, err, settlement.ErrNotClosed)

	_, err = newFakes(t, defaults, &fake{err: errDown}, &fake{}).answeredBy(t.Context())
	var unavailable *Unavailable
	require.ErrorAs(t, err, &unavailable)
	require.Empty(t, settlement.KindOf(err), "a replica's no")
	require.EqualError(t, err, "no copy of the books can answer: replica-1: 2024-W19 is not closed: it was never run\nprimary: connection refused")
}

func TestOnlyThePrimarySaysWhatIsNotThere(t *testing.T) {
	primary, replica := &fake{closed: 1}, &fake{closed: 1}
	copies := newFakes(t, defaults, primary, replica)
	missing := settlement.Errorf(settlement.ErrNothing, week, "nothing")
	err := copies.Closed(t.Context(), week, func(context.Context, *db.DB, db.SealedRun) error { return missing })
	require.Same(t, missing, err)
	require.Equal(t, 1, primary.calls)
}

func TestWithoutReplicasThePrimaryAnswers(t *testing.T) {
	primary := &fake{closed: 1}
	by, err := newFakes(t, defaults, primary).answeredBy(t.Context())
	require.NoError(t, err)
	require.Same(t, primary, by)
}

func list(t *testing.T, copies *fakes) (by *fake, through Through, err error) {
	t.Helper()
	through, err = copies.List(t.Context(), settlement.Weekly, func(_ context.Context, books *db.DB) error {
		by = copies.of[books]
		return nil
	})
	return by, through, err
}

func TestAListIsReadFromACopyThatKnowsAsMuchAsThePrimary(t *testing.T) {
	primary, behind, level := &fake{closed: 3}, &fake{closed: 2}, &fake{closed: 3}
	for range 2 { // whichever is asked first
		by, through, err := list(t, newFakes(t, defaults, primary, behind, level))
		require.NoError(t, err)
		require.Same(t, level, by)
		require.Equal(t, Through{Extent: db.Extent{Closed: 3}, Current: true}, through)
	}
	by, _, err := list(t, newFakes(t, defaults, primary, behind))
	require.NoError(t, err)
	require.Same(t, primary, by)
}

func TestWithoutThePrimaryAListIsReadFromTheReplicaThatKnowsMost(t *testing.T) {
	behind, further := &fake{closed: 2}, &fake{closed: 3}
	by, through, err := list(t, newFakes(t, defaults, &fake{err: errDown}, behind, &fake{err: errDown}, further))
	require.NoError(t, err)
	require.Same(t, further, by)
	require.Equal(t, Through{Extent: db.Extent{Closed: 3}}, through)
}

func TestWithoutAnyCopyThereIsNoList(t *testing.T) {
	_, _, err := list(t, newFakes(t, defaults, &fake{err: errDown}, &fake{err: errDown}))
	var unavailable *Unavailable
	require.ErrorAs(t, err, &unavailable)
}

func TestMalformedDSNsAreErrorsAtOnceAndNamed(t *testing.T) {
	_, err := Open("s3cret", []string{"root@tcp(127.0.0.1:1)/db", "root@tcp(127.0.0.1:1)/"}, defaults, nil)
	require.EqualError(t, err, "MYSQL_DSN cannot be read: write it as user:password@tcp(host:3306)/database\n"+
		"MYSQL_REPLICA_DSNS: number 2 names no database: write it as user:password@tcp(host:3306)/database")
	copies, err := Open("root@tcp(127.0.0.1:1)/db", []string{"root@tcp(127.0.0.1:2)/db"}, defaults, nil)
	require.NoError(t, err)
	require.NoError(t, copies.Close())
}
