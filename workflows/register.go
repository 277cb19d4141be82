package workflows

import (
	"go.temporal.io/sdk/worker"

	"creatorpay/activities"
)

// Register makes the workflows known: to a worker, a test or a replay.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflow(Daily)
	r.RegisterWorkflow(Weekly)
	r.RegisterWorkflow(Monthly)
	r.RegisterWorkflow(Mail)
	r.RegisterWorkflow(Launch)
	r.RegisterWorkflow(Partitions)
}

// RegisterActivities makes the activities known to a worker of [TaskQueue] or a
// test.
func RegisterActivities(r worker.ActivityRegistry, a *activities.Activities) {
	r.RegisterActivity(a)
}

// RegisterMailActivities makes the activities known that a worker of [MailQueue]
// does.
func RegisterMailActivities(r worker.ActivityRegistry, a *activities.Mailing) {
	r.RegisterActivity(a)
}
