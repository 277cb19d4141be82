package rig

import (
	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/settlement"
)

// RequireSettled means that the period is closed with exactly what the oracle
// says, in every export and in the book of runs. It returns the exports.
func (s *System) RequireSettled(want oracle.Result) Exports {
	s.T.Helper()
	exports := Exports{}
	for _, one := range want.Exports() {
		s.requireExport(exports, want, one)
	}
	s.RequireBook(want)
	return exports
}

// RequirePayouts means that the week is paid out as the oracle says, as long as no
// week before it has left anything to be carried. It returns the export.
func (s *System) RequirePayouts(want oracle.Result) Exports {
	s.T.Helper()
	exports := Exports{}
	s.requireExport(exports, want, oracle.Export{Name: "payouts", CSV: want.Payouts()})
	return exports
}

// RequireBook means that the book of runs agrees with the oracle and with
// itself: the chunks together cover every video once, and their figures add up
// to the period's.
func (s *System) RequireBook(want oracle.Result) {
	s.T.Helper()
	period := settlement.Period{Kind: settlement.Kind(want.Kind), Start: ToDay(want.Start)}
	run, err := s.DB.ClosedRun(s.T.Context(), period)
	require.NoError(s.T, err)
	require.Equal(s.T, Totals(want.Total(all)), run.Totals)
	require.Empty(s.T, run.Failure)

	chunks, err := s.DB.Chunks(s.T.Context(), period)
	require.NoError(s.T, err)
	require.NotEmpty(s.T, chunks)
	require.Nil(s.T, chunks[0].From)
	require.Nil(s.T, chunks[len(chunks)-1].Before)
	var sum settlement.Totals
	for i, chunk := range chunks {
		require.Equal(s.T, i+1, chunk.Number)
		require.Equal(s.T, settlement.ChunkDone, chunk.State)
		require.Zero(s.T, chunk.UnknownRows)
		require.Equal(s.T, want.Kind == "daily", chunk.Counts > 0, "only days are counted")
		if i > 0 {
			require.Equal(s.T, *chunks[i-1].Before, *chunk.From, "chunk %d begins where the one before ends", chunk.Number)
		}
		inChunk := want.Total(func(l oracle.Line) bool {
			return (chunk.From == nil || *chunk.From <= l.Video.ID) && (chunk.Before == nil || l.Video.ID < *chunk.Before)
		})
		require.Equal(s.T, Totals(inChunk), chunk.Totals, "chunk %d", chunk.Number)
		require.NoError(s.T, sum.Add(chunk.Totals))
	}
	require.Equal(s.T, run.Totals, sum)
}

// RequireStatements means that each creator of whom something counted, was paid or
// was given back has a statement with the sums of their videos, and nobody else has
// one.
func (s *System) RequireStatements(want oracle.Result) {
	s.T.Helper()
	period := settlement.Period{Kind: settlement.Kind(want.Kind), Start: ToDay(want.Start)}
	stored, err := s.DB.Statements(s.T.Context(), period, settlement.AllCreators)
	require.NoError(s.T, err)
	got := map[int64]settlement.Totals{}
	for _, statement := range stored {
		got[statement.CreatorID] = statement.Totals()
	}
	require.Equal(s.T, StatementsOf(want), got)
}

// StatementsOf are the figures of the statements by creator.
func StatementsOf(want oracle.Result) map[int64]settlement.Totals {
	statements := map[int64]settlement.Totals{}
	for creator := range want.PaidCreators() {
		sum := Totals(want.Total(func(l oracle.Line) bool { return l.Video.Creator == creator }))
		sum.LateRows, sum.LatePayments = 0, 0 // it only has the late views that count
		statements[creator] = sum
	}
	return statements
}

func all(oracle.Line) bool { return true }

// Totals are the figures of a line as the books have them.
func Totals(l oracle.Line) settlement.Totals {
	lateRows, lateViews := l.LateViews()
	return settlement.Totals{
		Late: settlement.Late{LateRows: lateRows, LateViews: lateViews},
		Statistics: settlement.Statistics{
			Views: l.Views, SelfViews: l.Self, RepeatViews: l.Repeats, PlayedSeconds: l.Seconds, AdViews: l.Ads,
		},
		Amounts:        settlement.Amounts{VideoAmount: settlement.Won(l.VideoAmount), AdAmount: settlement.Won(l.AdAmount)},
		PaymentFigures: Figures(l.Sales),
		LatePayments:   l.LatePayments(),
	}
}

// Figures are sales as the books have them.
func Figures(s oracle.Sales) settlement.PaymentFigures {
	return settlement.PaymentFigures{
		Payments: s.Payments, Refunds: s.Refunds, Pending: s.Pending, Cancelled: s.Cancelled, Repeats: s.Repeats,
		Gross: settlement.Won(s.Gross), Fee: settlement.Won(s.Fee), Net: settlement.Won(s.Net),
	}
}

// Chunks is how many chunks the day has.
func (s *System) Chunks(day string) int {
	s.T.Helper()
	return int(s.Number(`SELECT COUNT(*) FROM run_chunks WHERE kind = 'daily' AND starts_on = ?`, day))
}

// StateOf is the day's state in the book of runs, empty if it never began.
func (s *System) StateOf(day string) (state string) {
	s.T.Helper()
	require.NoError(s.T, s.SQL.QueryRowContext(s.T.Context(),
		`SELECT COALESCE(MAX(state), '') FROM runs WHERE kind = 'daily' AND starts_on = ?`, day).Scan(&state))
	return state
}

// RequireCounts tells how often each chunk was counted.
func (s *System) RequireCounts(want ...int64) {
	s.T.Helper()
	for i, counts := range want {
		require.Equal(s.T, counts, s.Number(`SELECT counts FROM run_chunks WHERE chunk = ?`, i+1), "chunk %d", i+1)
	}
}
