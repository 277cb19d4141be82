package db

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestR15_AWeekIsTheSumOfThePaymentsOfItsDays(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100), of(2, line(monday, 2, 7)))
	pending := PaymentLine{Day: monday + 2, VideoID: 1, CreatorID: creator, PaymentFigures: settlement.PaymentFigures{Pending: 3, Cancelled: 2, Repeats: 1}}
	putPayments(t, db, sold(monday, 1), sold(monday+1, 1), pending)

	totals := closedPeriod(t, db, week)

	figures := settlement.PaymentFigures{Payments: 2, Pending: 3, Cancelled: 2, Repeats: 1, Gross: 20_000, Fee: 800, Net: 19_200}
	require.Equal(t, figures, totals.PaymentFigures)
	videos := periodVideos(t, db, week)
	require.Equal(t, figures, videos[0].PaymentFigures)
	require.EqualValues(t, 100, videos[0].Views, "beside the views")
	require.Zero(t, videos[1].PaymentFigures)
	require.Equal(t, figures, statementsOf(t, db, week)[0].PaymentFigures)
}

func TestR15_AVideoThatOnlySellsHasALineOfTheWeek(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	putOwnersOf(t, db, line(monday, 2, 0))
	putPayments(t, db, sold(monday+6, 2))
	closedPeriod(t, db, week)

	videos := periodVideos(t, db, week)
	require.Len(t, videos, 2)
	require.Equal(t, settlement.RolledUp{PaymentFigures: sold(monday, 2).PaymentFigures}, videos[1].RolledUp)
	require.Zero(t, videos[1].VideoOrdinals)

	var settled, watched []int64
	for with, found := range map[VideosWith]*[]int64{WithPayments: &settled, WithRows: &watched} {
		require.NoError(t, db.EachPeriodVideo(t.Context(), week, with, AllLines, ByCreator, func(v PeriodVideo) error {
			*found = append(*found, v.VideoID)
			return nil
		}))
	}
	require.Equal(t, []int64{2}, settled)
	require.Equal(t, []int64{1}, watched)
}

func TestR16_ACreatorWhoseWeekIsNegativeGetsAStatementAndAMail(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	putOwnersOf(t, db, of(2, line(monday, 2, 0)))
	refund := givenBack(monday+1, 2)
	refund.CreatorID = 2
	putPayments(t, db, refund)

	totals := closedPeriod(t, db, week)

	require.EqualValues(t, -9_600, totals.Net)
	statements := statementsOf(t, db, week)
	require.Len(t, statements, 2)
	require.Equal(t, refund.PaymentFigures, statements[1].PaymentFigures)
	require.Equal(t, map[int64]string{creator: DeliveryPending, 2: DeliveryPending}, deliveryStates(t, db))
}

func TestR13_ACreatorWithPendingPaymentsOnlyGetsNoStatement(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	putOwnersOf(t, db, of(2, line(monday, 2, 0)))
	putPayments(t, db, PaymentLine{Day: monday, VideoID: 2, CreatorID: 2, PaymentFigures: settlement.PaymentFigures{Pending: 1, Cancelled: 1, Repeats: 1}})

	totals := closedPeriod(t, db, week)

	require.EqualValues(t, 1, totals.Pending, "the week has them")
	require.Len(t, statementsOf(t, db, week), 1)
}

func TestR8_AWeekWhosePaymentsAreNotThoseOfItsDaysDoesNotClose(t *testing.T) {
	for name, change := range map[string]string{
		"net":      `UPDATE period_videos SET fee = fee + 1, net = net - 1 WHERE kind = 'weekly'`,
		"pending":  `UPDATE period_videos SET pending = 1 WHERE kind = 'weekly'`,
		"late row": `UPDATE payment_adjustments SET pending = 1`,
	} {
		t.Run(name, func(t *testing.T) {
			db := openWithWeek(t, line(monday, 1, 100))
			putPayments(t, db, sold(monday+1, 1))
			postPayments(t, db, PaymentAdjustment{PostedOn: monday + 1, PaidOn: monday, VideoID: 1, CreatorID: creator, PaymentFigures: sold(monday, 1).PaymentFigures})
			stated(t, db, week)
			exec(t, db, change)
			_, err := db.ClosePeriod(t.Context(), week, me)
			require.ErrorIs(t, err, settlement.ErrNotTheSum)
		})
	}
}

func TestR16_AWeekCountsTheLateRowsOfPaymentsThatItsDaysPosted(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	putPayments(t, db, sold(monday+1, 1))
	late := PaymentAdjustment{PostedOn: monday + 1, PaidOn: monday - 3, VideoID: 1, CreatorID: creator, PaymentFigures: sold(monday, 1).PaymentFigures}
	postPayments(t, db, late)

	totals := closedPeriod(t, db, week)

	require.EqualValues(t, 1, totals.LatePayments)
	require.EqualValues(t, 1, totals.Payments, "it is among them")
	found, err := db.PaymentAdjustments(t.Context(), week, Lines{Creators: settlement.AllCreators})
	require.NoError(t, err)
	require.Equal(t, []PaymentAdjustment{late}, found)
}

func TestR14_FiguresOfAVideoThatDoNotFitIntoAWeekAreRefused(t *testing.T) {
	for name, figures := range map[string]settlement.PaymentFigures{
		"gross and net":     {Gross: math.MaxInt64, Net: math.MaxInt64},
		"gross and fee":     {Gross: math.MaxInt64, Fee: math.MaxInt64},
		"negative, and net": {Gross: math.MinInt64, Net: math.MinInt64},
		"negative, and fee": {Gross: math.MinInt64, Fee: math.MinInt64},
		"only the net":      {Fee: math.MinInt64 + 5, Gross: 0, Net: math.MaxInt64 - 4},
	} {
		t.Run(name, func(t *testing.T) {
			db := openWithWeek(t, line(monday, 1, 1), line(monday, 2, 1))
			for day := monday; day < monday+2; day++ {
				sale := sold(day, 2)
				sale.PaymentFigures = figures
				exec(t, db, `UPDATE runs SET gross = 0, fee = 0, net = 0`)
				putPayments(t, db, sale)
			}
			planPeriod(t, db, week)
			_, err := db.RollUpChunk(t.Context(), week, me, 1)
			require.ErrorIs(t, err, settlement.ErrOutOfRange)
			require.ErrorContains(t, err, "add up days of video_id 2")
		})
	}
}

func TestR11_PaymentsOfAClosedDayAreSealed(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 100))
	putPayments(t, db, sold(monday, 1))
	postPayments(t, db, PaymentAdjustment{PostedOn: monday, PaidOn: monday - 3, VideoID: 1, CreatorID: creator})
	exec(t, db, `
		INSERT INTO payment_refunds (payment_id, refund_of, video_id, settled_on, paid_on, paid_at, paid, paid_fee, fee_rule, given_from, given_to, fee_back)
		VALUES (2, 1, 1, '2024-05-06', '2024-05-06', '2024-05-06 10:00:00', 100, 10, 1, 0, 100, 10)`)
	seals := func() Seals {
		seals, err := ReadSeals(t.Context(), db.pool, settlement.Daily, monday, monday)
		require.NoError(t, err)
		return seals[monday]
	}
	for table, change := range map[string]string{
		"daily_payments":      `UPDATE daily_payments SET repeats = 1`,
		"payment_adjustments": `UPDATE payment_adjustments SET pending = 1`,
		"payment_refunds":     `UPDATE payment_refunds SET fee_back = 9`,
		"run_chunks":          `UPDATE run_chunks SET last_payment = 1`,
		"runs":                `UPDATE runs SET payments_late_from = 7`,
	} {
		before := seals()
		exec(t, db, change)
		after := seals()
		require.NotEqual(t, before[table], after[table], table)
		before[table] = after[table]
		require.Equal(t, before, after)
	}
}

func TestPaymentLines_AreThoseOfTheDayByCreatorAndVideo(t *testing.T) {
	db := openWithWeek(t, line(monday, 3, 1), of(2, line(monday, 2, 1)))
	putOwnersOf(t, db, line(monday, 1, 0))
	second := sold(monday, 2)
	second.CreatorID = 2
	putPayments(t, db, sold(monday, 3), second, sold(monday, 1), sold(monday+1, 1))

	lines, err := db.PaymentLines(t.Context(), monday, settlement.Range{})
	require.NoError(t, err)
	require.Equal(t, []PaymentLine{sold(monday, 1), sold(monday, 3), second}, lines)

	lines = nil
	require.NoError(t, db.EachPaymentLine(t.Context(), monday, Lines{Creators: settlement.Creators{First: 2, Last: 2}}, func(line PaymentLine) error {
		lines = append(lines, line)
		return nil
	}))
	require.Equal(t, []PaymentLine{second}, lines)
}

func TestSumPayments_AddsUpAPeriodsLines(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 1))
	putPayments(t, db, sold(monday, 1), sold(monday+1, 1))
	closedPeriod(t, db, week)
	for period, want := range map[settlement.Period]settlement.PaymentFigures{
		settlement.DailyPeriod(monday): sold(monday, 1).PaymentFigures,
		week:                           {Payments: 2, Gross: 20_000, Fee: 800, Net: 19_200},
	} {
		sum, err := db.SumPayments(t.Context(), period, AllLines)
		require.NoError(t, err)
		require.Equal(t, PaymentSum{Videos: 1, PaymentFigures: want}, sum)
	}
}
