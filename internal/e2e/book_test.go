package e2e

import (
	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/settlement"
)

// requireSettled means that the period is closed with exactly what the oracle
// says, in every export and in the book of runs.
func (s *system) requireSettled(want oracle.Result) {
	s.t.Helper()
	require.Equal(s.t, want.Statistics(), s.export("statistics", want))
	require.Equal(s.t, want.Settlement(), s.export("settlement", want))
	require.Equal(s.t, want.Top5(), s.export("top5", want))
	require.Equal(s.t, want.Adjustments(), s.export("adjustments", want))
	s.requireBook(want)
}

// export is what `starter export` writes.
func (s *system) export(what string, of oracle.Result) string {
	s.t.Helper()
	return s.starter("export", what, "--period", of.Kind, "--date", of.Start).requireSuccess().stdout
}

// requireBook means that the book of runs agrees with the oracle and with
// itself: the chunks together cover every video once, and their figures add up
// to the period's.
func (s *system) requireBook(want oracle.Result) {
	s.t.Helper()
	period := settlement.Period{Kind: settlement.Kind(want.Kind), Start: toDay(want.Start)}
	run, err := s.db.ClosedRun(s.t.Context(), period)
	require.NoError(s.t, err)
	require.Equal(s.t, totals(want.Total(all)), run.Totals)
	require.Empty(s.t, run.Failure)

	chunks, err := s.db.Chunks(s.t.Context(), period)
	require.NoError(s.t, err)
	require.NotEmpty(s.t, chunks)
	require.Nil(s.t, chunks[0].From)
	require.Nil(s.t, chunks[len(chunks)-1].Before)
	var sum db.Totals
	for i, chunk := range chunks {
		require.Equal(s.t, i+1, chunk.Number)
		require.Equal(s.t, db.ChunkSettled, chunk.State)
		require.Zero(s.t, chunk.UnknownRows)
		require.Equal(s.t, want.Kind == "daily", chunk.Counts > 0, "only days are counted")
		if i > 0 {
			require.Equal(s.t, *chunks[i-1].Before, *chunk.From, "chunk %d begins where the one before ends", chunk.Number)
		}
		inChunk := want.Total(func(l oracle.Line) bool {
			return (chunk.From == nil || *chunk.From <= l.Video.ID) && (chunk.Before == nil || l.Video.ID < *chunk.Before)
		})
		require.Equal(s.t, totals(inChunk), chunk.Totals, "chunk %d", chunk.Number)
		require.NoError(s.t, sum.Add(chunk.Totals))
	}
	require.Equal(s.t, run.Totals, sum)
}

func all(oracle.Line) bool { return true }

func totals(l oracle.Line) db.Totals {
	lateRows, lateViews := l.LateViews()
	return db.Totals{
		Late: db.Late{LateRows: lateRows, LateViews: lateViews},
		Statistics: settlement.Statistics{
			Views: l.Views, SelfViews: l.Self, RepeatViews: l.Repeats, PlayedSeconds: l.Seconds, AdViews: l.Ads,
		},
		Amounts: db.Amounts{VideoAmount: settlement.Won(l.VideoAmount), AdAmount: settlement.Won(l.AdAmount)},
	}
}

// chunks is how many chunks the day has.
func (s *system) chunks(day string) int {
	s.t.Helper()
	return int(s.number(`SELECT COUNT(*) FROM run_chunks WHERE kind = 'daily' AND starts_on = ?`, day))
}

// stateOf is the day's state in the book of runs, empty if it never began.
func (s *system) stateOf(day string) (state string) {
	s.t.Helper()
	require.NoError(s.t, s.sql.QueryRowContext(s.t.Context(),
		`SELECT COALESCE(MAX(state), '') FROM runs WHERE kind = 'daily' AND starts_on = ?`, day).Scan(&state))
	return state
}
