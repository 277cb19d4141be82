// Package activities does the work that workflows order: it reads and writes
// the database. Every activity may be killed at any instant and run again: what it
// stores is found by its business key, so that doing it again changes nothing.
package activities

import (
	"context"
	"time"

	"go.temporal.io/api/enums/v1"

	"creatorpay/db"
	"creatorpay/db/replication"
)

// Activities holds what the activities depend on; its methods are the
// activities.
type Activities struct {
	DB *db.DB
	// Replicas are scanned where they can be relied on; nil if there are none.
	Replicas *replication.Scans
	// RepeatWindow is the window of R3 for runs that begin now.
	RepeatWindow time.Duration
	// PartitionsAhead is how many days after today, and after the one being run,
	// have room in the logs.
	PartitionsAhead int
	// KeepDays is how many days of the logs stay before the one being run, at least 8;
	// 0 keeps all.
	KeepDays int
	// Next says what a person can do about an error, such as a command to type; it
	// may be nil, and may answer nothing.
	Next func(error) string
	// CurrentRun asks Temporal for the id of the workflow's current run.
	CurrentRun func(ctx context.Context, workflowID string) (runID string, err error)
	// RunStatus asks Temporal how the workflow's current run stands.
	RunStatus func(ctx context.Context, workflowID string) (enums.WorkflowExecutionStatus, error)
}
