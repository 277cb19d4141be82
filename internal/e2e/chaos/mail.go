package chaos

import (
	"context"
	"fmt"
	"regexp"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"creatorpay/db"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/inbox"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// maxDeferrals is how often a mail may be put off until all others must have been
// tried.
const maxDeferrals = 5

// requireNoneWaits means that no mail waits behind those that the mail server
// puts off.
func (c *Rig) requireNoneWaits(week settlement.Period) {
	untried := c.count(`SELECT COUNT(*) FROM deliveries WHERE starts_on = ? AND state = ? AND attempts = 0`, week.Start, db.DeliveryPending)
	putOff := c.count(`SELECT COUNT(*) FROM deliveries WHERE starts_on = ? AND state = ? AND attempts >= ?`, week.Start, db.DeliveryPending, maxDeferrals)
	c.reportIf(untried > 0 && putOff > 0, "%s: %d mails wait behind %d that were put off %d times", week, untried, putOff, maxDeferrals)
}

// retryNow makes the workflow's activities that wait for their next try run at once,
// and the next pass over mails that the server has put off.
func (c *Rig) retryNow(workflow string) {
	_ = c.ask(func(ctx context.Context) error { // in a moment the operator looks again
		description, err := c.client.DescribeWorkflowExecution(ctx, workflow, "")
		if err != nil {
			return err
		}
		if !workflows.NextPass(description.GetWorkflowExecutionInfo()).IsZero() {
			if err := c.client.SignalWorkflow(ctx, workflow, "", workflows.SendNowSignal, nil); err != nil {
				return err
			}
		}
		for _, pending := range description.GetPendingActivities() {
			if pending.GetLastFailure() == nil || pending.GetState() != enums.PENDING_ACTIVITY_STATE_SCHEDULED {
				continue
			}
			if _, err := c.client.WorkflowService().ResetActivity(ctx, &workflowservice.ResetActivityRequest{
				Namespace: c.Namespace,
				Execution: &commonpb.WorkflowExecution{WorkflowId: workflow},
				Activity:  &workflowservice.ResetActivityRequest_Id{Id: pending.GetActivityId()},
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Rig) attempts(week settlement.Period, creator int64) int64 {
	return c.count(`SELECT COALESCE(SUM(attempts), 0) FROM deliveries WHERE starts_on = ? AND creator_id = ?`, week.Start, creator)
}

var wonInMail = regexp.MustCompile(`-?₩[0-9,]+`)

// requireMails means that every creator with a statement has got its mail once,
// with its amount and at the address that they had, unless the books say that it was rejected, or that nobody can
// know.
func (c *Rig) requireMails(s *rig.System, week *PlannedPeriod, want oracle.Result) {
	s.T.Helper()
	mails, err := c.inbox.Mails()
	require.NoError(s.T, err)
	received := map[string][]inbox.Mail{} // by Message-ID
	for _, mail := range mails {
		received[mail.MessageID] = append(received[mail.MessageID], mail)
	}
	deliveries, err := s.DB.Deliveries(s.T.Context(), week.Period, db.DeliveryPending, db.DeliverySending, db.DeliverySent, db.DeliveryRejected, db.DeliveryUnknown)
	require.NoError(s.T, err)
	statements := rig.StatementsOf(want)
	require.Len(s.T, deliveries, len(statements), "deliveries of %s", week)
	for _, delivery := range deliveries {
		got := received[fmt.Sprintf("statement.%s-%d.1@creatorpay.example", week, delivery.CreatorID)]
		who := fmt.Sprintf("mails of %s to creator %d, which are %s", week, delivery.CreatorID, delivery.State)
		switch delivery.State {
		case db.DeliverySent:
			require.Len(s.T, got, 1, who)
		case db.DeliveryUnknown:
			require.LessOrEqual(s.T, len(got), 1, who)
			c.Tally.leaveUnknown()
		default:
			require.Equal(s.T, db.DeliveryRejected, delivery.State, who)
			require.Empty(s.T, got, who)
		}
		for _, mail := range got {
			require.Equal(s.T, week.addresses[delivery.CreatorID], mail.To, who)
			text, documents := rig.ReadMail(s.T, mail.Path)
			require.Equal(s.T, 2, documents, who)
			total, err := statements[delivery.CreatorID].Total()
			require.NoError(s.T, err)
			require.Equal(s.T, total.String(), wonInMail.FindString(text), who)
		}
	}
}
