package control

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"creatorpay/settlement"
	"creatorpay/workflows"
)

// SendMails sends the week's mails that are pending: in a run of its own, or in the
// one that is running, which tries them all at once then.
func (s *Server) SendMails(ctx context.Context, week settlement.Period) (client.WorkflowRun, error) {
	if err := workflows.EnsureSearchAttributes(ctx, s, s.Namespace); err != nil {
		return nil, err
	}
	id := workflows.MailID(week)
	run, err := s.SignalWithStartWorkflow(ctx, id, workflows.SendNowSignal, nil, client.StartWorkflowOptions{
		TaskQueue: workflows.TaskQueue,
		// What was sent is not sent again, however often this runs.
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:         workflows.MailSummary(week),
	}, workflows.Mail, workflows.MailInput{Week: week})
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", id, err)
	}
	return run, nil
}

// Sending is how the mails of a week are being sent.
type Sending struct {
	Running bool
	Next    time.Time // when it tries deferred mails again; zero unless it waits for that
}

// Sending tells whether a run sends the week's mails.
func (s *Server) Sending(ctx context.Context, week settlement.Period) (Sending, error) {
	id := workflows.MailID(week)
	description, err := s.DescribeWorkflowExecution(ctx, id, "")
	var unknown *serviceerror.NotFound
	if errors.As(err, &unknown) {
		return Sending{}, nil
	}
	if err != nil {
		return Sending{}, fmt.Errorf("look for %s: %w", id, err)
	}
	info := description.GetWorkflowExecutionInfo()
	return Sending{Running: info.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, Next: workflows.NextPass(info)}, nil
}
