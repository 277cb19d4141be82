package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"creatorpay/program/command"
	"creatorpay/settlement"
	"creatorpay/worker/service"
)

// What messages tell an operator to type must be what the starter understands.
func TestTheStarterKnowsTheCommandsThatMessagesName(t *testing.T) {
	t.Setenv("MYSQL_DSN", "nobody@tcp(127.0.0.1:1)/none")
	day := settlement.Day(19852) // 2024-05-09
	lines := []string{
		command.Migrate, command.Status, command.ApplySchedules, command.ListSchedules, command.TakeRows, command.TakePayments,
		command.Verify(day), command.RestoreRows(day), command.AddPartitions(day, day+1), command.MailStatus(day.Week()), command.SendMails(day.Week()),
	}
	for _, period := range []settlement.Period{settlement.DailyPeriod(day), day.Week(), day.Month()} {
		lines = append(lines, command.Run(period), command.Retry(period), command.Backfill(period, period), command.Audit(period))
	}
	for _, line := range lines {
		parser, err := kong.New(&commands{}, vars, kong.Vars(service.FlagDefaults()))
		require.NoError(t, err)
		program, args, _ := strings.Cut(line, " ")
		require.Equal(t, "starter", program)
		_, err = parser.Parse(strings.Fields(args))
		require.NoError(t, err, line)
	}
}
