package pages

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/api/answers"
	"creatorpay/engine/explain"
	"creatorpay/engine/export"
	"creatorpay/settlement"
)

// newSellingBooks have a week in which the busiest video sold, late too, and another
// one, which nobody watched, gave back more than all earned. The days of each video have
// a refund on the second one, sales alone on the last one, and before that what is left out.
func newSellingBooks(t *testing.T, locale string) *books {
	t.Helper()
	b := newBooks(t, 3)
	b.locale = locale
	s := &b.statement
	first := &s.Lines[0]
	first.Payments = settlement.PaymentFigures{Payments: 31, Refunds: 2, Pending: 3, Cancelled: 1, Repeats: 4, Gross: 310_000, Fee: 12_400, Net: 297_600}
	first.LatePayments = []answers.StatementLatePayments{
		{PaidOn: monday - 8, PostedOn: monday + 1, PaymentFigures: settlement.PaymentFigures{Payments: 1, Gross: 10_000, Fee: 400, Net: 9_600}},
		{PaidOn: monday - 7, PostedOn: monday + 1, PaymentFigures: settlement.PaymentFigures{Pending: 1}},
	}
	s.Lines = append(s.Lines, answers.StatementLine{
		VideoID: 8_888, Title: "rented", Payments: settlement.PaymentFigures{Refunds: 9, Gross: -99_000_000, Fee: -2_970_000, Net: -96_030_000},
	})
	s.Fees = []explain.FeeRule{{Version: 1, HoldsFrom: 0, Methods: settlement.MethodFees{{Method: "card", BasisPoints: 300, Fixed: 100}}}}
	for _, line := range s.Lines {
		require.NoError(t, s.Payments.Add(line.Payments))
	}
	s.Amount += s.Payments.Net
	s.Payout = settlement.Payout{BroughtForward: -1_000, CarriedForward: s.Amount - 1_000}
	s.Days[3].Amount += s.Payments.Net
	b.statements.Statements[0] = s.StatementTotals

	b.history.Lines = slices.DeleteFunc(b.history.Lines, func(line export.SettlementRow) bool { return line.Start == monday+5 || line.Start == monday+6 })
	for on, figures := range map[settlement.Day]settlement.PaymentFigures{
		monday + 1: {Payments: 1, Refunds: 2, Gross: -90_000, Fee: -3_600, Net: -86_400},
		monday + 5: {Pending: 2},
		monday + 6: {Payments: 1, Gross: 10_000, Fee: 400, Net: 9_600},
	} {
		b.history.Payments = append(b.history.Payments, export.PaymentRow{
			Head: export.Head{Kind: settlement.Daily, Start: on}, CreatorID: creator, VideoID: video, PaymentFigures: figures,
		})
	}
	return b
}

func TestStatementShowsSales(t *testing.T) {
	b := newSellingBooks(t, "en")
	p := newPages(t, b)
	rows := strings.Join(rowsOf(t, p, "/statements/2024-W19"), "\n")
	for _, text := range []string{
		"Sales ₩297,600: 31 paid, 2 refunded, gross ₩310,000, fees ₩12,400; left out: 3 pending, 1 cancelled, 4 repeated",
		"₩9,600 of them late: paid or refunded 28 April 2024, settled with 7 May",
		"Sales -₩96,030,000: 0 paid, 9 refunded, gross -₩99,000,000, fees -₩2,970,000",
		"Card | 3% + ₩100", b.statement.Days[3].Amount.String(),
	} {
		require.Contains(t, rows, text)
	}
	require.NotContains(t, rows, "₩0 of them late", "what is late and left out")
	page := p.get("/statements/2024-W19").Body.String()
	for _, text := range []string{
		`<p class="large">` + b.statement.Amount.String() + "</p>", "the total is negative", b.statement.Payments.Net.String(), "-₩98,690,000",
		"Late payments and refunds came after their own day had been closed", "a refund gives back its part of the fee",
	} {
		require.Contains(t, page, text)
	}
	require.Contains(t, page, `href="/videos/8888?week=2024-W19"><bdi>rented</bdi></a>`, "nobody watched it, but its days have sales")
	for _, length := range []string{`width="-`, `height="-`} {
		require.NotContains(t, page, length, "no bar of a negative length")
		require.NotContains(t, p.get("/").Body.String(), length)
	}
	require.Contains(t, p.get("/").Body.String(), b.statement.Payments.Net.String())
}

func TestAVideosDaysHaveItsSales(t *testing.T) {
	b := newSellingBooks(t, "en")
	p := newPages(t, b)
	rows := rowsOf(t, p, "/videos/1001?week=2024-W19")
	require.Len(t, rows, 1+6, "a day of which all rows are left out has nothing to settle")
	require.Equal(t, "Day | Chart | Views | Ad views | Sales | Amount", rows[0])
	require.Equal(t, "12 May 2024 (Sun) |  | 0 | 0 | ₩9,600 | ₩9,600", rows[1], "it only sold")
	var earned settlement.Amounts
	for _, line := range b.history.Lines {
		if line.Start.Week() != week {
			continue
		}
		require.NoError(t, earned.Add(line.Amounts))
		if line.Start == monday+1 {
			total, err := line.TotalWith(-86_400)
			require.NoError(t, err)
			require.Negative(t, total)
			require.True(t, strings.HasSuffix(rows[5], "| -₩86,400 | "+total.String()), rows[5])
		}
	}
	total, err := earned.TotalWith(9_600 - 86_400)
	require.NoError(t, err)
	page := p.get("/videos/1001?week=2024-W19").Body.String()
	for _, text := range []string{`<p class="large">` + total.String() + "</p>", "<dt>Sales</dt><dd>-₩76,800</dd>", `<rect class="third" width="100%"`} {
		require.Contains(t, page, text)
	}
}

func TestExplanationShowsSales(t *testing.T) {
	b := newBooks(t, 3)
	b.locale = "en"
	earned := b.explanation.Views.Amount + b.explanation.Ads.Amount
	b.explanation.Payments = &explain.Payments{
		PaymentFigures: settlement.PaymentFigures{Payments: 2, Refunds: 2, Repeats: 1, Gross: 3_000, Fee: 170, Net: 2_830},
		FeeRule:        explain.FeeRule{Version: 4, HoldsFrom: monday, Methods: settlement.MethodFees{{Method: "mobile", BasisPoints: 450, Fixed: 50}}},
		Late:           []explain.LatePayments{{PaidOn: monday - 7, PaymentFigures: settlement.PaymentFigures{Payments: 1, Gross: 1_000, Fee: 130, Net: 870}}},
		Settled: []explain.Refund{
			{PaymentID: 8, RefundOf: 7, Amount: 4_000, Paid: 10_000, PaidFee: 400, GivenTo: 4_000, FeeBack: 160},
			{PaymentID: 9, RefundOf: 7, Amount: 4_000, Paid: 10_000, PaidFee: 400, GivenFrom: 4_000, GivenTo: 8_000, FeeBack: 160},
		},
	}
	b.explanation.Chunk.PaymentsChecksum = "987654321"
	p := newPages(t, b)

	rows := rowsOf(t, p, "/videos/1001/2024-05-09")

	require.Contains(t, rows, "7 | ₩10,000 | ₩400 | ₩4,000 | ₩160")
	require.Contains(t, rows, "Mobile phone | 4.5% + ₩50")
	require.Contains(t, rows, "7 ₩4,000 refunded before | ₩10,000 | ₩400 | ₩4,000 | ₩160")
	page := p.get("/videos/1001/2024-05-09").Body.String()
	for _, text := range []string{
		`<p class="large">` + (earned + 2_830).String() + "</p>", "Fee list version 4, in force from 6 May 2024", "0, 0, 1", "987654321",
		"₩870 of them late: paid or refunded 29 April 2024, settled with 9 May", "5. Earned on this day", "Video and ad earnings and sales together",
	} {
		require.Contains(t, page, text)
	}
}

func TestR16_PagesShowWhatIsCarried(t *testing.T) {
	b := newSellingBooks(t, "en")
	p := newPages(t, b)
	for _, address := range []string{"/", "/statements/2024-W19"} {
		page := p.get(address).Body.String()
		for _, text := range []string{"Brought forward from earlier weeks</dt><dd>-₩1,000<", `Total payout</dt><dd>₩0<`, "next week</dt><dd>" + b.statement.Payout.CarriedForward.String()} {
			require.Contains(t, page, text)
		}
	}
	require.Contains(t, p.get("/").Body.String(), b.statement.Amount.String()+`<br><span class="faint small">payout ₩0`)

	b.statement.Payout = settlement.Payout{CarriedForward: b.statement.Amount}
	require.NotContains(t, newPages(t, b).get("/statements/2024-W19").Body.String(), "Brought forward", "nothing was")
}

func TestPagesOfWhoSellsNothingDoNotSpeakOfSales(t *testing.T) {
	for locale, words := range map[string][]string{"en": {"Sales", "refund", "fees", "payout ₩", "forward"}, "ko": {"판매", "환불", "수수료", "이월"}} {
		b := newBooks(t, 3)
		b.locale = locale
		p := newPages(t, b)
		for _, address := range []string{"/", "/statements/2024-W19", "/videos/1001", "/videos/1001/2024-05-09"} {
			page := p.get(address).Body.String()
			for _, word := range words {
				require.NotContains(t, page, word)
			}
		}
		selling := newPages(t, newSellingBooks(t, locale)).get("/statements/2024-W19").Body.String()
		require.Contains(t, selling, words[0])
	}
}

func TestR16_NegativeWeeksHangFromTheAxis(t *testing.T) {
	weekOf := func(i int, total settlement.Won) weekView {
		return weekView{Week: (monday - settlement.Day(7*i)).Week(), Total: total}
	}
	chart := newWeeksChart([]weekView{weekOf(0, -100), weekOf(1, 300)}, week)
	axis := weeksTop + (weeksFoot-weeksTop)*0.75
	require.InDelta(t, axis+0.5, chart.Axis, 1e-9)
	require.False(t, chart.Bars[0].Negative)
	require.InDelta(t, weeksTop, chart.Bars[0].Y, 1e-9)
	require.InDelta(t, axis-weeksTop, chart.Bars[0].Height, 1e-9)
	require.True(t, chart.Bars[1].Negative)
	require.InDelta(t, axis, chart.Bars[1].Y, 1e-9)
	require.InDelta(t, weeksFoot-axis, chart.Bars[1].Height, 1e-9)

	chart = newWeeksChart([]weekView{weekOf(0, -100)}, week)
	require.Zero(t, chart.Top)
	require.InDelta(t, weeksTop+0.5, chart.Axis, 1e-9)
	require.InDelta(t, weeksFoot-weeksTop, chart.Bars[0].Height, 1e-9)
}
