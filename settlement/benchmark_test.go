package settlement

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// judgePlays judges and counts a day of plays, as the job does for each row.
func judgePlays(judge *Judge, plays []Play, sum *Statistics) {
	for _, play := range plays {
		sum.Count(play, judge.Verdict(play, creator))
	}
}

// manyPlays are plays in key order with self and repeat views among them.
func manyPlays() []Play {
	plays := make([]Play, 0, 1_000)
	for i := range cap(plays) {
		play := playBy(int64(i/2), noon)
		play.StartedAt += int64(i%2) * DefaultRepeatWindow.Milliseconds() / 2
		plays = append(plays, play)
	}
	return plays
}

func BenchmarkJudge(b *testing.B) {
	b.ReportAllocs()
	plays := manyPlays()
	judge := NewJudge(dayStart, DefaultRepeatWindow)
	var sum Statistics
	for i := 0; b.Loop(); i++ {
		play := plays[i%len(plays)]
		sum.Count(play, judge.Verdict(play, creator))
	}
}

func BenchmarkAmount(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = standard.Views.Amount(Ordinals{From: 99_000, To: 1_150_000})
	}
}

func TestJudge_AllocatesNothing(t *testing.T) {
	plays := manyPlays()
	judge := NewJudge(dayStart, DefaultRepeatWindow)
	var sum Statistics
	require.Zero(t, testing.AllocsPerRun(10, func() { judgePlays(judge, plays, &sum) }))
	require.NotZero(t, sum.RepeatViews)
}

func TestAmount_AllocatesNothing(t *testing.T) {
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, _ = standard.Views.Amount(Ordinals{From: 99_000, To: 1_150_000})
	}))
}

// judgeRows judges and counts a day of payments, as the job does for each row.
func judgeRows(rows []Payment, sum *PaymentFigures) {
	judge := NewPaymentJudge(KnownPayments{7: 0})
	for i := range rows {
		verdict, fee, problems := judge.Judge(&rows[i], standardFees)
		if len(problems) > 0 || sum.Count(verdict, rows[i].Amount, fee) != nil {
			panic("a bad row")
		}
	}
}

// manyPayments are rows in key order with repeats among them.
func manyPayments() []Payment {
	rows := make([]Payment, 1_000)
	for i := range rows {
		rows[i] = completed(int64(i/2) + 1)
	}
	return rows
}

func BenchmarkPaymentJudge(b *testing.B) {
	b.ReportAllocs()
	rows := manyPayments()
	for b.Loop() {
		var sum PaymentFigures
		judgeRows(rows, &sum)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/row")
}

func TestPaymentJudge_AllocatesNothing(t *testing.T) {
	rows := manyPayments()
	var sum PaymentFigures
	require.Zero(t, testing.AllocsPerRun(10, func() { judgeRows(rows, &sum) }))
	require.NotZero(t, sum.Repeats)
}
