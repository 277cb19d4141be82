package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/settlement"
	"creatorpay/workflows"
)

var discard = slog.New(slog.DiscardHandler)

// runDaily runs the day through Temporal.
func (r *rig) runDaily(ctx context.Context, day settlement.Day) (client.WorkflowRun, error) {
	return r.execute(ctx, settlement.DailyPeriod(day), workflows.Daily, workflows.DailyInput{Day: day})
}

// execute runs the period's workflow to its end.
func (r *rig) execute(ctx context.Context, period settlement.Period, workflow, input any) (client.WorkflowRun, error) {
	run, err := r.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:        workflows.ID(period),
		TaskQueue: workflows.TaskQueue,
		// The day runs once a round; forget makes the book agree.
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}, workflow, input)
	if err != nil {
		return nil, err
	}
	if err := run.Get(ctx, nil); err != nil {
		return nil, fmt.Errorf("run %s: %w", period, err)
	}
	return run, nil
}

// collectLateActivity is the activity that collects late views.
const collectLateActivity = "CollectLate"

// historyOf reads from the run's history how many events it has, and how long
// the run waited for late views to be collected.
func (r *rig) historyOf(ctx context.Context, run client.WorkflowRun) (events int64, collectLate time.Duration, err error) {
	var scheduled *history.HistoryEvent
	for all := r.temporal.GetWorkflowHistory(ctx, run.GetID(), run.GetRunID(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); all.HasNext(); events++ {
		event, err := all.Next()
		if err != nil {
			return 0, 0, err
		}
		if event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == collectLateActivity {
			scheduled = event
		}
		if completed := event.GetActivityTaskCompletedEventAttributes(); completed != nil && completed.GetScheduledEventId() == scheduled.GetEventId() {
			collectLate = event.GetEventTime().AsTime().Sub(scheduled.GetEventTime().AsTime())
		}
	}
	if collectLate == 0 {
		return 0, 0, fmt.Errorf("the history of %s has no %s that completed", run.GetID(), collectLateActivity)
	}
	return events, collectLate, nil
}

// forget removes the day's results and its entry in the book of runs.
func (r *rig) forget(ctx context.Context, day settlement.Day) error {
	for _, statement := range []string{
		"DELETE FROM runs WHERE kind = 'daily' AND starts_on = ?",
		"DELETE FROM run_chunks WHERE kind = 'daily' AND starts_on = ?",
		"DELETE FROM top_videos WHERE kind = 'daily' AND starts_on = ?",
		"DELETE FROM daily_statistics WHERE starts_on = ?",
		"DELETE FROM daily_settlements WHERE starts_on = ?",
		"DELETE FROM daily_payments WHERE starts_on = ?",
		"DELETE FROM payment_refunds WHERE settled_on = ?",
	} {
		if _, err := r.sql.ExecContext(ctx, statement, day); err != nil {
			return err
		}
	}
	return nil
}

// parts is when a run's parts ended, after its begin.
type parts struct{ Planned, Counted, Settled, Closed time.Duration }

// partsOf reads them from the book of runs. The first counted chunk stands for
// the end of the plan.
func (r *rig) partsOf(ctx context.Context, day settlement.Day) (p parts, err error) {
	var micros struct{ Planned, Counted, Settled, Closed int64 }
	err = r.sql.GetContext(ctx, &micros, `
		SELECT
			TIMESTAMPDIFF(MICROSECOND, r.began_at, MIN(c.counted_at)) AS planned,
			TIMESTAMPDIFF(MICROSECOND, r.began_at, MAX(c.counted_at)) AS counted,
			TIMESTAMPDIFF(MICROSECOND, r.began_at, MAX(c.done_at)) AS settled,
			TIMESTAMPDIFF(MICROSECOND, r.began_at, r.ended_at) AS closed
		FROM runs r
		JOIN run_chunks c ON c.kind = r.kind AND c.starts_on = r.starts_on AND c.version = r.version
		WHERE r.kind = 'daily' AND r.starts_on = ?
		GROUP BY r.began_at, r.ended_at`, day)
	return parts{
		Planned: time.Duration(micros.Planned) * time.Microsecond,
		Counted: time.Duration(micros.Counted) * time.Microsecond,
		Settled: time.Duration(micros.Settled) * time.Microsecond,
		Closed:  time.Duration(micros.Closed) * time.Microsecond,
	}, err
}
