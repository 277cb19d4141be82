package settlement

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMismatch_NamesSomeOfManyChunks(t *testing.T) {
	monday := day(t, "2024-05-06")
	m := Mismatch{Day: monday, Expected: 9, Found: 8}
	require.Equal(t, "2024-05-06 has 8 rows, 9 counted and posted", m.String())
	for number := 1; number <= 12; number++ {
		m.Add(Mismatch{Day: monday, Expected: 1, Found: 1, Chunks: []int{number}})
	}

	require.Equal(t, "2024-05-06 has 20 rows, 21 counted and posted, and other rows than were counted in chunk 1 2 3 4 5 6 7 8 9 10 and 2 more", m.String())
}
