package server

import (
	"context"
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// statements keeps what it is to execute.
type statements struct {
	texts []string
	args  [][]any
}

func (s *statements) ExecContext(_ context.Context, statement string, args ...any) (sql.Result, error) {
	s.texts = append(s.texts, statement)
	s.args = append(s.args, args)
	return nil, nil
}

type stored struct {
	Day settlement.Day `db:"day"`
	settlement.Amounts
	Title string          `db:"title"`
	Views sql.Null[int64] `db:"views"`
	Notes []string
}

func TestPut_WritesNumbersAndDaysAndLeavesTheRestToTheDriver(t *testing.T) {
	var done statements
	rows := []stored{
		{Day: 19849, Amounts: settlement.Amounts{VideoAmount: -1, AdAmount: 1<<63 - 1}, Title: "it's ?", Views: sql.Null[int64]{V: 7, Valid: true}},
		{Day: -1},
	}

	require.NoError(t, Put(t.Context(), &done, "books", rows, " ON DUPLICATE KEY UPDATE day = day"))

	require.Equal(t, []string{"INSERT INTO books (day, video_amount, ad_amount, title, views) VALUES " +
		"(20240506,-1,9223372036854775807,?,?),(19691231,0,0,?,?) ON DUPLICATE KEY UPDATE day = day"}, done.texts)
	require.Equal(t, [][]any{{"it's ?", sql.Null[int64]{V: 7, Valid: true}, "", sql.Null[int64]{}}}, done.args)
}

func TestInsert_AnyNumberOfRows(t *testing.T) {
	for rows, statementsOf := range map[int]int{0: 0, 1: 1, RowsPerInsert: 1, RowsPerInsert + 1: 2} {
		var done statements
		require.NoError(t, Insert(t.Context(), &done, "books", make([]stored, rows)))
		require.Len(t, done.texts, statementsOf)
	}
}
