package activities

import "creatorpay/settlement"

// The inputs and results of all activities, by the step of the run that orders
// them. They end up in histories, which keep them for weeks: ids, dates, ranges
// and counts, nothing of a creator's, and no type of the database. Days are
// written as 2024-05-09, a period as its kind and its first day, amounts in whole
// won, time played in seconds.

// The steps of a day.

// DayInput names the day on which an activity works, or from which on there is to
// be room in the logs.
type DayInput struct {
	Day settlement.Day `json:"day"`
}

// BeginDayInput says which day to enter in the book of runs, and how to wait.
type BeginDayInput struct {
	Day settlement.Day `json:"day"`
	// Wait makes the run wait for the day before, whatever its state.
	// Otherwise it waits only while that day is running.
	Wait bool `json:"wait"`
	// Shown is the wait that the run shows to people already; nil if it shows none.
	Shown *Waiting `json:"shown,omitempty"`
}

// BeginDayResult is what the book of runs fixed for the day.
type BeginDayResult struct {
	PriceRule int64 `json:"price_rule"` // the version of R4's prices; 0 while it waits
	// Waiting is set when the day could not begin yet, because of another that
	// is not closed, and the run does not show that; otherwise nil.
	Waiting *Waiting `json:"waiting,omitempty"`
}

// Waiting is an earlier period for which a run waits, since it is not closed.
type Waiting struct {
	Period settlement.Period   `json:"period"`
	State  settlement.RunState `json:"state,omitempty"` // of its run; empty if it has none
	Next   string              `json:"next,omitempty"`  // what an operator can do about it; empty if that is not known
}

// CollectLateResult is what came too late for its own day.
type CollectLateResult struct {
	LateRows   int64                 `json:"late_rows"`            // that the day posts, of both logs
	Mismatches []settlement.Mismatch `json:"mismatches,omitempty"` // closed days whose rows are not those that were counted
}

// PlanDayInput says how the day is cut into chunks.
type PlanDayInput struct {
	Day       settlement.Day `json:"day"`
	ChunkRows int64          `json:"chunk_rows"` // about how many rows a chunk has, unless that makes too many
	MaxChunks int            `json:"max_chunks"`
}

// PlanResult is a period's plan in key order.
type PlanResult struct {
	Chunks []PlannedChunk `json:"chunks"`
	// Position is up to where a replica must have followed the primary to be scanned for
	// the day, in the servers' own words (GTIDs); empty if none is.
	Position string `json:"position,omitempty"`
}

// PlannedChunk is a chunk of a period's plan and what has been done of it.
type PlannedChunk struct {
	Number int                   `json:"number"` // 1, 2, 3 ... in key order
	Videos string                `json:"videos"` // its range, for people
	State  settlement.ChunkState `json:"state"`
	Rows   int64                 `json:"rows"` // counted or rolled up; 0 while it is planned
}

// ChunkInput names one chunk of a day.
type ChunkInput struct {
	Day   settlement.Day `json:"day"`
	Chunk int            `json:"chunk"`
	// Position is that of the plan, if the chunk is to be counted.
	Position string `json:"position,omitempty"`
}

// CountChunkResult says how much was counted.
type CountChunkResult struct {
	Rows int64 `json:"rows"` // read of both logs, those of the watch log of unknown videos too
}

// CheckDayResult names the chunks that must be counted again.
type CheckDayResult struct {
	Again []int `json:"again,omitempty"` // in order; none if the logs are at rest
}

// SettleChunkResult is what the settled chunk came to.
type SettleChunkResult struct {
	// Planned is true if the chunk must be counted again first, since what its count had
	// looked up has changed; then all amounts are 0.
	Planned bool `json:"planned,omitempty"`
	settlement.Amounts
}

// CloseDayResult is what the closed day came to.
type CloseDayResult struct {
	// Closed is false if the day could not be closed because rows arrived after it
	// was counted, or because chunks are unsettled; then all totals are 0.
	Closed bool `json:"closed"`
	// Unsettled are the chunks that are not done any more, with their numbers and states.
	Unsettled []PlannedChunk `json:"unsettled,omitempty"`
	settlement.Totals
}

// FailDayInput says why the day's run failed.
type FailDayInput struct {
	Day     settlement.Day `json:"day"`
	Failure string         `json:"failure"` // for people
}

// The partitions of the logs, before and after a day.

// MakeRoomResult says for which days the logs have room.
type MakeRoomResult struct {
	Added int            `json:"added"` // days
	Until settlement.Day `json:"until"` // the last day with room; zero if the day itself has none
}

// DropOldDaysResult is what became of the days that are past keeping.
type DropOldDaysResult struct {
	Dropped int `json:"dropped,omitzero"` // days
	// Kept says which day stays although it is past keeping, and why; empty if
	// none does.
	Kept string `json:"kept,omitempty"`
}

// The steps of a week or month.

// PeriodInput names the week or month that an activity works on.
type PeriodInput struct {
	Period settlement.Period `json:"period"`
}

// BeginPeriodInput says how a week or month is begun.
type BeginPeriodInput struct {
	Period settlement.Period `json:"period"`
	// Wait makes the run wait for days that are not closed, whatever their
	// state. Otherwise it waits only for days that are running.
	Wait bool `json:"wait"`
	// Shown is the wait that the run shows to people already; nil if it shows none.
	Shown *Waiting `json:"shown,omitempty"`
}

// BeginPeriodResult says whether the period is closed already, and what it came
// to then.
type BeginPeriodResult struct {
	Closed bool `json:"closed"`
	settlement.Totals
	// Waiting is set when the period could not begin yet, because of a day that
	// is not closed, and the run does not show that; otherwise nil.
	Waiting *Waiting `json:"waiting,omitempty"`
}

// PlanRowChecksInput says how the rows of a period's days are cut into checks.
type PlanRowChecksInput struct {
	Period    settlement.Period `json:"period"`
	CheckRows int64             `json:"check_rows"` // about how many rows a check reads, unless that makes too many
	MaxChecks int               `json:"max_checks"`
}

// PlanRowChecksResult are the checks, by day, log and chunk. Days that a log does
// not have any more have none.
type PlanRowChecksResult struct {
	Checks []RowCheck `json:"checks,omitempty"`
}

// RowCheck is chunks of a closed day that follow each other, in one of the logs:
// the work of one [Activities.CheckRows].
type RowCheck struct {
	Day   settlement.Day `json:"day"`
	First int            `json:"first"` // number of a chunk
	Last  int            `json:"last"`  // number of a chunk, itself checked
	Rows  int64          `json:"rows"`  // that were counted

	Payments bool `json:"payments,omitempty"` // in the payments log, else in the watch log
}

// PlanPeriodInput says how a week or month is cut into chunks.
type PlanPeriodInput struct {
	Period     settlement.Period `json:"period"`
	ChunkLines int64             `json:"chunk_lines"` // about how many daily lines a chunk has, unless that makes too many
	MaxChunks  int               `json:"max_chunks"`
}

// PeriodChunkInput names one chunk of a week or month.
type PeriodChunkInput struct {
	Period settlement.Period `json:"period"`
	Chunk  int               `json:"chunk"`
}

// FailPeriodInput says why the run of a week or month failed.
type FailPeriodInput struct {
	Period  settlement.Period `json:"period"`
	Failure string            `json:"failure"` // for people
}

// The steps of a launch.

// OpenPeriodsInput names the periods that hold two days, and those between them.
type OpenPeriodsInput struct {
	Kind  settlement.Kind `json:"kind"`
	First settlement.Day  `json:"first"`
	Last  settlement.Day  `json:"last"`
}

// OpenPeriodsResult are the periods that are not closed, in order.
type OpenPeriodsResult struct {
	Open []OpenPeriod `json:"open,omitempty"`
}

// OpenPeriod is a period that is not closed.
type OpenPeriod struct {
	settlement.Period
	State settlement.RunState `json:"state,omitempty"` // of its run; empty if it has none
}

// AwaitRunInput names a period and the workflow of its run.
type AwaitRunInput struct {
	Period     settlement.Period `json:"period"`
	WorkflowID string            `json:"workflow_id"`
}

// The steps of a week's mails.

// PlanMailsInput says which mails of the week are still to be cut into batches.
type PlanMailsInput struct {
	Week       settlement.Period `json:"week"`
	After      int64             `json:"after"` // only creators above this id; 0 takes all
	PerBatch   int               `json:"per_batch"`
	MaxBatches int               `json:"max_batches"`
}

// PlanMailsResult are batches of creators with unsent mails, by creator.
type PlanMailsResult struct {
	Batches []settlement.Creators `json:"batches,omitempty"`
	More    bool                  `json:"more"` // there may be unsent mails above the last batch
}

// SendMailsInput names a batch of mails.
type SendMailsInput struct {
	Week     settlement.Period   `json:"week"`
	Creators settlement.Creators `json:"creators"`
}

// CountMailsResult is what became of a week's mails so far.
type CountMailsResult struct {
	MailTotals
	// Deferred are mails that the mail server wants later, by its last answer.
	Deferred []DeferredMails `json:"deferred,omitempty"`
}

// MailTotals is what became of a week's mails.
type MailTotals struct {
	Sent     int `json:"sent"`
	Rejected int `json:"rejected"`
	Unknown  int `json:"unknown"` // may have been received; only an operator has them sent again
}

// DeferredMails are mails with the same answer of the mail server.
type DeferredMails struct {
	Code  int `json:"code"` // of SMTP; 0 if it gave none
	Count int `json:"count"`
}
