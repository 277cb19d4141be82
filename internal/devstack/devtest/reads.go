package devtest

import (
	"testing"

	"github.com/jmoiron/sqlx"
)

// RowsRead is how many rows and index entries the session of the pool's only
// connection has read so far, one after another. To ask reads a few itself. TiDB
// does not count them, so there the test ends here.
func RowsRead(t testing.TB, pool sqlx.QueryerContext) (sum int64) {
	t.Helper()
	if MySQL(t).IsTiDB() {
		t.Skip("TiDB does not tell how many rows a session has read")
	}
	var reads []struct {
		Name  string `db:"Variable_name"`
		Count int64  `db:"Value"`
	}
	if err := sqlx.SelectContext(t.Context(), pool, &reads, `SHOW SESSION STATUS LIKE 'Handler_read%next'`); err != nil {
		t.Fatal(err)
	}
	for _, read := range reads {
		sum += read.Count
	}
	return sum
}
