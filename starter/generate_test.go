package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/generate"
	"creatorpay/settlement"
)

func TestWhatIsPlantedIsSaid(t *testing.T) {
	day := generate.Day{Day: thursday, Expected: settlement.Statistics{Views: 1200, SelfViews: 2, RepeatViews: 31}}
	day.Repeats.Chain = 31
	views := `
planted, and to be found again by the runs:
┌────────────┬───────┬───────┬──────┬────────┬────────┬──────────┬────────────┬───────────────┬───────────┐
│        Day │  Rows │ Views │ Self │ Repeat │ Chains │ 29.999 s │ Same start │ Over midnight │ Anonymous │
├────────────┼───────┼───────┼──────┼────────┼────────┼──────────┼────────────┼───────────────┼───────────┤
│ 2024-05-09 │ 1,233 │ 1,200 │    2 │     31 │     31 │        0 │          0 │             0 │         0 │
└────────────┴───────┴───────┴──────┴────────┴────────┴──────────┴────────────┴───────────────┴───────────┘
`
	requireText(t, views, plantedText([]generate.Day{day}))

	day.Sales = generate.Sales{
		Expected: settlement.PaymentFigures{Payments: 1000, Refunds: 20, Pending: 3, Cancelled: 4, Repeats: 5, Gross: 1234567, Net: 1234567},
		InParts:  6, PaidLater: 7, RefundedLater: 8, RepeatedLater: 9,
	}
	requireText(t, views+`┌────────────┬──────────────┬──────────┬─────────┬─────────┬───────────┬────────┬────────────┬──────────┬─────────────┬──────────┬──────────┐
│        Day │ Payment rows │ Payments │ Refunds │ Pending │ Cancelled │ Repeat │      Gross │ In parts │ Later: paid │ refunded │ repeated │
├────────────┼──────────────┼──────────┼─────────┼─────────┼───────────┼────────┼────────────┼──────────┼─────────────┼──────────┼──────────┤
│ 2024-05-09 │        1,032 │    1,000 │      20 │       3 │         4 │      5 │ ₩1,234,567 │        6 │           7 │        8 │        9 │
└────────────┴──────────────┴──────────┴─────────┴─────────┴───────────┴────────┴────────────┴──────────┴─────────────┴──────────┴──────────┘
`, plantedText([]generate.Day{day}))
}

func TestPaymentsThatNobodyCanMakeUpAreRefused(t *testing.T) {
	flags := generateFlags{From: thursday, Days: 1, ViewsPerDay: 1, Videos: 1, Creators: 1, Skew: generate.Natural, PaymentsPerDay: -1}
	require.ErrorContains(t, flags.AfterApply(), "payments per day is -1: choose 0 to")
}
