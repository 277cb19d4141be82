package server

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDialectIsThatOfTheServer(t *testing.T) {
	pool := open(t)
	var version string
	require.NoError(t, pool.GetContext(t.Context(), &version, `SELECT VERSION()`))
	want := MySQL
	for _, dialect := range []Dialect{MariaDB, TiDB} {
		if strings.Contains(version, string(dialect)) { // the tests' own servers say who they are
			want = dialect
		}
	}

	dialect, err := pool.Dialect(t.Context())

	require.NoError(t, err)
	require.Equal(t, want, dialect)
}

func TestTheServerIsAskedForItsDialectOnce(t *testing.T) {
	pool := open(t)
	first, err := pool.Dialect(t.Context())
	require.NoError(t, err)
	require.NoError(t, pool.Close())

	again, err := pool.Dialect(t.Context())
	require.NoError(t, err)
	require.Equal(t, first, again)
}

func TestADialectThatIsNotKnownYetNeedsTheServer(t *testing.T) {
	reader := openReader(t, "root@tcp(127.0.0.1:1)/db", 0)
	_, err := reader.Dialect(t.Context())
	require.ErrorContains(t, err, "ask the server for its dialect")
}
