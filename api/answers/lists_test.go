package answers

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAListIsReadAgainOnlyWhenAPeriodHasClosed(t *testing.T) {
	r := newRig(t)
	before, err := r.answers.History(t.Context(), busy, 1, monday, sunday+1)
	require.NoError(t, err)

	// What is settled for a day that is not closed yet belongs to no list.
	r.AddDays(sunday+1, sunday+1)
	r.Watch(sunday+1, 1, 2)
	same, err := r.answers.History(t.Context(), busy, 1, monday, sunday+1)
	require.NoError(t, err)
	require.Equal(t, before, same)
	require.Same(t, &before.Lines[0], &same.Lines[0], "it was read again")

	r.CloseDay(sunday + 1)
	after, err := r.answers.History(t.Context(), busy, 1, monday, sunday+1)
	require.NoError(t, err)
	require.Equal(t, sunday+1, *after.Through)
	require.Len(t, after.Lines, len(before.Lines)+1)
	require.Equal(t, before.Lines, after.Lines[:len(before.Lines)])
}
