package rig

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
)

// RandomPayments adds payments of the platform's videos on the days from first,
// which is the first one ever settled, to last, and a change of the fees on the way.
// Some are pending first, complete more than once, on one day or several, in one
// video or two, and are given back in parts, on the same day even before their own
// time. If there are to be late rows, some of all kinds come one or two days late.
func RandomPayments(random *rand.Rand, p *oracle.Platform, first, last string, late bool) {
	g := paymentGenerator{p: p, random: random, first: first, last: last, late: late}
	g.fees = g.anyDay(oracle.DaysAfter(first, 1))
	p.Fees = append(p.Fees, oracle.Fees{From: g.fees, Kept: random.IntN(3) == 0, Fees: []oracle.Fee{
		{Method: "card", Percent: "3.33", Won: 7}, {Method: "transfer", Percent: "0", Won: 1}, {Method: "mobile", Percent: "100"}, {Method: "gift_card", Percent: "0.01"},
	}})
	for range 150 {
		g.pay()
	}
	paid := p.SettledRows(first)
	for id := int64(1); id <= int64(len(paid)); id++ {
		if row, found := paid[id]; found && random.IntN(2) == 0 {
			g.payBack(row)
		}
	}
}

// RequireAllKinds means that the period has payments of every kind, late ones only if
// there are to be any.
func RequireAllKinds(t testing.TB, of oracle.Result, late bool) {
	t.Helper()
	sum := of.Total(all)
	s := sum.Sales
	require.NotContains(t, []int64{s.Payments, s.Refunds, s.Pending, s.Cancelled, s.Repeats, s.Gross, s.Fee}, int64(0))
	require.Equal(t, late, sum.LatePayments() > 0)
}

// paymentGenerator adds rows of payments to a platform.
type paymentGenerator struct {
	p           *oracle.Platform
	random      *rand.Rand
	first, last string
	fees        string // the day on which they change
	late        bool
	id          int64 // the last one that was given away
}

// pay adds a payment that the platform has not seen.
func (g *paymentGenerator) pay() {
	g.id++
	row := oracle.Payment{ID: g.id, Video: g.anyVideo(), Payer: g.random.Int64N(9), Amount: g.anyAmount(), Status: "completed"}
	switch g.random.IntN(8) {
	case 0:
		row.Status = Pick(g.random, "pending", "cancelled")
		row = g.add(row, g.first)
		row.Status = Pick(g.random, "completed", "cancelled")
		g.add(row, g.p.SettledOn(row))
	case 1: // the first one is settled
		day := g.p.SettledOn(g.add(row, g.first))
		for range 1 + g.random.IntN(2) {
			row.Video, row.Amount = Pick(g.random, row.Video, g.anyVideo()), Pick(g.random, row.Amount, g.anyAmount())
			g.add(row, Pick(g.random, day, g.first))
		}
	case 2:
		row.Status = "pending"
		g.add(row, g.first)
	default:
		g.add(row, g.first)
	}
}

// payBack adds refunds of a payment that is settled.
func (g *paymentGenerator) payBack(paid oracle.Payment) {
	left := paid.Amount
	for parts := 1 + g.random.IntN(4); parts > 0 && left > 0; parts-- {
		g.id++
		row := oracle.Payment{ID: g.id, Video: paid.Video, Payer: paid.Payer, Amount: Pick(g.random, 1, left, 1+g.random.Int64N(left)), Status: "completed", RefundOf: paid.ID}
		left -= row.Amount
		row = g.add(row, g.p.SettledOn(paid))
		switch again := row; g.random.IntN(6) {
		case 0: // whichever comes first is settled
			g.add(again, g.p.SettledOn(paid))
		case 1: // a repeat, whatever it says
			again.At, again.Amount, again.Video = again.At.Add(time.Millisecond), g.anyAmount(), g.anyVideo()
			if g.p.DayOf(again.At) == g.p.DayOf(row.At) {
				g.p.Payments = append(g.p.Payments, again)
			}
		case 2:
			again.Status = Pick(g.random, "pending", "cancelled")
			g.add(again, g.first)
		}
	}
}

// add adds the row with a method and a time of which it is judged on the day from
// or later, and returns it so.
func (g *paymentGenerator) add(row oracle.Payment, from string) oracle.Payment {
	judged := g.anyDay(from)
	paidOn := judged
	if row.Posted = ""; g.late && judged > g.first && g.random.IntN(4) == 0 {
		paidOn, row.Posted = Pick(g.random, g.daysUntil(max(g.first, oracle.DaysAfter(judged, -2)), oracle.DaysAfter(judged, -1))...), judged
	}
	begin, end := g.p.Midnight(paidOn), g.p.Midnight(oracle.DaysAfter(paidOn, 1))
	length := end.Sub(begin).Milliseconds()
	row.At = begin.Add(time.Duration(Pick(g.random, 0, length-1, g.random.Int64N(length), g.random.Int64N(length))) * time.Millisecond)
	row.Method = Pick(g.random, "card", "transfer", "mobile")
	if paidOn >= g.fees {
		row.Method = Pick(g.random, row.Method, "gift_card")
	}
	for _, other := range g.p.Payments {
		if other.ID == row.ID && other.Video == row.Video && other.At.Equal(row.At) && other.Status == row.Status {
			return other // that would be the same row
		}
	}
	g.p.Payments = append(g.p.Payments, row)
	return row
}

func (g *paymentGenerator) anyVideo() int64 { return g.p.Videos[g.random.IntN(len(g.p.Videos))].ID }

func (g *paymentGenerator) anyAmount() int64 {
	return Pick(g.random, 1, 2, 99, 100, 101, 990, 2_990, 33_333, 1+g.random.Int64N(1_000_000), 1<<53)
}

// anyDay is one from the given day on.
func (g *paymentGenerator) anyDay(from string) string {
	return Pick(g.random, g.daysUntil(from, g.last)...)
}

func (g *paymentGenerator) daysUntil(first, last string) (days []string) {
	for day := first; day <= last; day = oracle.DaysAfter(day, 1) {
		days = append(days, day)
	}
	return days
}
