package audit

import (
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/settlement"
)

// sabotage is a change of the books and all that an audit finds then.
type sabotage struct{ name, change, findings string }

// requireFindings makes each change to books that had closed with it, and holds
// what an audit of the week finds against what it should.
func requireFindings(t *testing.T, sabotages []sabotage) {
	t.Helper()
	b := openClosed(t)
	restore := b.save()
	for _, test := range sabotages {
		t.Run(test.name, func(t *testing.T) {
			defer restore()
			b.Exec(test.change)
			b.reseal()

			found := b.findings(monday, sunday)

			require.Equal(t, strings.Split(strings.ReplaceAll(test.findings, "\t", ""), "\n"), found)
		})
	}
}

// auditedTables are those that an audit reads.
var auditedTables = []string{
	"videos", "price_tiers", "runs", "run_chunks", "daily_statistics", "daily_settlements", "top_videos",
	"period_videos", "statements", "deliveries", "late_views", "adjustments",
	"daily_payments", "payment_adjustments", "payment_refunds", "late_payments", "kept_payments", "fee_methods",
	"payments", "watch_log",
}

// save keeps copies of all tables; restore puts them back.
func (b books) save() (restore func()) {
	b.Helper()
	for _, table := range auditedTables {
		b.Copy(table, "saved_"+table)
	}
	return func() {
		for _, table := range auditedTables {
			b.Exec(`DELETE FROM ` + table)
			b.CopyRows("saved_"+table, table)
		}
	}
}

// reseal makes the closed periods look as if they had closed with the rows that
// they have now.
func (b books) reseal() {
	b.Helper()
	for _, kind := range kinds {
		var seals map[settlement.Day]db.Seals
		require.NoError(b, b.DB.InSnapshot(b.Context(), func(tx *sqlx.Tx) (err error) {
			seals, err = db.ReadSeals(b.Context(), tx, kind, settlement.FirstDay, settlement.LastDay)
			return err
		}))
		for start, sealed := range seals {
			b.Exec(`UPDATE runs SET seals = ? WHERE kind = ? AND starts_on = ?`, sealed, kind, start)
		}
	}
}

func (b books) audit(first, last settlement.Day) []Result {
	b.Helper()
	results, err := Run(b.Context(), b.DB, first, last, true)
	require.NoError(b, err)
	return results
}

// findings audits the days and writes each finding as "invariant: where: problem",
// without checksums.
func (b books) findings(first, last settlement.Day) (found []string) {
	b.Helper()
	for _, result := range b.audit(first, last) {
		for _, finding := range result.Findings {
			problem, _, _ := strings.Cut(finding.Problem, ": checksum")
			found = append(found, result.Name+": "+finding.Where+": "+problem)
		}
	}
	return found
}
