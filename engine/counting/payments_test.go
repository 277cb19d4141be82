package counting_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/internal/dbtest"
	"creatorpay/settlement"
)

// paymentLines are the day's lines.
func (b *bundle) paymentLines(on settlement.Day) map[int64]settlement.PaymentFigures {
	b.Helper()
	lines, err := b.DB.PaymentLines(b.Context(), on, settlement.Range{})
	require.NoError(b, err)
	byVideo := make(map[int64]settlement.PaymentFigures)
	for _, line := range lines {
		byVideo[line.VideoID] = line.PaymentFigures
	}
	return byVideo
}

// close closes the day, and fails as its run would.
func (b *bundle) close(on settlement.Day) error {
	_, err := dbtest.CloseDay(b.Context(), b.DB, on)
	return err
}

func withStatus(row daylog.Payment, status settlement.PaymentStatus) daylog.Payment {
	row.Status = status
	return row
}

func refundOf(row daylog.Payment, paid int64) daylog.Payment {
	row.RefundOf = paid
	return row
}

func TestR13_EachRowOfPaymentsIsCountedAsWhatItIs(t *testing.T) {
	b := setup(t, 1, 2)
	b.Pay(
		b.Payment(day, 1, 7, 10_000, time.Hour),
		b.Payment(day, 1, 7, 9_000, 2*time.Hour), // a repeat, whatever its amount
		withStatus(b.Payment(day, 1, 8, 100, 0), settlement.PaymentPending),
		withStatus(b.Payment(day, 2, 8, 100, 0), settlement.PaymentCancelled),
		refundOf(b.Payment(day, 1, 9, 5_000, 3*time.Hour), 7),
	)

	totals := b.CloseDay(day)

	require.Equal(t, map[int64]settlement.PaymentFigures{
		1: {Payments: 1, Refunds: 1, Pending: 1, Repeats: 1, Gross: 5_000, Fee: 200, Net: 4_800},
		2: {Cancelled: 1},
	}, b.paymentLines(day))
	require.Equal(t, settlement.PaymentFigures{Payments: 1, Refunds: 1, Pending: 1, Cancelled: 1, Repeats: 1, Gross: 5_000, Fee: 200, Net: 4_800}, totals.PaymentFigures)
	require.Zero(t, totals.LatePayments)
}

func TestR13_ACompletedRowOnALaterDayIsARepeat(t *testing.T) {
	b := setup(t, 1, 2)
	b.Pay(b.Payment(day, 1, 7, 10_000, time.Hour), b.Payment(day+1, 2, 7, 10_000, time.Hour), b.Payment(day+1, 2, 6, 1_000, 0))
	b.CloseDay(day)

	b.CloseDay(day + 1)

	require.Equal(t, map[int64]settlement.PaymentFigures{2: {Payments: 1, Repeats: 1, Gross: 1_000, Fee: 130, Net: 870}}, b.paymentLines(day+1))
}

func TestR14_RefundsOfSeveralDaysGiveTheWholeFeeBack(t *testing.T) {
	b := setup(t, 1)
	b.Pay(
		b.Payment(day, 1, 7, 10_001, 0),
		refundOf(b.Payment(day, 1, 8, 3_333, time.Hour), 7),
		refundOf(b.Payment(day+1, 1, 9, 6_668, time.Hour), 7),
	)
	b.CloseDay(day)

	b.CloseDay(day + 1)

	require.Equal(t, map[int64]settlement.PaymentFigures{1: {Payments: 1, Refunds: 1, Gross: 6_668, Fee: 267, Net: 6_401}}, b.paymentLines(day), "400 less 133")
	require.Equal(t, map[int64]settlement.PaymentFigures{1: {Refunds: 1, Gross: -6_668, Fee: -267, Net: -6_401}}, b.paymentLines(day+1))
}

func TestR15_RowsThatNobodyCanSettleAreNamed(t *testing.T) {
	for problem, row := range map[settlement.PaymentProblem]func(*bundle) daylog.Payment{
		settlement.PaymentTooSmall:    func(b *bundle) daylog.Payment { return b.Payment(day, 1, 8, 0, 0) },
		settlement.RefundOfUnknown:    func(b *bundle) daylog.Payment { return refundOf(b.Payment(day, 1, 8, 1, 0), 404) },
		settlement.RefundOfOtherVideo: func(b *bundle) daylog.Payment { return refundOf(b.Payment(day, 2, 8, 1, 0), 7) },
		settlement.RefundBeyondPaid:   func(b *bundle) daylog.Payment { return refundOf(b.Payment(day, 1, 8, 10_001, 0), 7) },
		settlement.MethodWithoutFee: func(b *bundle) daylog.Payment {
			row := b.Payment(day, 1, 8, 1, 0)
			row.Method = "cash"
			return row
		},
	} {
		t.Run(string(problem), func(t *testing.T) {
			b := setup(t, 1, 2)
			b.Pay(b.Payment(day, 1, 7, 10_000, 0), row(b))

			err := b.close(day)

			require.ErrorIs(t, err, settlement.ErrBadPayments)
			require.ErrorContains(t, err, "payment 8 of video")
			require.ErrorContains(t, err, string(problem))
			b.Exec(`DELETE FROM payments WHERE payment_id = 8`)
			require.NoError(t, b.close(day))
		})
	}
}

func TestR15_BadRefundsAreNamedWithTheOtherBadRows(t *testing.T) {
	b := setup(t, 1)
	bad := b.Payment(day, 1, 7, 10_000, 0)
	bad.Method = "cash"
	b.Pay(bad, refundOf(b.Payment(day, 1, 8, 10_000, time.Hour), 7), refundOf(b.Payment(day, 1, 9, 1, time.Hour), 404))

	err := b.close(day)

	require.ErrorIs(t, err, settlement.ErrBadPayments)
	require.ErrorContains(t, err, "2 payment rows")
	require.ErrorContains(t, err, string(settlement.MethodWithoutFee)+": payment 7 of video 1")
	require.ErrorContains(t, err, string(settlement.RefundOfUnknown)+": payment 9 of video 1")
	b.Exec(`DELETE FROM payments WHERE payment_id = 9`)
	b.Exec(`UPDATE payments SET method = 'card'`)
	require.NoError(t, b.close(day), "nothing was wrong with the refund of the bad payment")
}

func TestR16_LatePaymentsAreSettledByTheDayThatPostsThem(t *testing.T) {
	b := setup(t, 1)
	b.Pay(b.Payment(day, 1, 7, 10_000, 0))
	b.CloseDay(day)
	b.Pay(
		b.Payment(day, 1, 8, 1_000, 0),
		b.Payment(day, 1, 7, 10_000, time.Hour), // known already
		refundOf(b.Payment(day, 1, 9, 500, 2*time.Hour), 8),
		refundOf(b.Payment(day+1, 1, 10, 500, 0), 8), // on time: before the late one
	)

	totals := b.CloseDay(day + 1)

	require.EqualValues(t, 3, totals.LatePayments)
	late := settlement.PaymentFigures{Payments: 1, Refunds: 1, Repeats: 1, Gross: 500, Fee: 65, Net: 435}
	adjustments, err := b.DB.PaymentAdjustments(t.Context(), settlement.DailyPeriod(day+1), db.AllLines)
	require.NoError(t, err)
	require.Equal(t, []db.PaymentAdjustment{{PostedOn: day + 1, PaidOn: day, VideoID: 1, CreatorID: creator, PaymentFigures: late}}, adjustments)
	require.Equal(t, map[int64]settlement.PaymentFigures{1: {Payments: 1, Refunds: 2, Repeats: 1}}, b.paymentLines(day+1), "all of it is given back")
}

// requireSettledInTwoVideos settles the rows of the videos 1 and 2 in two chunks, and in one.
func requireSettledInTwoVideos(t *testing.T, want map[int64]settlement.PaymentFigures, rows func(b *bundle) []daylog.Payment) {
	t.Helper()
	for name, borders := range map[string][]int64{"in two chunks": {2}, "in one": nil} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, 1, 2)
			b.Pay(rows(b)...)

			b.CloseDay(day, borders...)

			require.Equal(t, want, b.paymentLines(day))
		})
	}
}

func TestR13_OfOnePaymentInTwoVideosTheFirstRowIsSettled(t *testing.T) {
	requireSettledInTwoVideos(t, map[int64]settlement.PaymentFigures{
		1: {Payments: 1, Repeats: 1, Gross: 1_000, Fee: 130, Net: 870},
		2: {Payments: 2, Gross: 11_000, Fee: 530, Net: 10_470},
	}, func(b *bundle) []daylog.Payment {
		return []daylog.Payment{
			b.Payment(day, 1, 6, 1_000, 0), b.Payment(day, 2, 5, 1_000, 0),
			b.Payment(day, 1, 7, 10_000, time.Hour), b.Payment(day, 2, 7, 10_000, time.Minute),
		}
	})
}

func TestR13_ARepeatOfARefundInAnotherVideoGivesNothingBack(t *testing.T) {
	requireSettledInTwoVideos(t, map[int64]settlement.PaymentFigures{
		1: {Payments: 1, Refunds: 1, Repeats: 1},
		2: {Payments: 1, Refunds: 1, Repeats: 1},
	}, func(b *bundle) []daylog.Payment {
		return []daylog.Payment{
			b.Payment(day, 1, 6, 1_000, 0), b.Payment(day, 2, 5, 1_000, 0),
			refundOf(b.Payment(day, 1, 7, 1_000, time.Hour), 6), refundOf(b.Payment(day, 2, 7, 900, 2*time.Hour), 5),
			refundOf(b.Payment(day, 2, 8, 1_000, 3*time.Hour), 5), // as if the 900 were not there
			refundOf(b.Payment(day, 1, 8, 9_999, 4*time.Hour), 5), // as if it were not of another video, and too much
		}
	})
}

// Each row could be settled by itself.
func TestR13_OfOneRefundInTwoVideosTheFirstRowIsSettled(t *testing.T) {
	requireSettledInTwoVideos(t, map[int64]settlement.PaymentFigures{
		1: {Payments: 1, Refunds: 1},
		2: {Payments: 1, Repeats: 1, Gross: 1_000, Fee: 130, Net: 870},
	}, func(b *bundle) []daylog.Payment {
		return []daylog.Payment{
			b.Payment(day, 1, 6, 1_000, 0), b.Payment(day, 2, 5, 1_000, 0),
			refundOf(b.Payment(day, 1, 7, 1_000, time.Hour), 6), refundOf(b.Payment(day, 2, 7, 900, 2*time.Hour), 5),
		}
	})
}

func TestR13_ARepeatInAnotherVideoNeedsNoFee(t *testing.T) {
	requireSettledInTwoVideos(t, map[int64]settlement.PaymentFigures{
		1: {Payments: 1, Gross: 1_000, Fee: 130, Net: 870},
		2: {Repeats: 1},
	}, func(b *bundle) []daylog.Payment {
		repeat := b.Payment(day, 2, 7, 10_000, time.Hour)
		repeat.Method = "voucher"
		return []daylog.Payment{b.Payment(day, 1, 7, 1_000, 0), repeat}
	})
}

// Whatever the other video's row was, it did not keep this one from being settled for ever.
func TestR13_ARowIsNoRepeatOfOneThatWasTakenOut(t *testing.T) {
	for name, row := range map[string]func(b *bundle, video int64, after time.Duration) daylog.Payment{
		"a refund": func(b *bundle, video int64, after time.Duration) daylog.Payment {
			return refundOf(b.Payment(day, video, 8, 400, after), 7)
		},
		"a payment": func(b *bundle, video int64, after time.Duration) daylog.Payment {
			row := b.Payment(day, video, 8, 400, after)
			row.Method = "cash"
			return row
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, 1, 2)
			b.Pay(b.Payment(day, 1, 7, 1_000, 0), row(b, 1, 2*time.Hour), row(b, 2, time.Hour))
			closeDay := func() error {
				_, err := dbtest.CloseDay(b.Context(), b.DB, day, 2)
				return err
			}
			require.ErrorContains(t, closeDay(), "payment 8 of video 2", "video 1 is counted by then")
			b.Exec(`DELETE FROM payments WHERE video_id = 2`)
			b.Exec(`UPDATE payments SET method = 'card'`)

			require.NoError(t, closeDay())

			require.Zero(t, b.paymentLines(day)[1].Repeats)
		})
	}
}

func TestR15_RefundsOfAContestedPaymentDoNotHoldTheDay(t *testing.T) {
	b := setup(t, 1, 2, 3)
	closeDay := func() error {
		_, err := dbtest.CloseDay(b.Context(), b.DB, day, 2, 3)
		return err
	}
	b.Pay(
		b.Payment(day, 1, 5, 1_000, time.Hour), refundOf(b.Payment(day, 1, 8, 400, 2*time.Hour), 5),
		b.Payment(day, 2, 6, 0, 0), b.Payment(day, 3, 7, 0, 0),
	)
	require.ErrorContains(t, closeDay(), "payment 6 of video 2", "video 1 is counted by then")
	b.Exec(`DELETE FROM payments WHERE video_id = 2`)
	b.Pay(b.Payment(day, 2, 5, 1_000, 0), refundOf(b.Payment(day, 2, 9, 400, 2*time.Hour), 5)) // it wins
	require.ErrorContains(t, closeDay(), "payment 7 of video 3", "video 2 is counted by then")
	b.Exec(`DELETE FROM payments WHERE video_id IN (2, 3)`)

	require.NoError(t, closeDay())

	require.Equal(t, settlement.PaymentFigures{Payments: 1, Refunds: 1, Gross: 600, Fee: 78, Net: 522}, b.paymentLines(day)[1])
}

func TestR16_WhatComesForADayThatBeganWithoutPaymentsIsLate(t *testing.T) {
	b := setup(t, 1)
	b.Watch(day, 1, 1)
	b.CloseDay(day)
	b.Pay(b.Payment(day, 1, 7, 10_000, 0))

	totals := b.CloseDay(day + 1)

	require.EqualValues(t, 1, totals.LatePayments)
	require.EqualValues(t, 9_600, totals.Net)
}

func TestR15_RefundsOfDroppedDaysGiveBackWhatIsKept(t *testing.T) {
	b := setup(t, 1)
	b.AddDays(day, day+3)
	b.Pay(
		b.Payment(day, 1, 7, 10_000, 0), refundOf(b.Payment(day, 1, 8, 4_000, time.Hour), 7),
		refundOf(b.Payment(day+2, 1, 9, 6_000, 0), 7), refundOf(b.Payment(day+2, 1, 8, 4_000, 0), 7), // the second is a repeat
	)
	b.CloseDay(day)
	b.CloseDay(day + 1)
	kept, err := b.DB.EachDroppable(t.Context(), day+1, true, func(old db.Droppable) error { return b.DB.Drop(t.Context(), old) })
	require.NoError(t, err)
	require.Nil(t, kept)
	found, err := b.DB.Payments.Has(t.Context(), day)
	require.NoError(t, err)
	require.False(t, found)

	b.CloseDay(day + 2)

	require.Equal(t, map[int64]settlement.PaymentFigures{1: {Refunds: 1, Repeats: 1, Gross: -6_000, Fee: -240, Net: -5_760}}, b.paymentLines(day+2))
}

func TestR13_RowsInTwoVideosOfARefundWhoseDayWasDroppedAreRepeats(t *testing.T) {
	b := setup(t, 1, 2)
	b.AddDays(day, day+3)
	b.Pay(
		b.Payment(day, 1, 7, 10_000, 0), refundOf(b.Payment(day, 1, 8, 4_000, time.Hour), 7),
		b.Payment(day+2, 1, 8, 4_000, 0), b.Payment(day+2, 2, 8, 4_000, time.Hour),
	)
	b.CloseDay(day)
	b.CloseDay(day + 1)
	kept, err := b.DB.EachDroppable(t.Context(), day+1, true, func(old db.Droppable) error { return b.DB.Drop(t.Context(), old) })
	require.NoError(t, err)
	require.Nil(t, kept)

	b.CloseDay(day + 2)

	require.Equal(t, map[int64]settlement.PaymentFigures{1: {Repeats: 1}, 2: {Repeats: 1}}, b.paymentLines(day+2))
}

func TestR13_ARefundOfZeroIsAPayment(t *testing.T) {
	b := setup(t, 1)
	b.AddDays(day, day+3)
	b.Pay(b.Payment(day, 1, 7, 10_000, 0))
	b.Exec(`UPDATE payments SET refund_of = 0 WHERE payment_id = 7`) // as some platforms write no refund
	b.Pay(
		refundOf(b.Payment(day+1, 1, 8, 4_000, 0), 7),
		refundOf(b.Payment(day+2, 1, 9, 6_000, 0), 7), b.Payment(day+2, 1, 7, 10_000, time.Hour), // the second is a repeat
	)
	b.CloseDay(day)
	b.CloseDay(day + 1)
	kept, err := b.DB.EachDroppable(t.Context(), day+1, true, func(old db.Droppable) error { return b.DB.Drop(t.Context(), old) })
	require.NoError(t, err)
	require.Nil(t, kept)

	b.CloseDay(day + 2)

	require.Equal(t, map[int64]settlement.PaymentFigures{1: {Payments: 1, Gross: 10_000, Fee: 400, Net: 9_600}}, b.paymentLines(day))
	require.Equal(t, map[int64]settlement.PaymentFigures{1: {Refunds: 1, Gross: -4_000, Fee: -160, Net: -3_840}}, b.paymentLines(day+1))
	require.Equal(t, map[int64]settlement.PaymentFigures{1: {Refunds: 1, Repeats: 1, Gross: -6_000, Fee: -240, Net: -5_760}}, b.paymentLines(day+2))
}

func TestR15_APaymentOfADayThatWasNeverSettledCannotBeRefunded(t *testing.T) {
	b := setup(t, 1)
	b.AddDays(day, day+3)
	b.Pay(b.Payment(day, 1, 7, 10_000, 0), refundOf(b.Payment(day+3, 1, 8, 4_000, 0), 7))
	for on := day + 1; on <= day+2; on++ {
		b.CloseDay(on)
	}
	kept, err := b.DB.EachDroppable(t.Context(), day+1, true, func(old db.Droppable) error { return b.DB.Drop(t.Context(), old) })
	require.NoError(t, err)
	require.Nil(t, kept)

	require.ErrorContains(t, b.close(day+3), string(settlement.RefundOfUnknown))
}

func TestR15_ARepeatOfARefundIsNoPaymentOnceTheRefundIsDropped(t *testing.T) {
	for name, on := range map[string]settlement.Day{"dropped with it": day, "of a later day": day + 1} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, 1)
			b.AddDays(day, day+3)
			b.Pay(
				b.Payment(day, 1, 7, 10_000, 0), refundOf(b.Payment(day, 1, 8, 4_000, time.Hour), 7),
				b.Payment(on, 1, 8, 4_000, 2*time.Hour), // the repeat
				refundOf(b.Payment(day+2, 1, 9, 1_000, 0), 8),
			)
			b.CloseDay(day)
			b.CloseDay(day + 1)
			kept, err := b.DB.EachDroppable(t.Context(), day+1, true, func(old db.Droppable) error { return b.DB.Drop(t.Context(), old) })
			require.NoError(t, err)
			require.Nil(t, kept)

			require.ErrorContains(t, b.close(day+2), string(settlement.RefundOfRefund))
		})
	}
}
