package templates

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
	"creatorpay/templates/pdf"
)

var fees = settlement.FeeRule{Version: 1, HoldsFrom: 0, Methods: settlement.MethodFees{
	{Method: "card", BasisPoints: 300, Fixed: 100}, {Method: "mobile", BasisPoints: 450, Fixed: 50}, {Method: "transfer", BasisPoints: 150},
}}

// withSales lets every second video sell, the last one without a view, the first one
// late too. Monday has all of it.
func withSales(s *Statement) *Statement {
	s.Fees = []settlement.FeeRule{fees}
	sold := settlement.PaymentFigures{Payments: 31, Refunds: 2, Pending: 3, Cancelled: 1, Repeats: 4, Gross: 310_000, Fee: 12_400, Net: 297_600}
	for i := range s.Lines {
		if i%2 == 0 {
			s.Lines[i].Payments = sold
		}
	}
	if len(s.Lines) > 0 {
		s.Lines[0].LatePayments = []LatePayments{
			{PaidOn: 19841, SettledOn: s.Period.Start + 1, PaymentFigures: settlement.PaymentFigures{Payments: 1, Gross: 10_000, Fee: 400, Net: 9_600}},
			{PaidOn: 19842, SettledOn: s.Period.Start + 1, PaymentFigures: settlement.PaymentFigures{Pending: 1}},
		}
	}
	return soldOn(s, 0, Line{VideoID: 8_888, Title: "멤버십 전용 라이브", Payments: sold})
}

// negative is a week in which one video gave back more than all earned.
func negative(locale string) *Statement {
	s := withSales(sample(locale, 2))
	s = soldOn(s, 3, Line{VideoID: 9_999, Title: "대여 영상", Payments: settlement.PaymentFigures{Refunds: 3, Gross: -99_000_000, Fee: -2_970_300, Net: -96_029_700}})
	s.Payout = settlement.Payout{CarriedForward: s.Total()}
	return s
}

// owing is a week that pays for a part of what an earlier one left.
func owing(locale string) *Statement {
	s := withSales(sample(locale, 2))
	s.Payout = settlement.Payout{BroughtForward: -1_234_567_890, CarriedForward: s.Total() - 1_234_567_890}
	return s
}

// soldOn adds the line, which has payments only, and gives the day what the
// statement's days lack.
func soldOn(s *Statement, day int, line Line) *Statement {
	s.Lines = append(s.Lines, line)
	lacking := s.Total()
	for _, of := range s.Days {
		lacking -= of.Amount
	}
	s.Days[day].Amount += lacking
	return s
}

// words are all texts of the statement's document.
func words(t *testing.T, s *Statement) (all []string) {
	t.Helper()
	for _, page := range layOutPayout(documentFont(t), s).pages {
		all = append(all, texts(page)...)
	}
	return all
}

func TestSalesOfEachVideoAreShown(t *testing.T) {
	sales := newLetter(documentFont(t), withSales(sample(English, 2)), "").salesTable()
	figures := []string{"31", "2", "₩310,000", "₩12,400", "₩297,600"}
	require.Len(t, sales.rows, 2, "without the video that sells nothing")
	require.Equal(t, figures, sales.rows[0].cells[1:])
	require.Equal(t, []string{"ID 1001", "· Left out: 3 pending, 1 cancelled, 4 repeated"}, sales.rows[0].details)
	require.Equal(t, [][]string{{"Late: paid or refunded 28 April 2024, settled with 7 May", "1", "0", "₩10,000", "₩400", "₩9,600"}}, sales.rows[0].parts,
		"what is late and left out has no part")
	require.Equal(t, append([]string{"멤버십 전용 라이브"}, figures...), sales.rows[1].cells)
	require.Equal(t, []string{"Total", "62", "4", "₩620,000", "₩24,800", "₩595,200"}, sales.total)
}

func TestAVideoThatOnlySellsIsNotAmongThoseThatWereWatched(t *testing.T) {
	s := withSales(sample(English, 2))
	require.Len(t, newLetter(documentFont(t), s, "").videoTable().rows, 2)

	s.Lines = s.Lines[2:]
	require.Contains(t, words(t, s), english.noVideos)
}

func TestTheTotalHasTheNetOfPayments(t *testing.T) {
	s := withSales(sample(English, 2))
	_, earned := s.Totals()
	all := words(t, s)
	require.Contains(t, all, (earned.VideoAmount + earned.AdAmount + 595_200).String())
	require.Contains(t, all, english.salesNet)
}

func TestSalesAndFeesAreShownOnlyWhereThereAreSome(t *testing.T) {
	for _, locale := range []string{Korean, English} {
		with, without := strings.Join(words(t, withSales(sample(locale, 2))), " "), strings.Join(words(t, sample(locale, 2)), " ")
		l := sample(locale, 0).labels()
		for _, label := range []string{l.sales, l.salesReason[:20], l.latePayments[:20], l.fees, l.feesBack[:20]} {
			require.Contains(t, with, label)
			require.NotContains(t, without, label)
		}
	}
}

func TestR14_EachVersionOfTheFeesIsShown(t *testing.T) {
	s := withSales(sample(English, 1))
	s.Fees = append(s.Fees, settlement.FeeRule{Version: 2, HoldsFrom: s.Period.Start + 3, KeptAtRefund: true, Methods: settlement.MethodFees{{Method: "card", BasisPoints: 285}}})
	all := words(t, s)
	for _, text := range []string{"3% + ₩100", "4.5% + ₩50", "1.5%", "2.85%", "Fee list version 2, in force from 9 May 2024"} {
		require.Contains(t, all, text)
	}
	require.Contains(t, strings.Join(all, " "), "does not give back the fee")
}

func TestR16_ANegativeTotalIsShownAsWhatItIs(t *testing.T) {
	for _, locale := range []string{Korean, English} {
		s := negative(locale)
		all := words(t, s)
		require.Contains(t, all, s.Total().String())
		require.True(t, strings.HasPrefix(s.Total().String(), "-₩"))
		require.Contains(t, all, s.labels().negative)
		require.Contains(t, all, "-₩96,029,700")
		require.NotContains(t, words(t, withSales(sample(locale, 2))), s.labels().negative)
	}
}

func TestR16_WhatIsCarriedIsShownWhereAnythingIs(t *testing.T) {
	for _, locale := range []string{Korean, English} {
		s := owing(locale)
		l := s.labels()
		all := words(t, s)
		for _, text := range []string{l.weekTotal, l.broughtForward, "-₩1,234,567,890", l.total, "₩0", l.carriedForward, s.Payout.CarriedForward.String()} {
			require.Contains(t, all, text)
		}
		first := words(t, negative(locale))
		require.Contains(t, first, l.carriedForward)
		require.NotContains(t, first, l.broughtForward, "nothing was")
		for _, text := range []string{l.weekTotal, l.carriedForward} {
			require.NotContains(t, words(t, withSales(sample(locale, 2))), text)
		}
	}
}

func TestR16_APayoutThatIsNotWhatTheWeekComesToIsRefused(t *testing.T) {
	s := owing(English)
	require.NoError(t, s.addsUp())
	s.Payout.Payable++
	require.Error(t, s.addsUp())
}

func TestR14_MethodsOfPaymentHaveTheNamesThatPeopleUse(t *testing.T) {
	for locale, names := range map[string][]string{Korean: {"카드", "휴대폰 결제", "계좌 이체"}, English: {"Card", "Mobile phone", "Bank transfer"}} {
		s := withSales(sample(locale, 1))
		s.Fees = append(s.Fees, settlement.FeeRule{Version: 2, Methods: settlement.MethodFees{{Method: "gift-card", BasisPoints: 1}}})
		require.Subset(t, words(t, s), append(names, "gift-card"))
	}
}

// hugeSales has figures that no creator will ever see.
func hugeSales(locale string) *Statement {
	return soldOn(sample(locale, 1), 0, Line{
		VideoID: math.MaxInt64, Title: strings.Repeat("W", 200),
		Payments:     settlement.PaymentFigures{Payments: 1e18, Refunds: 1e18, Pending: 1e18, Cancelled: 1e18, Repeats: 1e18, Gross: -7e18, Fee: -2e18, Net: -5e18},
		LatePayments: []LatePayments{{PaymentFigures: settlement.PaymentFigures{Refunds: 1e18, Gross: -7e18, Fee: -2e18, Net: -5e18}}},
	})
}

func TestSalesStayOnThePage(t *testing.T) {
	font := documentFont(t)
	for _, locale := range []string{Korean, English} {
		for name, s := range map[string]*Statement{
			"some": withSales(sample(locale, 3)), "many": withSales(sample(locale, 60)), "negative": negative(locale), "owing": owing(locale), "huge": hugeSales(locale), "nasty": withSales(nastySample(locale)),
		} {
			require.NoError(t, s.addsUp(), name)
			for _, layOut := range []func(*pdf.Font, *Statement) *sheet{layOutPayout, layOutTop5} {
				for _, page := range layOut(font, s).pages {
					requireTidy(t, font, page, locale+", "+name)
				}
			}
		}
	}
}

func TestPaymentsThatDoNotAddUpAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(s *Statement){
		"a fee":      func(s *Statement) { s.Lines[0].Payments.Fee++ },
		"a net":      func(s *Statement) { s.Lines[0].Payments.Net++; s.Lines[0].Payments.Gross++ },
		"a late fee": func(s *Statement) { s.Lines[0].LatePayments[0].Fee++ },
	} {
		s := withSales(sample(Korean, 3))
		require.NoError(t, s.addsUp())
		spoil(s)
		require.Error(t, s.addsUp(), name)
	}
}
