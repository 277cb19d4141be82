package main

import (
	"context"
	"fmt"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/activities"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// mailRun mails a week's statements to the inbox.
type mailRun struct {
	*rig
	week   settlement.Period
	first  string // run of the workflow, which others may continue
	totals activities.MailTotals
}

func (m *mailRun) send(ctx context.Context) error {
	run, err := m.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: workflows.MailID(m.week), TaskQueue: workflows.TaskQueue},
		workflows.Mail, workflows.MailInput{Week: m.week})
	if err != nil {
		return err
	}
	m.first = run.GetRunID()
	return run.Get(ctx, &m.totals)
}

// check makes sure that all mails have arrived. It returns how many, and how many
// events the histories of all runs have.
func (m *mailRun) check(ctx context.Context) (sent int, events int64, err error) {
	arrived, err := m.inbox.Mails()
	if err != nil {
		return 0, 0, err
	}
	if len(arrived) == 0 || m.totals != (activities.MailTotals{Sent: len(arrived)}) {
		return 0, 0, fmt.Errorf("%s arrived of %+v", settlement.Count(len(arrived), "mail"), m.totals)
	}
	for run := m.first; run != ""; {
		next := ""
		for all := m.temporal.GetWorkflowHistory(ctx, workflows.MailID(m.week), run, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); all.HasNext(); events++ {
			event, err := all.Next()
			if err != nil {
				return 0, 0, err
			}
			next = event.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
		}
		run = next
	}
	return len(arrived), events, nil
}
