package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What cannot be right is refused before any server is asked: here are none.
func TestCommandsRefuseWhatNoPeriodCanBe(t *testing.T) {
	t.Setenv("MYSQL_DSN", "nobody@tcp(127.0.0.1:1)/none")
	for problem, args := range map[string][]string{
		"--date: 0024-05-09 does not lie between":                {"export", "settlement", "--period", "daily", "--date", "0024-05-09"},
		"--date: the date is missing (or 1970-01-01)":            {"run", "daily", "--date", "1970-01-01"},
		"0024-05-06 does not lie between":                        {"run", "weekly", "--week", "0024-W19"},
		"2204-05-01 does not lie between":                        {"retry", "monthly", "--month", "2204-05"},
		"payouts are of weeks: choose weekly, nothing is paid":   {"export", "payouts", "--period", "monthly", "--date", "2024-05-09"},
		"are 40177 periods: at most 3660":                        {"schedule", "backfill", "--kind", "daily", "--from", "1990-01-01", "--to", "2099-12-31"},
		"first: 0024-05-06 does not lie between":                 {"schedule", "backfill", "--kind", "weekly", "--from", "0024-05-09", "--to", "2024-W19"},
		"last 2024-04-29 comes before first 2024-05-06":          {"schedule", "backfill", "--kind", "weekly", "--from", "2024-W19", "--to", "2024-W18"},
		"--older-than-days is 4294967295: choose 1 to 40176":     {"partitions", "drop", "--older-than-days", "4294967295", "--yes"},
		"--from: 0024-05-06 does not lie between":                {"partitions", "add", "--from", "0024-05-06", "--to", "2024-05-06"},
		"last day: 2100-01-01 does not lie between":              {"generate", "--from", "2099-12-31", "--days", "2"},
		"days is 0: choose 1 to 3650":                            {"demo", "--days", "0", "--dir", t.TempDir()},
		"--to: 2100-01-01 does not lie between":                  {"audit", "--from", "2024-05-06", "--to", "2100-01-01"},
		`--fees: "card:3" is not a fee: write a method`:          {"fees", "add", "--from", "2024-05-06", "--fees", "card:3"},
		"--date: 2100-01-01 does not lie between 1990-01-01 and": {"verify", "--date", "2100-01-01"},
	} {
		require.ErrorContains(t, run(t.Context(), args), problem, "%v", args)
	}
}
