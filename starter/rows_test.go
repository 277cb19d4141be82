package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

func TestDescribeRestored(t *testing.T) {
	const day settlement.Day = 19852 // 2024-05-09
	for _, test := range []struct {
		restored daylog.Restored
		done     bool
		want     string
	}{
		{daylog.Restored{}, true, "2024-05-09: all rows are those of the backup; to see whether they are those that were counted: starter verify --date 2024-05-09"},
		{daylog.Restored{Counted: 1200, Posted: 1}, false, "2024-05-09: 1,200 counted rows put back, 1 posted late row put back, 0 rows marked as late again, 0 other rows removed; nothing was changed: add --yes to do it"},
		{daylog.Restored{Removed: 1}, true, "2024-05-09: 0 counted rows put back, 0 posted late rows put back, 0 rows marked as late again, 1 other row removed; to see that it is right: starter verify --date 2024-05-09"},
	} {
		require.Equal(t, test.want, describeRestored(day, test.restored, test.done))
	}
}

// left is a file of rows that were to be taken.
func left(t *testing.T) rowsTakeCommand {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.csv")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	return rowsTakeCommand{Output: path}
}

func TestRowsTake_ARowThatCameMeanwhileLeavesNoFile(t *testing.T) {
	c := left(t)
	came := settlement.Errorf(settlement.ErrNeeded, settlement.Period{}, "a row came meanwhile")

	err := c.afterFailure(fmt.Errorf("take rows: %w", came))

	require.ErrorIs(t, err, came)
	require.NoFileExists(t, c.Output)
}

func TestRowsTake_AFileOfRowsThatMayBeTakenIsKept(t *testing.T) {
	c := left(t)

	err := c.afterFailure(errors.New("invalid connection"))

	require.ErrorContains(t, err, "invalid connection\n"+c.Output+" is written, but its rows may still be in the log: take them again into another file")
	require.FileExists(t, c.Output)
}

func TestRowsTake_WithoutAFileThereIsNothingToDecide(t *testing.T) {
	failed := errors.New("connection refused")
	require.Equal(t, failed, rowsTakeCommand{Output: filepath.Join(t.TempDir(), "rows.csv")}.afterFailure(failed))
}

func TestWriteViews_InTheFormOfAnImport(t *testing.T) {
	var out strings.Builder
	view := daylog.View{Day: 19852, ViewID: 5, VideoID: 7, ViewerID: 9, WatchedAt: 1715180400123, PlayedSeconds: 60, AdViews: 2}

	err := writeViews(&out, func(each func(daylog.View) error) error { return each(view) })

	require.NoError(t, err)
	require.Equal(t, "view_id,video_id,viewer_id,watched_at,played_seconds,ad_views\n5,7,9,2024-05-08T15:00:00.123Z,60,2\n", out.String())
}

func TestWritePayments_InTheFormOfAnImport(t *testing.T) {
	var out strings.Builder
	paid := settlement.Payment{VideoID: 7, PaymentID: 5, PaidAt: 1715180400123, Status: settlement.PaymentCompleted, PayerID: 9, Amount: 4_000, Method: "card"}
	refund := paid
	refund.PaymentID, refund.RefundOf = 6, 5

	err := writePayments(&out, func(each func(daylog.Payment) error) error {
		return errors.Join(each(daylog.Payment{Day: 19852, Payment: paid}), each(daylog.Payment{Day: 19852, Payment: refund}))
	})

	require.NoError(t, err)
	require.Equal(t, "payment_id,video_id,payer_id,paid_at,amount,status,method,refund_of\n"+
		"5,7,9,2024-05-08T15:00:00.123Z,4000,completed,card,\n6,7,9,2024-05-08T15:00:00.123Z,4000,completed,card,5\n", out.String())
}
