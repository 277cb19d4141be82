package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/engine/counting"
	"creatorpay/engine/explain"
	"creatorpay/engine/export"
	"creatorpay/engine/verify"
	"creatorpay/settlement"
)

// explainedDay is that of a video which crosses a tier, with a late view.
func explainedDay() explained {
	closed := time.Date(2024, 5, 10, 1, 0, 0, 0, time.UTC)
	period := settlement.DailyPeriod(thursday)
	return explained{
		Explanation: explain.Explanation{
			Head: export.HeadOf(period), VideoID: 10, CreatorID: 7,
			Rows: explain.Rows{All: 1206, Statistics: settlement.Statistics{Views: 1203, SelfViews: 1, RepeatViews: 2, PlayedSeconds: 9000}},
			Views: explain.Part{
				OrdinalsFrom: 99_000, OrdinalsTo: 100_204, Count: 1204, Exact: "1224.5000", Cut: "0.5000", Amount: 1224,
				Shares: []explain.Share{
					{UnitPrice: 10000, FromOrdinal: 99_001, ToOrdinal: 99_999, Count: 999, Exact: "999.0000"},
					{UnitPrice: 11000, FromOrdinal: 100_000, ToOrdinal: 100_204, Count: 205, Exact: "225.5000"},
				},
			},
			Ads: explain.Part{Shares: []explain.Share{}, Exact: "0.0000", Cut: "0.0000"},
			Late: []export.AdjustmentRow{{
				Head: export.HeadOf(period), CreatorID: 7, VideoID: 10, WatchedOn: thursday - 1, PostedOn: thursday,
				Statistics: settlement.Statistics{Views: 1}, Earnings: settlement.Earnings{
					VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 100_203, ViewsTo: 100_204}, Amounts: settlement.Amounts{VideoAmount: 1},
				},
			}},
			PriceRule: explain.PriceRule{Version: 1, HoldsFrom: settlement.FirstDay}, RepeatWindowMS: 30_000,
			Chunk: explain.Chunk{Number: 2, Rows: 9000, Checksum: "12345"}, Seal: "5ea1",
		},
		Run: explainedRun{WorkflowID: "daily:2024-05-09", RunID: "run", ClosedAt: &closed, Link: "http://localhost:8233/run"},
	}
}

func TestAnExplanationIsReadStepByStep(t *testing.T) {
	requireText(t, `
2024-05-09, video 10 of creator 7

┌──────────────────┬───────┐
│ Rows of the day  │ Count │
├──────────────────┼───────┤
│ in the watch log │ 1,206 │
│ views            │ 1,203 │
│ self views       │     1 │
│ repeat views     │     2 │
│ played seconds   │ 9,000 │
│ ad views         │     0 │
└──────────────────┴───────┘

┌──────────┬──────────────┬────────────┬───────┬──────────┬───────────┐
│ Paid for │ From ordinal │ To ordinal │ Count │ Won each │       Won │
├──────────┼──────────────┼────────────┼───────┼──────────┼───────────┤
│ views    │       99,001 │     99,999 │   999 │        1 │  999.0000 │
│ views    │      100,000 │    100,204 │   205 │      1.1 │  225.5000 │
│ views    │              │            │ 1,204 │    exact │ 1224.5000 │
│          │              │            │       │      cut │    0.5000 │
│          │              │            │       │   amount │    ₩1,224 │
├──────────┼──────────────┼────────────┼───────┼──────────┼───────────┤
│ ad views │              │            │     0 │    exact │    0.0000 │
│          │              │            │       │      cut │    0.0000 │
│          │              │            │       │   amount │        ₩0 │
└──────────┴──────────────┴────────────┴───────┴──────────┴───────────┘

┌───────────────┬───────┬────────────┬──────────┬────────────┬──────────────┬───────────┐
│ Late views of │ Views │ To ordinal │ Ad views │ To ordinal │ Video amount │ Ad amount │
├───────────────┼───────┼────────────┼──────────┼────────────┼──────────────┼───────────┤
│    2024-05-08 │     1 │    100,204 │        0 │          0 │           ₩1 │        ₩0 │
└───────────────┴───────┴────────────┴──────────┴────────────┴──────────────┴───────────┘

prices: version 1, which holds from 1990-01-01; a repeat starts less than 30s after the play before it
chunk 2 (all videos): 9,000 rows, checksum 12345
seal: 5ea1
run: daily:2024-05-09, closed 2024-05-10T01:00:00Z
  http://localhost:8233/run

recomputed from the logs: equal
`, explainedDay().text())
}

func TestAnExplanationSaysWhatTheWatchLogGivesNow(t *testing.T) {
	equal := explainedDay()
	require.Empty(t, equal.problems())

	dropped := explainedDay()
	dropped.Again.Dropped = "its rows were dropped"
	require.Equal(t, "not recomputed: its rows were dropped\n", dropped.Again.text())
	require.Empty(t, dropped.problems())

	other := explainedDay()
	other.Again.Differences = []verify.Difference{{Of: "video 10", Figure: "views", Stored: "1203", Recomputed: "1202"}}
	other.Again.Rows = settlement.Mismatch{Day: thursday, Expected: 9000, Found: 8999, Chunks: []int{2}}
	require.Equal(t, []string{
		"2024-05-09 has 8,999 rows, 9000 counted and posted, and other rows than were counted in chunk 2",
		"1 difference between what is stored and what the logs give",
	}, other.problems())
	requireText(t, `
┌──────────┬────────┬────────┬────────────┐
│ Of       │ Figure │ Stored │ Recomputed │
├──────────┼────────┼────────┼────────────┤
│ video 10 │ views  │   1203 │       1202 │
└──────────┴────────┴────────┴────────────┘
rows of the chunk: 2024-05-09 has 8,999 rows, 9000 counted and posted, and other rows than were counted in chunk 2
`, other.Again.text())

	changed := explainedDay()
	changed.Views.Cut = "-0.5000"
	require.Equal(t, []string{"the video amount is not the exact sum cut to whole won"}, changed.problems())
}

// explainedSale is a day with a payment that was given back in part, a late one and
// one that is left out.
func explainedSale() explained {
	day := explainedDay()
	day.Payments = &explain.Payments{
		PaymentFigures: settlement.PaymentFigures{Payments: 2, Refunds: 1, Pending: 1, Gross: 7_000, Fee: 370, Net: 6_630},
		FeeRule:        explain.FeeRule{Version: 1, HoldsFrom: settlement.FirstDay, Methods: settlement.MethodFees{{Method: "card", BasisPoints: 300, Fixed: 100}}},
		Late:           []explain.LatePayments{{PaidOn: thursday - 2, PaymentFigures: settlement.PaymentFigures{Payments: 1, Gross: 1_000, Fee: 130, Net: 870}}},
		Settled: []explain.Refund{{
			PaymentID: 8, RefundOf: 7, PaidOn: thursday, PaidAt: time.Date(2024, 5, 9, 3, 0, 0, 0, time.UTC),
			Amount: 4_000, Paid: 10_000, PaidFee: 400, GivenTo: 4_000, FeeBack: 160,
		}},
	}
	day.Chunk.PaymentRows, day.Chunk.PaymentsChecksum = 3, "678"
	day.Again.Fees = []counting.FeeShare{{
		Version: 1, MethodFee: settlement.MethodFee{Method: "card", BasisPoints: 300, Fixed: 100}, Payments: 2, Amount: 11_000, Cost: 530,
		First: counting.FirstPayment{PaymentID: 7, Amount: 10_000, Exact: "400.0000", Cost: 400},
	}}
	return day
}

func TestAnExplanationShowsPaymentsWhereThereAreAny(t *testing.T) {
	text := explainedSale().text()

	_, payments, found := strings.Cut(text, "₩1 │        ₩0 │\n└───────────────┴───────┴────────────┴──────────┴────────────┴──────────────┴───────────┘\n")
	require.True(t, found, text)
	requireText(t, `

┌────────────────────────────────┬────────┐
│ Payments, late ones among them │        │
├────────────────────────────────┼────────┤
│ payments                       │      2 │
│ refunds                        │      1 │
│ pending payments               │      1 │
│ cancelled payments             │      0 │
│ repeat payments                │      0 │
│ payments gross                 │ ₩7,000 │
│ payments fee                   │   ₩370 │
│ payments net                   │ ₩6,630 │
└────────────────────────────────┴────────┘

┌──────────────┬──────────┬─────────┬──────────┬────────┬──────┬──────┐
│ Late rows of │ Payments │ Refunds │ Left out │  Gross │  Fee │  Net │
├──────────────┼──────────┼─────────┼──────────┼────────┼──────┼──────┤
│   2024-05-07 │        1 │       0 │        0 │ ₩1,000 │ ₩130 │ ₩870 │
└──────────────┴──────────┴─────────┴──────────┴────────┴──────┴──────┘

┌────────┬──────────────────────┬────────────┬─────────┬─────────┬─────────────────┬────────┬────────────┐
│ Refund │ At                   │ Of payment │    Paid │ Its fee │ Given back from │     To │ Of the fee │
├────────┼──────────────────────┼────────────┼─────────┼─────────┼─────────────────┼────────┼────────────┤
│      8 │ 2024-05-09T03:00:00Z │          7 │ ₩10,000 │    ₩400 │              ₩0 │ ₩4,000 │       ₩160 │
└────────┴──────────────────────┴────────────┴─────────┴─────────┴─────────────────┴────────┴────────────┘

prices: version 1, which holds from 1990-01-01; a repeat starts less than 30s after the play before it
fees: version 1, which holds from 1990-01-01: card:3%+100; a refund gives back its part of the fee
chunk 2 (all videos): 9,000 rows, checksum 12345
  3 payment rows, checksum 678
seal: 5ea1
run: daily:2024-05-09, closed 2024-05-10T01:00:00Z
  http://localhost:8233/run

┌───────────┬─────────────┬──────────┬─────────┬──────┬─────────────────┬─────────┬──────────┬───────┐
│      Fees │ Each costs  │ Payments │  Amount │  Fee │ Such as payment │      Of │  Exactly │ Costs │
├───────────┼─────────────┼──────────┼─────────┼──────┼─────────────────┼─────────┼──────────┼───────┤
│ version 1 │ card:3%+100 │        2 │ ₩11,000 │ ₩530 │               7 │ ₩10,000 │ 400.0000 │  ₩400 │
└───────────┴─────────────┴──────────┴─────────┴──────┴─────────────────┴─────────┴──────────┴───────┘
recomputed from the logs: equal
`, payments)
}
