package workflows

import (
	"time"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// The inputs and results of all workflows, and what they answer to queries. They
// end up in histories, which keep them for weeks: ids, dates, ranges and counts,
// nothing of a creator's, and no type of the database. Days are written as
// 2024-05-09, a period as its kind and its first day. What an input must be like,
// its Validate says.

// A day.

// DailyInput asks for the statistics and the settlement of one business day.
type DailyInput struct {
	Day settlement.Day `json:"day"`
	// Wait makes the run wait for the day before to close. Without it the run
	// is refused unless that day is closed or running.
	Wait bool `json:"wait,omitempty"`
	// ChunkRows is about how many rows of the watch log a chunk has; 0 means
	// DefaultChunkRows. A day that is planned already keeps its plan.
	ChunkRows int64 `json:"chunk_rows,omitempty"`
	// Parallel is how many chunks are worked on at a time over all workers; 0
	// means DefaultParallel.
	Parallel int `json:"parallel,omitempty"`
}

// DailyResult is what the closed day came to.
type DailyResult struct {
	Day       settlement.Day `json:"day"`
	Chunks    int            `json:"chunks"`
	PriceRule int64          `json:"price_rule"` // the version of R4's prices
	// Mismatches are closed days whose rows are not those that were counted.
	Mismatches []settlement.Mismatch `json:"mismatches,omitempty"`
	activities.DropOldDaysResult
	settlement.Totals
}

// A week or month.

// PeriodInput asks for the roll-up of a week or month.
type PeriodInput struct {
	Period settlement.Period `json:"period"`
	// Wait makes the run wait for days that are not closed. Without it the run
	// is refused unless those days are running.
	Wait bool `json:"wait,omitempty"`
	// NoMail closes a week without sending its mails. Mail sends them later.
	NoMail bool `json:"no_mail,omitempty"`
}

// PeriodResult is what the closed week or month came to.
type PeriodResult struct {
	Period settlement.Period `json:"period"`
	Chunks int               `json:"chunks"`
	settlement.Totals
	Mails activities.MailTotals `json:"mails,omitzero"` // zero unless the run sent them
	// Mismatches are days of a week whose rows are not those that were counted.
	Mismatches []settlement.Mismatch `json:"mismatches,omitempty"`
}

// The mails of a week.

// MailInput asks for the mails of a closed week that are still to be sent. All
// but the week is what a run that continues another one knows of it. The result
// is an [activities.MailTotals].
type MailInput struct {
	Week  settlement.Period `json:"week"`
	After int64             `json:"after,omitempty"` // only creators above this id, in the pass that goes on; 0 takes all
	// Failed are the batches that failed in the pass that goes on.
	Failed FailedBatches `json:"failed,omitzero"`
	// Passes is how many passes have ended, and Until is when the last one begins.
	Passes int       `json:"passes,omitempty"`
	Until  time.Time `json:"until,omitzero"`
	// Asked is that somebody asked for a pass while one was going on.
	Asked bool `json:"asked,omitempty"`
}

// FailedBatches counts the batches that failed and names the first few.
type FailedBatches struct {
	Count int      `json:"count"`
	Named []string `json:"named"` // the first ones, at most [batchesNamed], with their causes
}

// A launch, one period after the other.

// LaunchInput says which periods to run. A schedule names none: then it is the
// one that ended last before the time at which the launch was due.
type LaunchInput struct {
	Kind settlement.Kind `json:"kind"`
	// Zone is the business time zone, by which a due time becomes a day. It is
	// not needed when periods are named.
	Zone string `json:"zone,omitempty"`
	// First and Last are days, each of which names the period that holds it.
	First settlement.Day `json:"first,omitempty"`
	Last  settlement.Day `json:"last,omitempty"`
	// From is where the earlier runs of a long launch stopped, and Before is what
	// they came to; zero in the first run.
	From   settlement.Day `json:"from,omitempty"`
	Before LaunchResult   `json:"before,omitzero"`
}

// LaunchResult counts the periods of a launch.
type LaunchResult struct {
	Closed        int            `json:"closed"`         // while the launch waited
	ClosedAlready int            `json:"closed_already"` // and passed over
	Failed        []FailedPeriod `json:"failed,omitempty"`
	// BeforeFirst tells that the period of a schedule's launch lies before all that is
	// settled here, as in the first hours of a platform: there is nothing to do.
	BeforeFirst bool `json:"before_first,omitempty"`
}

// FailedPeriod is a period whose run failed at least once.
type FailedPeriod struct {
	settlement.Period
	Cause string `json:"cause"`
	// AfterClose tells that the period itself is closed, but its mails failed.
	AfterClose bool `json:"after_close,omitempty"`
}

// The partitions of the logs.

// PartitionsInput says for which day, and those after it, the logs are to
// have room. The result is an [activities.MakeRoomResult].
type PartitionsInput struct {
	Zone string `json:"zone"` // the business time zone
	// Today is zero in a schedule's input: then it is the day in which the
	// workflow was due.
	Today settlement.Day `json:"today,omitempty"`
}

// What runs show while they go on, and when they fail.

// FailedChunk is one chunk in the details of a failure of type
// [activities.TypeChunks].
type FailedChunk struct {
	Chunk  int    `json:"chunk"`
	Videos string `json:"videos"` // its range, for people
	Error  string `json:"error"`  // the last one
}

// Progress is a run's answer to [ProgressQuery].
type Progress struct {
	Phase         string `json:"phase"`
	WaitsFor      string `json:"waits_for,omitempty"` // another period that is not closed, and why
	ChunksDone    int    `json:"chunks_done"`         // of this phase
	Chunks        int    `json:"chunks"`              // 0 in phases without chunks
	FailedChunks  int    `json:"failed_chunks"`       // of this run, for good
	Rows          int64  `json:"rows"`                // of the chunks done
	RowsPerSecond int64  `json:"rows_per_second"`
	SecondsLeft   int64  `json:"seconds_left"` // of this phase, if it goes on as it did; 0 if unknown
}

// LaunchProgress is a launch's answer to [ProgressQuery].
type LaunchProgress struct {
	LaunchResult
	Running *settlement.Period `json:"running,omitempty"` // nil before the first and after the last
	Left    int                `json:"left"`              // periods, with the running one
}
