package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"go.temporal.io/api/enums/v1"
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

// step is all that one activity did in a run: from when the first was asked for until
// the last had its result, after the run's begin.
type step struct {
	Activity string
	From, To time.Duration
}

// historyOf reads from the run's history how many events it has, and its steps in
// order.
func (r *rig) historyOf(ctx context.Context, run client.WorkflowRun) (events int64, steps []step, err error) {
	var began time.Time
	scheduled := map[int64]string{} // the activities, by the event
	for all := r.temporal.GetWorkflowHistory(ctx, run.GetID(), run.GetRunID(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); all.HasNext(); events++ {
		event, err := all.Next()
		if err != nil {
			return 0, nil, err
		}
		at := event.GetEventTime().AsTime()
		if events == 0 {
			began = at
		}
		if asked := event.GetActivityTaskScheduledEventAttributes(); asked != nil {
			name := asked.GetActivityType().GetName()
			scheduled[event.GetEventId()] = name
			if !slices.ContainsFunc(steps, func(s step) bool { return s.Activity == name }) {
				steps = append(steps, step{Activity: name, From: at.Sub(began)})
			}
		}
		if completed := event.GetActivityTaskCompletedEventAttributes(); completed != nil {
			name := scheduled[completed.GetScheduledEventId()]
			steps[slices.IndexFunc(steps, func(s step) bool { return s.Activity == name })].To = at.Sub(began)
		}
	}
	return events, steps, nil
}

// step is what the run did by the activity; nothing if it had none.
func (f figure) step(activity string) step {
	at := slices.IndexFunc(f.Steps, func(s step) bool { return s.Activity == activity })
	if at < 0 {
		return step{}
	}
	return f.Steps[at]
}

func (s step) took() time.Duration { return s.To - s.From }

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
