package server

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDialectIsToldByTheVersion(t *testing.T) {
	for version, want := range map[string]Dialect{
		"8.4.3":                         MySQL,
		"9.7.0-commercial":              MySQL,
		"26.7.1":                        MySQL,
		"10.11.19-MariaDB-0+deb12u1":    MariaDB,
		"5.5.5-10.11.19-MariaDB":        MariaDB,
		"8.0.11-TiDB-v8.5.1":            TiDB,
		"8.0.11-TiDB-v9.0.0-25fa27a6a1": TiDB,
	} {
		require.Equal(t, want, dialectOf(version), version)
	}
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
	require.ErrorContains(t, err, "ask the server for its version")
}
