package command_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/program/command"
	"creatorpay/settlement"
)

func TestCommandsNameTheirPeriodAsItsKindDoes(t *testing.T) {
	day, err := settlement.ParseDay("2024-05-09")
	require.NoError(t, err)
	for want, got := range map[string]string{
		"starter run daily --date 2024-05-09":                                      command.Run(settlement.DailyPeriod(day)),
		"starter run weekly --week 2024-W19":                                       command.Run(day.Week()),
		"starter retry monthly --month 2024-05":                                    command.Retry(day.Month()),
		"starter schedule backfill --kind daily --from 2024-05-09 --to 2024-05-11": command.Backfill(settlement.DailyPeriod(day), settlement.DailyPeriod(day+2)),
		"starter schedule backfill --kind weekly --from 2024-W19 --to 2024-W20":    command.Backfill(day.Week(), (day + 7).Week()),
		"starter verify --date 2024-05-09":                                         command.Verify(day),
		"starter rows restore --date 2024-05-09 --backup NAME":                     command.RestoreRows(day),
		"starter audit --from 2024-05-06 --to 2024-05-12":                          command.Audit(day.Week()),
		"starter partitions add --from 2024-05-09 --to 2024-05-10":                 command.AddPartitions(day, day+1),
		"starter mail status --week 2024-W19":                                      command.MailStatus(day.Week()),
		"starter mail doubt --week 2024-W19":                                       command.DoubtMails(day.Week()),
		"starter mail send --week 2024-W19":                                        command.SendMails(day.Week()),
	} {
		require.Equal(t, want, got)
	}
}
