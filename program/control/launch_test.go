package control_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/program/control"
	"creatorpay/settlement"
)

func TestABackfillIsDoneWhenTheBookHasNoGapLeft(t *testing.T) {
	periods := control.Range{First: settlement.DailyPeriod(19852), Last: settlement.DailyPeriod(19854)}
	gap := []db.OpenPeriod{{Period: periods.Last, State: settlement.Failed}}

	require.NoError(t, periods.Launched(nil, nil))
	require.EqualError(t, periods.Launched(gap, nil),
		"launch:daily:2024-05-09..2024-05-11 has ended, but not closed: 1 period of 2024-05-09 to 2024-05-11")
	require.EqualError(t, periods.Launched(gap, errors.New("2024-05-11: a chunk failed")),
		"launch:daily:2024-05-09..2024-05-11: 2024-05-11: a chunk failed")
	require.Error(t, periods.Launched(nil, errors.New("2024-W19: mails failed")))
}
