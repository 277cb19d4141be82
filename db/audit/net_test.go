package audit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A dump may be restored where such rows were not refused.
func TestR15_AuditNamesWhereFeeAndNetAreNotTheGross(t *testing.T) {
	b := openClosed(t)
	for _, table := range []string{"daily_payments", "payment_adjustments", "run_chunks", "runs", "period_videos", "statements"} {
		b.Exec(`ALTER TABLE ` + table + ` DROP CONSTRAINT ` + table + `_net_chk`)
		b.Exec(`UPDATE ` + table + ` SET net = net + 1 WHERE gross > 0`)
	}

	var net []string
	for _, found := range b.findings(monday, sunday) {
		if strings.HasPrefix(found, netInvariant.Name+": ") {
			net = append(net, found)
		}
	}

	require.Equal(t, []string{
		"net: 2024-05-27: fee and net are not the gross in 2 rows of daily_payments",
		"net: 2024-05-30: fee and net are not the gross in 1 row of daily_payments",
		"net: 2024-05-31: fee and net are not the gross in 1 row of daily_payments",
		"net: 2024-05-30: fee and net are not the gross in 1 row of payment_adjustments",
		"net: 2024-05: fee and net are not the gross in 1 row of run_chunks",
		"net: 2024-05-27: fee and net are not the gross in 2 rows of run_chunks",
		"net: 2024-W22: fee and net are not the gross in 1 row of run_chunks",
		"net: 2024-05-30: fee and net are not the gross in 1 row of run_chunks",
		"net: 2024-05-31: fee and net are not the gross in 1 row of run_chunks",
		"net: 2024-05: fee and net are not the gross in 1 row of runs",
		"net: 2024-05-27: fee and net are not the gross in 1 row of runs",
		"net: 2024-W22: fee and net are not the gross in 1 row of runs",
		"net: 2024-05-31: fee and net are not the gross in 1 row of runs",
		"net: 2024-05: fee and net are not the gross in 3 rows of period_videos",
		"net: 2024-W22: fee and net are not the gross in 3 rows of period_videos",
		"net: 2024-05: fee and net are not the gross in 2 rows of statements",
		"net: 2024-W22: fee and net are not the gross in 2 rows of statements",
	}, net)
}
