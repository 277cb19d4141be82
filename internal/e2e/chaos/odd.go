package chaos

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/internal/e2e/rig"
	"creatorpay/internal/faultproxy"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// oddStart is a workflow as people start it in the Temporal UI by mistake.
type oddStart struct {
	workflow, id string
	input        map[string]any
}

// oddStarts are those that the period brings to mind. None of them may do
// anything.
func oddStarts(period settlement.Period) []oddStart {
	day, month := period.Start, period.Start.Month()
	thursday := (day - 10).Week().Start + 3 // of seven days that have passed
	of := func(kind settlement.Kind, start settlement.Day) map[string]any {
		return map[string]any{"kind": kind, "start": start}
	}
	return []oddStart{
		{"Weekly", "weekly:" + thursday.String(), map[string]any{"period": of(settlement.Weekly, thursday), "no_mail": true}},
		{"Weekly", "weekly:" + month.String(), map[string]any{"period": of(settlement.Monthly, month.Start)}},
		{"Monthly", "monthly:" + (month.Start + 14).String(), map[string]any{"period": of(settlement.Monthly, month.Start+14)}},
		{"Mail", "mail:" + month.String(), map[string]any{"week": of(settlement.Monthly, month.Start)}},
		{"Mail", "mail:" + thursday.String(), map[string]any{"week": of(settlement.Weekly, thursday)}},
		{"Daily", "daily:again:" + day.String(), map[string]any{"day": day}},
		{"Daily", "daily:0024-05-09", map[string]any{"day": "0024-05-09"}},
		{"Daily", "daily:1970-01-01", map[string]any{}},
		{"Daily", "daily:" + (day + 1).String(), map[string]any{"day": day + 1, "parallel": -1}},
		{"Daily", "daily:rubbish", map[string]any{"day": "rubbish"}},
		{"Launch", "launch:daily:1970-01-01.." + day.String(), map[string]any{"kind": "daily", "first": "1970-01-01", "last": day}},
		{"Launch", "launch:daily:backwards", map[string]any{"kind": "daily", "first": day + 1, "last": day}},
		{"Launch", "launch:hourly", map[string]any{"kind": "hourly", "first": day, "last": day}},
	}
}

// startOdd starts a few workflows with inputs that must be refused.
func (c *Rig) startOdd(in Injection) (faultproxy.Fault, bool) {
	odd := oddStarts(in.period.Period)
	in.random.Shuffle(len(odd), func(i, j int) { odd[i], odd[j] = odd[j], odd[i] })
	return faultproxy.None, c.startAll(odd[:4])
}

// StartOddWeek starts the run of a week from a Thursday.
func (c *Rig) StartOddWeek(in Injection) (faultproxy.Fault, bool) {
	return faultproxy.None, c.startAll(oddStarts(in.period.Period)[:1])
}

func (c *Rig) startAll(starts []oddStart) bool {
	return c.ask(func(ctx context.Context) error {
		for _, odd := range starts {
			run, err := c.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
				ID: odd.id, TaskQueue: workflows.TaskQueue,
				WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING,
			}, odd.workflow, odd.input)
			if err != nil {
				return err
			}
			c.mutex.Lock()
			c.odd = append(c.odd, startedOdd{odd, run.GetRunID()})
			c.mutex.Unlock()
		}
		return nil
	}) == nil
}

// startedOdd is an odd start and its run.
type startedOdd struct {
	oddStart
	run string
}

// awaitOdd means that every odd start has been refused.
func (c *Rig) awaitOdd() {
	c.mutex.Lock()
	started := slices.Clone(c.odd)
	c.mutex.Unlock()
	for _, odd := range started {
		err := c.ask(func(ctx context.Context) error {
			return c.client.GetWorkflow(ctx, odd.id, odd.run).Get(ctx, nil)
		})
		c.reportIf(err == nil, "%s was run as %s with %v", odd.workflow, odd.id, odd.input)
		c.reportIf(errors.Is(err, context.DeadlineExceeded), "%s as %s with %v has not ended", odd.workflow, odd.id, odd.input)
	}
}

// requireNothingElse means that the books and the inbox hold the planned periods
// and no others.
func (c *Rig) requireNothingElse(s *rig.System) {
	s.T.Helper()
	var periods, days, weeks, mails []string
	for _, period := range c.plan.Periods {
		periods = append(periods, quoted(period.Kind, period.Start))
		switch period.Kind {
		case settlement.Daily:
			days = append(days, quoted(period))
		case settlement.Weekly:
			weeks = append(weeks, quoted(period.Start))
			mails = append(mails, period.String())
		}
	}
	for query, planned := range map[string][]string{
		`SELECT DISTINCT kind, starts_on FROM runs`:          periods,
		`SELECT DISTINCT kind, starts_on FROM run_chunks`:    periods,
		`SELECT DISTINCT kind, starts_on FROM top_videos`:    periods,
		`SELECT DISTINCT kind, starts_on FROM period_videos`: periods,
		`SELECT DISTINCT kind, starts_on FROM statements`:    periods,
		`SELECT DISTINCT starts_on FROM daily_statistics`:    days,
		`SELECT DISTINCT starts_on FROM daily_settlements`:   days,
		`SELECT DISTINCT starts_on FROM daily_payments`:      days,
		`SELECT DISTINCT settled_on FROM payment_refunds`:    days,
		`SELECT DISTINCT starts_on FROM deliveries`:          weeks,
	} {
		found, err := rowsOf(s.T.Context(), s.SQL, query)
		require.NoError(s.T, err)
		require.Subset(s.T, planned, found, query)
	}
	received, err := c.inbox.Mails()
	require.NoError(s.T, err)
	for _, mail := range received {
		require.True(s.T, slices.ContainsFunc(mails, func(week string) bool {
			return strings.HasPrefix(mail.MessageID, "statement."+week+"-")
		}), "mail %s is of none of the weeks", mail.MessageID)
	}
}
