package copies

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/settlement"
)

func TestReplicasAnswerInTurn(t *testing.T) {
	primary, one, two := &fake{closed: 1}, &fake{closed: 1}, &fake{closed: 1}
	copies := newFakes(primary, one, two)
	for range 4 {
		_, err := copies.answeredBy(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, []int64{0, 2, 2}, []int64{primary.calls.Load(), one.calls.Load(), two.calls.Load()})
}

func TestACopyThatHasNotClosedThePeriodIsPassedOver(t *testing.T) {
	primary := &fake{closed: 1}
	by, err := newFakes(primary, &fake{}, &fake{err: errDown}).answeredBy(t.Context())
	require.NoError(t, err)
	require.Same(t, primary, by)
}

func TestOnlyThePrimarySaysThatAPeriodIsNotClosed(t *testing.T) {
	_, err := newFakes(&fake{}, &fake{}).answeredBy(t.Context())
	require.ErrorIs(t, err, settlement.ErrNotClosed)

	_, err = newFakes(&fake{err: errDown}, &fake{}).answeredBy(t.Context())
	requireUnavailable(t, err, time.Second)
	require.EqualError(t, err, "no copy of the books can answer: replica-1: 2024-W19 is not closed: it was never run\nprimary: connection refused")
}

func TestOnlyThePrimarySaysWhatIsNotThere(t *testing.T) {
	missing := settlement.Errorf(settlement.ErrNothing, week, "nothing")
	ask := func(primary *fake) error {
		return newFakes(primary, &fake{closed: 1}).Closed(t.Context(), week, func(context.Context, *db.DB, db.SealedRun) error { return missing })
	}
	require.Same(t, missing, ask(&fake{closed: 1}))
	requireUnavailable(t, ask(&fake{err: errDown}), time.Second)
}

func TestWithoutReplicasThePrimaryAnswers(t *testing.T) {
	primary := &fake{closed: 1}
	by, err := newFakes(primary).answeredBy(t.Context())
	require.NoError(t, err)
	require.Same(t, primary, by)
}

func TestAListIsReadFromACopyThatKnowsAsMuchAsThePrimary(t *testing.T) {
	primary, behind, level := &fake{closed: 3}, &fake{closed: 2}, &fake{closed: 3}
	copies := newFakes(primary, behind, level)
	for range 2 { // whichever is asked first
		by, through, err := copies.list(t.Context())
		require.NoError(t, err)
		require.Same(t, level, by)
		require.Equal(t, Through{Extent: db.Extent{Closed: 3}, Current: true}, through)
	}
	by, _, err := newFakes(primary, behind).list(t.Context())
	require.NoError(t, err)
	require.Same(t, primary, by)
}

func TestWithoutThePrimaryAListIsReadFromTheReplicaThatKnowsMost(t *testing.T) {
	behind, further := &fake{closed: 2}, &fake{closed: 3}
	by, through, err := newFakes(&fake{err: errDown}, behind, &fake{err: errDown}, further).list(t.Context())
	require.NoError(t, err)
	require.Same(t, further, by)
	require.Equal(t, Through{Extent: db.Extent{Closed: 3}}, through)
}

func TestWithoutAnyCopyThereIsNoList(t *testing.T) {
	_, _, err := newFakes(&fake{err: errDown}, &fake{err: errDown}).list(t.Context())
	requireUnavailable(t, err, time.Second)
}

func TestMalformedDSNsAreErrorsAtOnceAndNamed(t *testing.T) {
	_, err := Open("s3cret", []string{"root@tcp(127.0.0.1:1)/db", "root@tcp(127.0.0.1:1)/"}, defaults, nil)
	require.EqualError(t, err, "MYSQL_DSN cannot be read: write it as user:password@tcp(host:3306)/database\n"+
		"MYSQL_REPLICA_DSNS: number 2 names no database: write it as user:password@tcp(host:3306)/database")
	copies, err := Open("root@tcp(127.0.0.1:1)/db", []string{"root@tcp(127.0.0.1:2)/db"}, defaults, nil)
	require.NoError(t, err, "the servers may be down")
	require.NoError(t, copies.Close())
}

func TestThePrimaryHasAConnectionForEachOfItsCalls(t *testing.T) {
	config := defaults
	config.PrimaryCalls = config.Connections + 1
	require.EqualError(t, config.Validate(), "--primary-calls is 17: choose at most --connections, which is 16")
}

func TestSettingsThatMakeNoSenseAreErrorsAllAtOnce(t *testing.T) {
	require.NoError(t, defaults.Validate())
	_, err := Open("root@tcp(127.0.0.1:1)/db", nil, Config{CallLimit: time.Microsecond}, nil)
	require.EqualError(t, err, `--connections is 0: choose 1 to 10000
--breaker-calls is 0: choose 1 to 10000
--breaker-failures is 0: choose 1 to 100
--breaker-trials is 0: choose 1 to 10000
--primary-calls is 0: choose 1 to 10000
--call-limit is 1µs: choose at least 1ms
--breaker-delay is 0s: choose more than --call-limit, which is 1µs`)
}
