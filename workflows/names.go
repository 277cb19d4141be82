// Package workflows orders the work of each period. A workflow reads as the
// business process; what it orders is done in package activities.
package workflows

import "creatorpay/settlement"

// TaskQueue is where workflows and activities wait for a worker.
const TaskQueue = "creatorpay"

// MailQueue is where the activities that send mails wait: a queue of their own,
// so that mails can be held to a rate that nothing else is held to.
const MailQueue = "creatorpay-mail"

// ProgressQuery asks a running workflow for its [Progress].
const ProgressQuery = "progress"

// SendNowSignal makes a run of [Mail] try all mails that are still to be sent, at
// once.
const SendNowSignal = "send-now"

// ID is the workflow ID of the period's run: daily:2024-05-09. As a business
// key it lets Temporal refuse a second run while one is going or after one has
// finished; the book of runs refuses it for ever.
func ID(period settlement.Period) string {
	return string(period.Kind) + ":" + period.String()
}

// Summary is the one line by which the Temporal UI introduces the period's run.
func Summary(period settlement.Period) string {
	switch period.Kind {
	case settlement.Weekly:
		return "Roll-up, statements and mails of " + period.String()
	case settlement.Monthly:
		return "Roll-up and statements of " + period.String()
	default:
		return "Statistics and settlement of " + period.String()
	}
}

// MailSummary introduces the mails of a week.
func MailSummary(week settlement.Period) string { return "Mails of " + week.String() }

// MailID is the workflow ID of the mails of a week: mail:2024-W19.
func MailID(week settlement.Period) string { return "mail:" + week.String() }

// PartitionsID begins the workflow IDs of all that make room in the watch log. A
// schedule appends the time at which one was due.
const PartitionsID = "partitions"

// RoomID is the workflow ID of one that an operator asks for:
// partitions:2024-05-09.
func RoomID(today settlement.Day) string { return PartitionsID + ":" + today.String() }

// LaunchPrefix begins the workflow IDs of all launches of a kind. A schedule
// appends the time at which the launch was due.
func LaunchPrefix(kind settlement.Kind) string { return "launch:" + string(kind) }

// LaunchID is the workflow ID of a launch that an operator asks for:
// launch:daily:2024-05-09 or launch:daily:2024-05-01..2024-06-29.
func LaunchID(first, last settlement.Period) string {
	if first == last {
		return LaunchPrefix(first.Kind) + ":" + first.String()
	}
	return LaunchPrefix(first.Kind) + ":" + first.String() + ".." + last.String()
}
