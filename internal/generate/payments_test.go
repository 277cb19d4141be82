package generate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"creatorpay/settlement"
)

// selling is big enough for everything that becomes of payments to occur.
func selling(t testing.TB) Options {
	options := usual(t)
	options.Days, options.ViewsPerDay, options.PaymentsPerDay = 5, 2000, 2000
	return options
}

func anySelling(t *rapid.T) Options {
	options := anyOptions(t)
	options.Days = rapid.IntRange(1, 6).Draw(t, "days")
	options.PaymentsPerDay = rapid.Int64Range(1, 400).Draw(t, "payments per day")
	return options
}

// sold is one day's rows of payments as plain data.
type sold struct {
	date  settlement.Day
	rows  []sale
	sales Sales
}

func sellAll(t require.TestingT, options Options, calendar settlement.Calendar) (all []sold) {
	for today := range newWorld(options, calendar).days() {
		day := sold{date: today.date}
		for video := range options.Videos {
			for row := range today.payments(video) {
				require.NoError(t, day.sales.count(row))
				day.rows = append(day.rows, row)
			}
		}
		all = append(all, day)
	}
	return all
}

func TestR13_SalesAreWhatTheRulesCount(t *testing.T) {
	free := settlement.FeeRule{Methods: settlement.MethodFees{{Method: "card"}, {Method: "transfer"}, {Method: "mobile"}}}
	rapid.Check(t, func(t *rapid.T) {
		known := settlement.KnownPayments{}
		paid := map[int64]*settlement.PaidPayment{}
		for _, day := range sellAll(t, anySelling(t), anyCalendar(t)) {
			var counted settlement.PaymentFigures
			var refunds []settlement.DuePayment
			judge := settlement.NewPaymentJudge(known)
			settledToday := []int64{}
			for _, row := range day.rows {
				verdict, _, problems := judge.Judge(&row.Payment.Payment, free)
				require.Empty(t, problems)
				require.Equal(t, row.verdict, verdict)
				require.NoError(t, counted.Count(verdict, row.Amount, 0))
				switch verdict {
				case settlement.PaymentSettles:
					paid[row.PaymentID] = &settlement.PaidPayment{PaymentID: row.PaymentID, VideoID: row.VideoID, Amount: row.Amount}
					settledToday = append(settledToday, row.PaymentID)
				case settlement.PaymentRefunds:
					refunds = append(refunds, settlement.DuePayment{Payment: row.Payment.Payment})
					settledToday = append(settledToday, row.PaymentID)
				}
			}
			require.Equal(t, day.sales.Expected, counted)
			for _, id := range settledToday {
				require.NotContains(t, known, id, "a payment is settled once")
				known[id] = 0
			}
			for _, refund := range refunds {
				settled, bad := settlement.SettleRefunds([]settlement.DuePayment{refund}, []settlement.PaidPayment{*paid[refund.RefundOf]})
				require.Empty(t, bad, "no refund goes beyond its payment")
				paid[refund.RefundOf].Given = settled[0].GivenTo
			}
		}
	})
}

func TestPaymentsComeInTheOrderOfTheLogAndLieInTheirDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calendar := anyCalendar(t)
		for _, day := range sellAll(t, anySelling(t), calendar) {
			for i, row := range day.rows {
				require.Equal(t, day.date, row.Day)
				require.Equal(t, day.date, calendar.Day(time.UnixMilli(row.PaidAt)))
				if i > 0 {
					require.True(t, row.Follows(&day.rows[i-1].Payment.Payment))
				}
			}
		}
	})
}

func TestExactlyAsManyPaymentsBeginOnEachDayAsAskedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		options := anySelling(t)
		for _, day := range sellAll(t, options, anyCalendar(t)) {
			begun := map[int64]bool{}
			for _, row := range day.rows {
				if row.after == 0 && row.RefundOf == 0 {
					begun[row.PaymentID] = true
				}
			}
			require.Len(t, begun, int(options.PaymentsPerDay))
		}
	})
}

func TestSameOptionsGiveTheSamePayments(t *testing.T) {
	first := sellAll(t, selling(t), seoul(t))
	require.Equal(t, first, sellAll(t, selling(t), seoul(t)))
	other := selling(t)
	other.Seed++
	require.NotEqual(t, first[0].rows, sellAll(t, other, seoul(t))[0].rows)
}

func TestADayHasTheSamePaymentsInALongerStretch(t *testing.T) {
	long, short := selling(t), selling(t)
	short.From, short.Days = short.From+1, 1
	var begun []sale
	for _, row := range sellAll(t, long, seoul(t))[1].rows {
		if row.after == 0 {
			begun = append(begun, row)
		}
	}
	require.Equal(t, begun, sellAll(t, short, seoul(t))[0].rows)
}

func TestPaymentsLeaveViewsAsTheyAre(t *testing.T) {
	without := selling(t)
	without.PaymentsPerDay = 0
	require.Equal(t, generateAll(without, seoul(t)), generateAll(selling(t), seoul(t)))
	for _, day := range sellAll(t, without, seoul(t)) {
		require.Empty(t, day.rows)
	}
}

func TestEverythingThatBecomesOfPaymentsOccurs(t *testing.T) {
	cheap, methods, atMidnight := false, map[string]bool{}, map[moment]bool{}
	for number, day := range sellAll(t, selling(t), seoul(t)) {
		for _, figure := range day.sales.Expected.Figures() {
			require.True(t, figure.Value > 0 || figure.Name == "payments fee", figure.Name)
		}
		require.Positive(t, day.sales.InParts)
		if number > 0 {
			require.Positive(t, day.sales.PaidLater)
			require.Positive(t, day.sales.RefundedLater)
			require.Positive(t, day.sales.RepeatedLater)
		}
		for _, row := range day.rows {
			cheap = cheap || row.Amount < 100
			methods[row.Method] = true
			atMidnight[row.at] = true
		}
	}
	require.True(t, cheap, "a payment below its fee")
	require.Equal(t, map[string]bool{"card": true, "transfer": true, "mobile": true}, methods)
	require.Len(t, atMidnight, 3, "in the first and in the last millisecond of a day, and between")
}

func TestNothingBecomesOfPaymentsBeforeTheFirstDay(t *testing.T) {
	sales := sellAll(t, selling(t), seoul(t))[0].sales
	require.Zero(t, sales.PaidLater+sales.RefundedLater+sales.RepeatedLater)
}
