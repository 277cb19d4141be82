package workflows

import (
	"go.temporal.io/sdk/worker"

	"creatorpay/activities"
)

// Register makes the workflows known: to a worker, a test or a replay.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflow(Daily)
}

// RegisterActivities makes the activities known to a worker or a test.
func RegisterActivities(r worker.ActivityRegistry, a *activities.Activities) {
	r.RegisterActivity(a)
}
