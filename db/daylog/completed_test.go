package daylog_test

import (
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// openClosed has three days of payments closed: what is on time on each, and what
// came late for monday and was posted by the day after.
func openClosed(t *testing.T, late []daylog.Payment, onTime ...daylog.Payment) (logs, []daylog.OnTime) {
	t.Helper()
	logs := open(t)
	for day := monday; day <= monday+2; day++ {
		logs.add(t, payment(day, 99, int64(day), 0)) // makes room
	}
	logs.add(t, onTime...)
	epoch, err := logs.payments.RaiseEpoch(t.Context())
	require.NoError(t, err)
	logs.add(t, late...)
	days := []daylog.OnTime{{Day: monday, LateFrom: epoch}, {Day: monday + 1, LateFrom: epoch}, {Day: monday + 2, LateFrom: epoch}}
	require.NoError(t, logs.pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
		return logs.payments.Post(t.Context(), tx, monday+1, days[:1], allVideos, seoul)
	}))
	return logs, days
}

// wanted are the ids in each of the days.
func wanted(days []daylog.OnTime, ids ...int64) (all []daylog.Wanted) {
	for _, day := range days {
		all = append(all, day.Wants(ids))
	}
	return all
}

// found names the completed rows: the video, which tells a test's rows apart.
func (l logs) found(t *testing.T, days []daylog.OnTime, until settlement.Day, ids ...int64) (videos []int64) {
	t.Helper()
	completed, err := l.payments.Completed(t.Context(), wanted(days, ids...), until, ids)
	require.NoError(t, err)
	for _, row := range completed {
		videos = append(videos, row.VideoID)
	}
	return videos
}

// drop drops the first of the days.
func (l logs) drop(t *testing.T, day daylog.OnTime) {
	t.Helper()
	arrived, err := l.payments.Arrived(t.Context(), day)
	require.NoError(t, err)
	seen := []daylog.Seen{{Day: day.Day, Epoch: day.LateFrom, Rows: arrived.Rows}}
	require.NoError(t, l.payments.Drop(t.Context(), daylog.Droppable{Day: day.Day, Seen: seen}))
}

func TestCompleted_FindsThePaymentWithItsFigures(t *testing.T) {
	paid, back := payment(monday, 1, 5, time.Hour), refund(payment(monday, 1, 5, 2*time.Hour), 6)
	logs, days := openClosed(t, nil, paid, back)

	completed, err := logs.payments.Completed(t.Context(), wanted(days, 6, 5), monday+2, []int64{6, 5})

	require.NoError(t, err)
	require.Len(t, completed, 2)
	require.Equal(t, daylog.CompletedPayment{
		PaymentID: 5, VideoID: 1, PaidOn: monday, PaidAt: time.UnixMilli(paid.PaidAt).UTC(), Amount: 900, Method: "card", JudgedOn: monday,
	}, completed[0])
	require.EqualValues(t, 6, completed[1].PaymentID)
	require.EqualValues(t, 5, completed[1].RefundOf.V)
}

func TestCompleted_ComeInTheOrderInWhichTheyWereJudged(t *testing.T) {
	logs, days := openClosed(t,
		[]daylog.Payment{payment(monday, 4, 5, 0)},
		payment(monday, 2, 5, time.Hour), payment(monday, 1, 5, time.Hour), payment(monday, 3, 5, 2*time.Hour),
		payment(monday+1, 6, 5, time.Hour), payment(monday+2, 7, 5, 0),
	)

	require.Equal(t, []int64{1, 2, 3, 6, 4, 7}, logs.found(t, days, monday+2, 5), "the late one comes after the own ones of the day that posts it")
}

func TestCompleted_LeavesOutWhatIsNotKnownThen(t *testing.T) {
	pending := payment(monday, 2, 5, 0)
	pending.Status = settlement.PaymentPending
	logs, days := openClosed(t,
		[]daylog.Payment{payment(monday, 3, 5, 0)},
		payment(monday, 1, 5, 0), pending, payment(monday, 1, 6, 0), payment(monday+1, 4, 5, 0),
	)
	logs.add(t, payment(monday, 8, 5, time.Hour)) // late, not posted

	require.Equal(t, []int64{1}, logs.found(t, days[:1], monday, 5), "other days, and late rows that are posted later")
	require.Equal(t, []int64{1, 3}, logs.found(t, days[:1], monday+1, 5))
	require.Equal(t, []int64{3}, logs.found(t, nil, monday+1, 5))
	require.Empty(t, logs.found(t, days, monday+2, 7))
	require.Empty(t, logs.found(t, days, monday+2))
}

func TestCompleted_AnyNumberOfIDs(t *testing.T) {
	var rows []daylog.Payment
	var ids []int64
	for id := int64(1); id <= 1001; id++ {
		rows = append(rows, payment(monday, 1, id, 0))
		ids = append(ids, id)
	}
	logs, days := openClosed(t, nil, rows...)

	require.Len(t, logs.found(t, days, monday+2, ids...), len(ids))
}

func TestDropPayments_KeepsWhatMustBeKnown(t *testing.T) {
	pending := payment(monday, 1, 8, 0)
	pending.Status = settlement.PaymentPending
	logs, days := openClosed(t,
		[]daylog.Payment{payment(monday, 4, 5, 0), payment(monday, 4, 7, 0)},
		payment(monday, 2, 5, time.Hour), payment(monday, 1, 5, time.Hour), payment(monday, 3, 5, 0), pending,
		refund(payment(monday, 3, 5, 2*time.Hour), 6),
		payment(monday+1, 9, 5, 0),
	)
	before := logs.found(t, days, monday+2, 5, 7)
	require.Equal(t, []int64{3, 1, 2, 9, 4, 4}, before)

	logs.drop(t, days[0])

	require.Equal(t, []int64{3, 9, 4, 4}, logs.found(t, days, monday+2, 5, 7), "the first one; late ones stand in their own table")
	require.Empty(t, logs.found(t, days, monday+2, 6, 8), "refunds and what was not completed")
	completed, err := logs.payments.Completed(t.Context(), wanted(days, 5), monday+2, []int64{5})
	require.NoError(t, err)
	require.Equal(t, daylog.CompletedPayment{
		PaymentID: 5, VideoID: 3, PaidOn: monday, PaidAt: seoul.Start(monday).UTC(), Amount: 900, Method: "card", JudgedOn: monday,
	}, completed[0])

	logs.drop(t, days[1])
	require.Equal(t, []int64{3, 4, 4}, logs.found(t, days, monday+2, 5, 7), "a repeat does not take the place of the one of an earlier day")
}

func TestDropPayments_ADropThatBrokeOffMayBeRepeated(t *testing.T) {
	logs, days := openClosed(t, nil, payment(monday, 1, 5, 0))
	seen := []daylog.Seen{{Day: monday, Epoch: days[0].LateFrom, Rows: 1}} // there are none
	require.ErrorIs(t, logs.payments.Drop(t.Context(), daylog.Droppable{Day: monday, Seen: seen}), settlement.ErrNeeded)
	require.Equal(t, []int64{1}, logs.found(t, days, monday+2, 5), "it is named once")

	logs.drop(t, days[0])

	require.Equal(t, []int64{1}, logs.found(t, days, monday+2, 5))
}

func TestCompleted_ReadsNoOtherRow(t *testing.T) {
	const rows = 300
	var late, onTime []daylog.Payment
	for id := int64(1); id <= rows; id++ {
		late = append(late, payment(monday, 1, id, 0))
		onTime = append(onTime, payment(monday, 1, rows+id, 0), payment(monday+1, 1, 2*rows+id, 0))
	}
	logs, days := openClosed(t, late, onTime...)
	logs.pool.SetMaxOpenConns(1) // whose reads are counted
	before := devtest.RowsRead(t, logs.pool)

	require.Len(t, logs.found(t, days, monday+2, 1, rows+1, 2*rows+1), 3)

	require.Less(t, devtest.RowsRead(t, logs.pool)-before, int64(rows/4))
}
