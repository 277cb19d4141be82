// Package command has the starter's commands as an operator types them, for texts that say what to do
// next. A message names a command only through it, so that none outlives a change of the command line.
package command

import (
	"fmt"

	"creatorpay/settlement"
)

// Commands without a period.
const (
	Migrate        = "starter migrate"
	Status         = "starter status"
	ApplySchedules = "starter schedule apply"
	ListSchedules  = "starter schedule list"
	AddRoom        = "starter partitions add"               // with the days that [AddPartitions] adds
	TakeRows       = "starter rows take -o FILE"            // moves rows of dropped days out of the watch log
	TakePayments   = "starter rows take --payments -o FILE" // moves them out of the payments log
	ListFees       = "starter fees list"
	ExtendFees     = "starter fees extend --version N --fees FEES" // gives methods fees that have none; N as [ListFees] says
)

// Run runs the period.
func Run(period settlement.Period) string { return "starter run " + arguments(period) }

// Retry lets the period's run that ended go on where it went wrong.
func Retry(period settlement.Period) string { return "starter retry " + arguments(period) }

// Backfill launches all open periods from the first to the last, which is of the same kind.
func Backfill(first, last settlement.Period) string {
	return fmt.Sprintf("starter schedule backfill --kind %s --from %s --to %s", first.Kind, first, last)
}

// Verify recomputes a closed day from the logs.
func Verify(day settlement.Day) string { return "starter verify --date " + day.String() }

// RestoreRows says which rows of a closed day a backup would put right; NAME is the backup's database.
func RestoreRows(day settlement.Day) string {
	return fmt.Sprintf("starter rows restore --date %s --backup NAME", day)
}

// Audit checks the invariants of the period's days, and of the weeks and months that have one of them.
func Audit(period settlement.Period) string {
	return fmt.Sprintf("starter audit --from %s --to %s", period.Start, period.End()-1)
}

// AddPartitions makes room in the logs, both days included.
func AddPartitions(first, last settlement.Day) string {
	return fmt.Sprintf("%s --from %s --to %s", AddRoom, first, last)
}

// MailStatus shows what became of the week's mails.
func MailStatus(week settlement.Period) string {
	return "starter mail status --week " + week.String()
}

// DoubtMails records that the fate of the week's pending mails is unknown.
func DoubtMails(week settlement.Period) string { return "starter mail doubt --week " + week.String() }

// SendMails sends the week's mails that are pending.
func SendMails(week settlement.Period) string { return "starter mail send --week " + week.String() }

// arguments name the period: daily --date 2024-05-09, weekly --week 2024-W19 or monthly --month 2024-05.
func arguments(period settlement.Period) string {
	flag := map[settlement.Kind]string{settlement.Daily: "date", settlement.Weekly: "week", settlement.Monthly: "month"}[period.Kind]
	return fmt.Sprintf("%s --%s %s", period.Kind, flag, period)
}
