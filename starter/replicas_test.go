package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/replication"
)

func TestReplicasAreShownWithWhatIsWrong(t *testing.T) {
	require.Empty(t, replicasText(nil))
	now, late := int64(0), int64(95)
	requireText(t, `

┌─────────┬──────────────────────────────┬─────────┬────────┐
│ Replica │ State                        │ Missing │ Behind │
├─────────┼──────────────────────────────┼─────────┼────────┤
│ a:3306  │ follows db:3306              │       0 │     0s │
│ b:3306  │ does not receive             │   1,234 │  1m35s │
│ c:3306  │ down                         │         │        │
│ d:3306  │ answers                      │       7 │        │
│ e:3306  │ neither receives nor applies │         │        │
│ f:3306  │ follows no server            │       0 │        │
│ g:3306  │ does not apply               │       1 │        │
└─────────┴──────────────────────────────┴─────────┴────────┘
b:3306: cannot connect to db
c:3306: connection refused
d:3306: its user may not see more
e:3306: the primary cannot be asked
f:3306: WARNING: it has 1 transaction that the primary does not have: make it anew
f:3306: WARNING: it takes writes: SET PERSIST super_read_only = ON (MariaDB: SET GLOBAL read_only = ON, and in its my.cnf)
g:3306: duplicate entry
`, replicasText([]replication.State{
		{Replica: "a:3306", Source: "db:3306", ReadOnly: true, Receiving: true, Applying: true, Seconds: &now},
		{Replica: "b:3306", Source: "db:3306", ReadOnly: true, Applying: true, Seconds: &late, Missing: 1234, LastError: "cannot connect to db"},
		{Replica: "c:3306", Down: errors.New("connection refused")},
		{Replica: "d:3306", ReadOnly: true, Missing: 7, Hidden: errors.New("its user may not see more")},
		{Replica: "e:3306", Source: "db:3306", ReadOnly: true, Incomparable: errors.New("the primary cannot be asked")},
		{Replica: "f:3306", Stray: 1},
		{Replica: "g:3306", Source: "db:3306", ReadOnly: true, Receiving: true, Missing: 1, LastError: "duplicate entry"},
	}))
}
