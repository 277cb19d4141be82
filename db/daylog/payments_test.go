package daylog_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// scanned are the day's payments of the range as the log gives them.
func (l logs) scanned(t *testing.T, day daylog.OnTime, videos settlement.Range) []settlement.Payment {
	t.Helper()
	found := []settlement.Payment{}
	require.NoError(t, l.payments.Scan(t.Context(), day, videos, func() func(settlement.Payment) error {
		return func(payment settlement.Payment) error {
			found = append(found, payment)
			return nil
		}
	}))
	return found
}

// refund gives back a payment.
func refund(row daylog.Payment, id int64) daylog.Payment {
	row.PaymentID, row.RefundOf = id, row.PaymentID
	return row
}

func TestInsertPayments_KeepsEveryFigure(t *testing.T) {
	logs := open(t)
	big := daylog.Payment{Day: monday, Payment: settlement.Payment{
		VideoID: math.MaxInt64, PaymentID: math.MaxInt64, PaidAt: seoul.End(monday).UnixMilli() - 1, Status: settlement.PaymentCancelled,
		PayerID: math.MaxInt64, Amount: math.MaxInt64, Method: "0123456789abc_-z", RefundOf: math.MaxInt64,
	}}
	small := payment(monday, 1, 1, time.Millisecond)

	added, conflicts := logs.add(t, big, small)

	require.EqualValues(t, 2, added)
	require.Empty(t, conflicts)
	require.Equal(t, []settlement.Payment{small.Payment, big.Payment}, logs.scanned(t, daylog.OnTime{Day: monday}, allVideos))
}

func TestInsertPayments_AgainChangesNothing(t *testing.T) {
	logs := open(t)
	rows := []daylog.Payment{payment(monday, 1, 1, 0), refund(payment(monday, 1, 1, time.Hour), 2)}
	logs.add(t, rows...)

	added, conflicts := logs.add(t, append(rows, payment(monday, 1, 3, 0))...)

	require.EqualValues(t, 1, added)
	require.Empty(t, conflicts)
}

func TestInsertPayments_AnotherStatusIsAnotherRow(t *testing.T) {
	logs := open(t)
	pending := payment(monday, 1, 1, 0)
	pending.Status = settlement.PaymentPending

	added, conflicts := logs.add(t, payment(monday, 1, 1, 0), pending)

	require.EqualValues(t, 2, added)
	require.Empty(t, conflicts)
}

func TestInsertPayments_OtherFiguresAreAConflict(t *testing.T) {
	for name, change := range map[string]func(*daylog.Payment){
		"payer":        func(p *daylog.Payment) { p.PayerID++ },
		"amount":       func(p *daylog.Payment) { p.Amount++ },
		"method":       func(p *daylog.Payment) { p.Method = "mobile" },
		"a refund":     func(p *daylog.Payment) { p.RefundOf = 7 },
		"no refund":    func(p *daylog.Payment) { p.RefundOf = 0 },
		"other refund": func(p *daylog.Payment) { p.RefundOf++ },
	} {
		t.Run(name, func(t *testing.T) {
			logs := open(t)
			stored := payment(monday, 1, 1, 0)
			if name == "no refund" || name == "other refund" {
				stored.RefundOf = 7
			}
			logs.add(t, stored)
			other := stored
			change(&other)

			added, conflicts := logs.add(t, payment(monday, 1, 2, 0), other)

			require.EqualValues(t, 1, added)
			require.Equal(t, []int{1}, conflicts)
			require.Equal(t, stored.Payment, logs.scanned(t, daylog.OnTime{Day: monday}, allVideos)[0], "what was there stays")
		})
	}
}

func TestInsertPayments_OfTwoFiguresInABatchTheFirstHolds(t *testing.T) {
	first, second := payment(monday, 1, 1, 0), payment(monday, 1, 1, 0)
	second.Amount++

	added, conflicts := open(t).add(t, first, first, second)

	require.EqualValues(t, 1, added)
	require.Equal(t, []int{2}, conflicts)
}

func TestInsertPayments_NothingThatWouldNeedEscapingIsStored(t *testing.T) {
	logs := open(t)
	logs.add(t, payment(monday, 1, 1, 0))
	for _, word := range []string{"it's", `back\slash`, "Card", "카드", "a b", "a\x00b", "x') --"} {
		for _, change := range []func(*daylog.Payment){
			func(p *daylog.Payment) { p.Method = word },
			func(p *daylog.Payment) { p.Status = settlement.PaymentStatus(word) },
		} {
			row := payment(monday, 1, 2, 0)
			change(&row)
			err := logs.pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
				_, _, err := logs.payments.Insert(t.Context(), tx, []daylog.Payment{row}, []int{0})
				return err
			})
			require.ErrorContains(t, err, "of payment 2: ")
			require.ErrorContains(t, err, "only a-z, 0-9, _ and - can")
		}
	}
	require.Len(t, logs.scanned(t, daylog.OnTime{Day: monday}, allVideos), 1)
}

func TestScanPayments_ComesByVideoPaymentTimeAndStatus(t *testing.T) {
	logs := open(t)
	var rows []daylog.Payment
	for video := int64(1); video <= 3; video++ {
		for id := int64(1); id <= 4; id++ {
			for _, status := range []settlement.PaymentStatus{settlement.PaymentPending, settlement.PaymentCompleted, settlement.PaymentCancelled} {
				for _, after := range []time.Duration{time.Second, 0} {
					row := payment(monday, video, id, after)
					row.Status = status
					rows = append(rows, row)
				}
			}
		}
	}
	slices.Reverse(rows)
	logs.add(t, append(rows, payment(monday+1, 2, 1, 0))...)
	want := []settlement.Payment{}
	for _, row := range rows {
		if row.VideoID >= 2 {
			want = append(want, row.Payment)
		}
	}
	slices.SortFunc(want, func(a, b settlement.Payment) int {
		if a.Follows(&b) {
			return 1
		}
		return -1
	})

	require.Equal(t, want, logs.scanned(t, daylog.OnTime{Day: monday}, settlement.Range{From: new(int64(2))}))
}

func TestScanPayments_OfAClosedDayLeavesOutWhatCameLate(t *testing.T) {
	logs := open(t)
	onTime := payment(monday, 1, 1, 0)
	logs.add(t, onTime)
	epoch, err := logs.payments.RaiseEpoch(t.Context())
	require.NoError(t, err)
	logs.add(t, payment(monday, 1, 2, 0))
	day := daylog.OnTime{Day: monday, LateFrom: epoch}

	require.Equal(t, []settlement.Payment{onTime.Payment}, logs.scanned(t, day, allVideos))
	rows, checksum, err := logs.payments.Sum(t.Context(), day, allVideos)
	require.NoError(t, err)
	require.EqualValues(t, 1, rows)
	require.Equal(t, daylog.PaymentChecksum(onTime.Payment), checksum)
}

func TestScanPayments_EndsWithTheReadersError(t *testing.T) {
	logs := open(t)
	logs.add(t, payment(monday, 1, 1, 0), payment(monday, 1, 2, 0))
	enough := errors.New("enough")

	err := logs.payments.Scan(t.Context(), daylog.OnTime{Day: monday}, allVideos, func() func(settlement.Payment) error {
		return func(settlement.Payment) error { return enough }
	})

	require.Equal(t, enough, err)
	require.Len(t, logs.scanned(t, daylog.OnTime{Day: monday}, allVideos), 2, "the connection can be used again")
}

func TestTakeRowsBelow_GivesWholePayments(t *testing.T) {
	logs := open(t)
	dropped := refund(payment(monday-9, 1, 1, time.Hour), 5)
	logs.add(t, payment(monday, 1, 1, 0))
	require.NoError(t, logs.pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
		_, _, err := logs.payments.Insert(t.Context(), tx, []daylog.Payment{dropped}, []int{0})
		return err
	}))
	var kept []daylog.Payment

	rows, err := logs.payments.TakeRowsBelow(t.Context(), func(read func(func(daylog.Payment) error) error) error {
		return read(func(row daylog.Payment) error {
			kept = append(kept, row)
			return nil
		})
	})

	require.NoError(t, err)
	require.EqualValues(t, 1, rows)
	require.Equal(t, []daylog.Payment{dropped}, kept)
	below, err := logs.payments.RowsBelow(t.Context())
	require.NoError(t, err)
	require.Empty(t, below)
}

func TestLatePayments_AreStoredWithTheirVerdicts(t *testing.T) {
	logs := open(t)
	logs.add(t, payment(monday, 9, 9, 0))
	epoch, err := logs.payments.RaiseEpoch(t.Context())
	require.NoError(t, err)
	rows := []daylog.Payment{payment(monday, 1, 1, 0), payment(monday, 1, 2, 0), refund(payment(monday, 2, 1, time.Hour), 3)}
	logs.add(t, rows...)
	closed := []daylog.OnTime{{Day: monday, LateFrom: epoch}}
	require.NoError(t, logs.pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
		return logs.payments.Post(t.Context(), tx, monday+1, closed, allVideos, seoul)
	}))
	late, err := logs.payments.Posted(t.Context(), monday+1, allVideos)
	require.NoError(t, err)
	require.Len(t, late, 3)
	for i, row := range late {
		require.Equal(t, monday, row.PaidOn)
		require.Equal(t, rows[i].Payment, row.Payment())
		require.Empty(t, row.Verdict)
	}

	late[0].Verdict, late[1].Verdict, late[2].Verdict = settlement.PaymentSettles, settlement.PaymentRepeats, settlement.PaymentRefunds
	require.NoError(t, logs.pool.InTx(t.Context(), func(tx *sqlx.Tx) error {
		return logs.payments.StoreVerdicts(t.Context(), tx, late[1:])
	}))

	again, err := logs.payments.Posted(t.Context(), monday+1, settlement.Range{From: new(int64(2))})
	require.NoError(t, err)
	require.Equal(t, late[2:], again)
	sum, err := logs.payments.SumPosted(t.Context(), logs.pool, monday+1)
	require.NoError(t, err)
	require.Equal(t, map[settlement.PaymentVerdict]int64{"": 1, settlement.PaymentRepeats: 1, settlement.PaymentRefunds: 1}, sum)
}
