package server

import (
	"context"
	"fmt"
)

// Dialect is which kind of server a pool talks to. Almost all that is said to a server is
// the same for all of them, where need be by comments that only one of them executes;
// the methods are what is left (docs/adr/0019-dialect.md).
type Dialect string

// The dialects.
const (
	MySQL   Dialect = "MySQL"
	MariaDB Dialect = "MariaDB"
	TiDB    Dialect = "TiDB"
)

// Dialect is the server's dialect. The server is asked the first time, and tells it by
// the comments that it executes: what it calls its version is a setting of TiDB's, which
// operators change for clients that expect another.
func (p *Pool) Dialect(ctx context.Context) (Dialect, error) {
	if known := p.dialect.Load(); known != nil {
		return *known, nil
	}
	var dialect Dialect
	if err := p.GetContext(ctx, &dialect, `
		SELECT COALESCE(/*T! '`+string(TiDB)+`', */ /*M! '`+string(MariaDB)+`', */ '`+string(MySQL)+`')`); err != nil {
		return "", fmt.Errorf("ask the server for its dialect: %w", err)
	}
	p.dialect.Store(&dialect)
	return dialect, nil
}

// readOnlyTransactions tells whether the server knows transactions that refuse to
// write. TiDB has none: there a reader's user must not have the right to.
func (d Dialect) readOnlyTransactions() bool { return d != TiDB }

// LocksTables tells whether LOCK TABLES keeps others from a table. TiDB takes the
// statement and locks nothing.
func (d Dialect) LocksTables() bool { return d != TiDB }

// CountsInParallel tells whether the server reads a whole table or partition on several
// cores to count its rows. MariaDB counts on one.
func (d Dialect) CountsInParallel() bool { return d != MariaDB }

// ScansLoosely tells whether the server finds the last entry of each group of an index by
// a look into it. TiDB reads all entries.
func (d Dialect) ScansLoosely() bool { return d != TiDB }

// KeepsOrderOfJoins tells whether the rows of a join come in the order of its tables' keys, as
// the server reads them. TiDB reads several parts at once.
func (d Dialect) KeepsOrderOfJoins() bool { return d != TiDB }

// LockWaitSeconds is how long a change of a table's layout waits for the
// transactions that use it. Where everybody else who wants the table waits behind
// the change, it is short: the change is tried again. No insert waits behind one of
// TiDB's, only other changes of the table do. It has no such limit and is given one
// for the wait and the change together; it goes on with a change after whoever asked
// for it has left, too.
func (d Dialect) LockWaitSeconds() int {
	if d == TiDB {
		return 10
	}
	return 2
}

// notToTiDB makes a comment of a line for TiDB alone. It executes what stands between
// /*T! and */, and that begins a comment up to the end of the line; to the other
// servers both are comments.
func notToTiDB(line string) string { return "/*T! -- */ " + line + "\n/*T! */" }
