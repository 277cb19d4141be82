package activities

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// withLatePayments has the day collect rows of the day before, which closed with
// one payment, and then plan.
func withLatePayments(t *testing.T, late ...func(*bundle) daylog.Payment) *bundle {
	t.Helper()
	b := setup(t)
	b.Pay(b.Payment(day-1, 1, 1, 1_000, 0))
	b.CloseDay(day - 1)
	for _, row := range late {
		b.Pay(row(b))
	}
	_, err := run[BeginDayResult](b, b.activities.BeginDay, BeginDayInput{Day: day})
	require.NoError(t, err)
	_, err = run[CollectLateResult](b, b.activities.CollectLate, DayInput{Day: day})
	require.NoError(t, err)
	_, err = run[PlanResult](b, b.activities.PlanDay, PlanDayInput{Day: day, ChunkRows: 1000, MaxChunks: 10})
	require.NoError(t, err)
	return b
}

func TestR15_CheckDayNamesUnknownVideosWithPayments(t *testing.T) {
	b := setup(t)
	b.play(day, 1, viewer, time.Hour)
	b.Pay(b.Payment(day, 101, 1, 1_000, time.Hour))
	b.planned()
	b.counted()

	_, err := run[CheckDayResult](b, b.activities.CheckDay, DayInput{Day: day})

	requireType(t, TypeUnknown, err)
	require.ErrorContains(t, err, "101 (1 payment row)")
}

func (b *bundle) countFails(t *testing.T, problem settlement.PaymentProblem) {
	t.Helper()
	_, err := run[CountChunkResult](b, b.activities.CountChunk, ChunkInput{Day: day, Chunk: 1})
	requireType(t, TypeBadData, err)
	require.ErrorContains(t, err, string(problem))
}

func (b *bundle) posted() []daylog.LatePayment {
	b.Helper()
	late, err := b.DB.Payments.Posted(b.Context(), day, settlement.Range{})
	require.NoError(b, err)
	return late
}

func lateWithoutAmount(b *bundle) daylog.Payment { return b.Payment(day-1, 1, 2, 0, time.Hour) }

func TestR16_ALateRowThatIsPutRightInTheLogIsCounted(t *testing.T) {
	b := withLatePayments(t, lateWithoutAmount)
	b.countFails(t, settlement.PaymentTooSmall)
	b.Exec(`UPDATE payments SET amount = 500 WHERE payment_id = 2`)

	b.counted()

	late := b.posted()
	require.Len(t, late, 1)
	require.EqualValues(t, 500, late[0].Amount)
	require.Equal(t, settlement.PaymentSettles, late[0].Verdict)
}

func TestR16_ALateRowThatIsTakenOutOfTheLogIsPostedNoMore(t *testing.T) {
	b := withLatePayments(t, lateWithoutAmount)
	b.countFails(t, settlement.PaymentTooSmall)
	b.Exec(`DELETE FROM payments WHERE payment_id = 2`)

	b.counted()

	require.Empty(t, b.posted())
}

func TestR15_ARefundGoesOnWhenItsPaymentHasComeLate(t *testing.T) {
	b := withLatePayments(t)
	refund := b.Payment(day, 1, 3, 400, 0)
	refund.RefundOf = 2
	b.Pay(refund)
	b.countFails(t, settlement.RefundOfUnknown)
	b.Pay(b.Payment(day-1, 1, 2, 500, time.Hour))

	b.counted()

	late := b.posted()
	require.Len(t, late, 1)
	require.Equal(t, settlement.PaymentSettles, late[0].Verdict)
}

func TestR16_LateRowsThatNobodyTouchedStayAsTheyWereCollected(t *testing.T) {
	b := withLatePayments(t, lateWithoutAmount)
	before := b.posted()
	require.Len(t, before, 1)

	b.countFails(t, settlement.PaymentTooSmall)

	require.Equal(t, before, b.posted())
}
