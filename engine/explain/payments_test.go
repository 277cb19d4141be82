package explain_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/engine/explain"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

const day settlement.Day = 19849 // 2024-05-06

// openSold has a day closed with a payment of video 1 and its refund, and the day
// after it, which posts a payment that came late.
func openSold(t *testing.T) *dbtest.Books {
	t.Helper()
	b := dbtest.Open(t)
	b.AddDays(day, day+1)
	b.AddVideo(1, db.Video{ID: 1})
	b.AddVideo(1, db.Video{ID: 2})
	refund := b.Payment(day, 1, 8, 4_000, 2*time.Hour)
	refund.RefundOf = 7
	b.Pay(b.Payment(day, 1, 7, 10_000, time.Hour), refund)
	b.Watch(day, 2, 1)
	b.CloseDay(day)
	b.Pay(b.Payment(day, 1, 9, 1_000, time.Hour))
	b.CloseDay(day + 1)
	return b
}

func explained(t *testing.T, b *dbtest.Books, day settlement.Day, video int64) explain.Explanation {
	t.Helper()
	run, err := b.DB.SealedRun(t.Context(), settlement.DailyPeriod(day))
	require.NoError(t, err)
	found, there, err := explain.Read(t.Context(), b.DB, run, video)
	require.NoError(t, err)
	require.True(t, there)
	return found.Explain()
}

func TestR14_AnExplanationSaysWhatARefundGaveBack(t *testing.T) {
	b := openSold(t)

	found := explained(t, b, day, 1)

	require.EqualValues(t, 1, found.CreatorID, "also of a video that nobody watched")
	require.Zero(t, found.Rows.All)
	require.Equal(t, &explain.Payments{
		PaymentFigures: settlement.PaymentFigures{Payments: 1, Refunds: 1, Gross: 6_000, Fee: 240, Net: 5_760},
		FeeRule: explain.FeeRule{Version: 1, Methods: settlement.MethodFees{
			{Method: "card", BasisPoints: 300, Fixed: 100}, {Method: "mobile", BasisPoints: 450, Fixed: 50}, {Method: "transfer", BasisPoints: 150, Fixed: 200},
		}},
		Late: []explain.LatePayments{},
		Settled: []explain.Refund{{
			PaymentID: 8, RefundOf: 7, PaidOn: day, PaidAt: b.Calendar.Start(day).Add(2 * time.Hour).UTC(),
			Amount: 4_000, Paid: 10_000, PaidFee: 400, GivenTo: 4_000, FeeRule: 1, FeeBack: 160,
		}},
	}, found.Payments)
	require.EqualValues(t, 2, found.Chunk.PaymentRows)
	require.NotEmpty(t, found.Chunk.PaymentsChecksum)
}

func TestR16_AnExplanationSaysOfWhichDayLatePaymentsAre(t *testing.T) {
	b := openSold(t)

	found := explained(t, b, day+1, 1)

	late := settlement.PaymentFigures{Payments: 1, Gross: 1_000, Fee: 130, Net: 870}
	require.Equal(t, late, found.Payments.PaymentFigures)
	require.Equal(t, []explain.LatePayments{{PaidOn: day, PaymentFigures: late}}, found.Payments.Late)
	require.Zero(t, found.Chunk.PaymentRows, "the day itself has none")
}

func TestAnExplanationOfAVideoThatSellsNothingDoesNotSpeakOfPayments(t *testing.T) {
	text, err := json.Marshal(explained(t, openSold(t), day, 2))

	require.NoError(t, err)
	require.NotContains(t, string(text), `"payments"`)
}

func TestThereIsNothingToExplainOfAVideoWithoutAnyRow(t *testing.T) {
	b := openSold(t)
	run, err := b.DB.SealedRun(t.Context(), settlement.DailyPeriod(day+1))
	require.NoError(t, err)

	_, there, err := explain.Read(t.Context(), b.DB, run, 2)

	require.NoError(t, err)
	require.False(t, there)
}
