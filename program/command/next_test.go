package command_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/program/command"
	"creatorpay/settlement"
)

const may9 settlement.Day = 19852 // 2024-05-09

func TestExplain_AddsWhatToTypeNext(t *testing.T) {
	day := settlement.DailyPeriod(may9)
	for want, err := range map[string]error{
		"2024-05-09 is not closed: it was never run; run it once it is over: starter run daily --date 2024-05-09":                       settlement.NotClosed(day, settlement.NeverRun),
		"2024-05-09 is not closed: its run is still going; see `starter status`":                                                        settlement.NotClosed(day, settlement.Running),
		"2024-W19 is not closed: its run failed; fix the cause that `starter status` shows, then: starter retry weekly --week 2024-W19": settlement.NotClosed(may9.Week(), settlement.Failed),
		"begin: closed; to recompute and compare it: starter verify --date 2024-05-09":                                                  fmt.Errorf("begin: %w", settlement.Errorf(settlement.ErrClosed, day, "closed")),
		"closed; to compare it with its days: starter audit --from 2024-05-06 --to 2024-05-12":                                          settlement.Errorf(settlement.ErrClosed, may9.Week(), "closed"),
		"no room; import its views or, if it had none, make room: starter partitions add --from 2024-05-09 --to 2024-05-09":             settlement.Errorf(settlement.ErrNoPartition, day, "no room"),
		"old; run `starter migrate`": settlement.Errorf(settlement.ErrNotMigrated, settlement.Period{}, "old"),
		"bad; put the rows right or remove them, import the payment that a refund gives back (one that an earlier system settled with --earlier-payments), or give a method its fee (starter fees list, starter fees extend --version N --fees FEES), then: starter retry daily --date 2024-05-09": settlement.Errorf(settlement.ErrBadPayments, day, "bad"),
		"lost; see `starter mail status --week 2024-W19`": settlement.Errorf(settlement.ErrLostClaim, may9.Week(), "lost"),
		"2024-05-09 is a Thursday":                        settlement.Invalid("2024-05-09 is a Thursday"),
		"the connection is lost":                          errors.New("the connection is lost"),
	} {
		require.Equal(t, want, command.Explain(err))
	}
}

func TestExplain_SaysHowADayIsReleased(t *testing.T) {
	unjudged := &db.Kept{Day: may9, Rows: 1, Reason: db.KeptUnjudged}
	require.Contains(t, command.Explain(unjudged), "settle these rows by hand and delete them")
	never := &db.Kept{Day: may9, Rows: 3, Reason: db.KeptNeverSettled}
	require.Contains(t, command.Explain(never), "starter partitions drop --older-than-days N --never-settled --yes")
	for _, waits := range []db.KeptReason{db.KeptUnposted, db.KeptPosting} {
		kept := &db.Kept{Day: may9, Rows: 1, Reason: waits, Posting: may9 + 2}
		require.Equal(t, kept.Error(), command.Explain(kept))
	}
}
