// Package control is what operators do with runs and schedules: start, reset and follow runs, launch periods, and
// bring schedules to what they should be. It knows Temporal and the books, and no command line.
package control

import (
	"context"
	"fmt"
	"net/url"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/workflows"
)

// Server is a connection to Temporal.
type Server struct {
	client.Client
	Namespace string
	UI        string // the address of its UI, for links
}

// Link is the page of the workflow in the Temporal UI; without a run ID it lists
// the workflow's runs.
func (s *Server) Link(workflowID, runID string) string {
	link := fmt.Sprintf("%s/namespaces/%s/workflows/%s", s.UI, s.Namespace, url.PathEscape(workflowID))
	if runID == "" {
		return link
	}
	return link + "/" + runID + "/history"
}

// HasNoWorker tells whether nobody would work on a run that is started now. It is
// false if Temporal does not say.
func (s *Server) HasNoWorker(ctx context.Context) bool {
	queue, err := s.DescribeTaskQueue(ctx, workflows.TaskQueue, enums.TASK_QUEUE_TYPE_WORKFLOW)
	return err == nil && len(queue.GetPollers()) == 0
}
