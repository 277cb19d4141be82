// Package workflows orders the work of each period. A workflow reads as the
// business process; what it orders is done in package activities.
package workflows

import (
	"go.temporal.io/sdk/temporal"

	"creatorpay/settlement"
)

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

// PartitionsPrefix begins the workflow IDs of all that make room in the logs. A
// schedule appends the time at which one was due.
const PartitionsPrefix = "partitions"

// PartitionsID is the workflow ID of one that an operator asks for:
// partitions:2024-05-09.
func PartitionsID(today settlement.Day) string { return PartitionsPrefix + ":" + today.String() }

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

// LaunchType and PartitionsType are the names of [Launch] and [Partitions] in
// Temporal.
const (
	LaunchType     = "Launch"
	PartitionsType = "Partitions"
)

// The search attributes by which operators find runs. Each run sets its own, so
// whoever starts it need not know them.
var (
	// SettlementKind is daily, weekly, monthly or mail.
	SettlementKind = temporal.NewSearchAttributeKeyKeyword("SettlementKind")
	// SettlementPeriod is 2024-05-09, 2024-W19 or 2024-05.
	SettlementPeriod = temporal.NewSearchAttributeKeyKeyword("SettlementPeriod")
	// SettlementPhase is one of the phases.
	SettlementPhase = temporal.NewSearchAttributeKeyKeyword("SettlementPhase")
	// FailedChunks is how many chunks, or batches of mails, failed for good: 1
	// from the first one on, all of them when the run has ended.
	FailedChunks = temporal.NewSearchAttributeKeyInt64("FailedChunks")
)

// kindMail is the [SettlementKind] of the mails of a week.
const kindMail = "mail"

// DueTime is when a schedule was to start the workflow, however late it did.
var DueTime = temporal.NewSearchAttributeKeyTime("TemporalScheduledStartTime")

// nextPassMemo is the memo of a run of [Mail] that says when it tries deferred
// mails again, while that lies ahead. A memo can be read without a worker.
const nextPassMemo = "next_pass"

// The phases of a run, as [SettlementPhase] and [Progress] name them. A day goes
// through those from waiting to settling and closing, a week from waiting, checking
// rows and planning to closing and mailing, a month as a week but without the
// checks and mails. Mails have phases of their own.
const (
	PhaseWaiting      = "waiting for earlier days"
	PhaseCollecting   = "collecting late rows"
	PhasePlanning     = "planning"           // cutting into chunks
	PhaseCounting     = "counting"           // R1 to R3
	PhaseChecking     = "checking"           // whether the rows are still those that were counted (R10)
	PhaseSettling     = "settling"           // R4 to R7
	PhaseCheckingRows = "checking rows"      // of a week's closed days
	PhaseRollingUp    = "rolling up"         // R8
	PhaseStating      = "writing statements" // and the Top 5
	PhaseClosing      = "closing"            // R11; of a day, with the Top 5
	PhaseMailing      = "mailing"
	PhaseDeferred     = "trying deferred mails" // while it waits for the next pass
	PhaseClosed       = "closed"                // the last one of a period that is closed
	PhaseMailed       = "mailed"                // the last one of mails that are sent
	PhaseFailed       = "failed"                // the last one of any other run
)
