package main

import (
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"creatorpay/worker/service"
)

// The library would take the first file and pass over the others.
func TestImport_RefusesTwoFilesOfOneKind(t *testing.T) {
	t.Setenv("MYSQL_DSN", "nobody@tcp(127.0.0.1:1)/none")
	parser, err := kong.New(&commands{}, vars, kong.Vars(service.FlagDefaults()))
	require.NoError(t, err)

	_, err = parser.Parse([]string{"import", "--views", "import.go", "--payments", "files.go", "--views", "main.go"})

	require.ErrorContains(t, err, "import.go and ")
	require.ErrorContains(t, err, "main.go are of the same kind: import one after the other")
}
