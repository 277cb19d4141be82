// Package replay answers: can the code at hand follow a history that was written
// by other code?
package replay

import (
	"errors"
	"log/slog"
	"sort"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Result is what came of the replay of one history.
type Result struct {
	WorkflowID string
	RunID      string
	Type       string
	Status     string // completed, failed, canceled, terminated, timed out, continued as new or running
	Events     int
	Failure    error // the SDK's; nil if the code follows the whole history
	FailedAt   int64 // the event that completed the first workflow task that the code does not follow; 0 without a failure
}

// ErrNoHistory is that of events that do not begin with the start of a workflow.
var ErrNoHistory = errors.New("this is no history of a workflow: it does not begin with the start of one")

// Replayer replays histories against the workflows of one program.
type Replayer struct {
	register func(worker.WorkflowRegistry)
}

// New makes a replayer of the workflows that register makes known.
func New(register func(worker.WorkflowRegistry)) *Replayer {
	return &Replayer{register: register}
}

// Replay replays the history of one run, which may still be going on. The error
// is ErrNoHistory or that of the replayer itself, never what came of the replay.
func (r *Replayer) Replay(recorded *history.History) (Result, error) {
	events := recorded.GetEvents()
	if len(events) == 0 || events[0].GetEventType() != enums.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED {
		return Result{}, ErrNoHistory
	}
	started := events[0].GetWorkflowExecutionStartedEventAttributes()
	result := Result{
		WorkflowID: started.GetWorkflowId(),
		RunID:      runID(events),
		Type:       started.GetWorkflowType().GetName(),
		Status:     status(events[len(events)-1]),
		Events:     len(events),
	}
	replay, err := r.replayOf(result)
	if err != nil {
		return result, err
	}
	if replay(events) == nil {
		return result, nil
	}
	tasks := workflowTasks(events)
	first := sort.Search(len(tasks)-1, func(i int) bool { return replay(tasks[i].history) != nil })
	result.Failure, result.FailedAt = replay(tasks[first].history), tasks[first].completed
	return result, nil
}

// workflowTask is a workflow task that completed, with the history up to the next one:
// a shorter part of it could lack commands of this task.
type workflowTask struct {
	completed int64 // the event
	history   []*history.HistoryEvent
}

func workflowTasks(events []*history.HistoryEvent) (tasks []workflowTask) {
	var completed int64
	for i, event := range events {
		switch event.GetEventType() {
		case enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			completed = event.GetEventId()
		case enums.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
			tasks = append(tasks, workflowTask{completed, events[:i]})
		}
	}
	return append(tasks, workflowTask{completed, events})
}

// leastEvents is what the SDK needs: with less, no code has run yet.
const leastEvents = 3

// replayOf replays the first events of a run. Each run has an SDK replayer of
// its own, since that one keeps the results of all that it has replayed.
func (r *Replayer) replayOf(run Result) (func([]*history.HistoryEvent) error, error) {
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		DisableDeadlockDetection: true, // a busy machine is no fault of the code
	})
	if err != nil {
		return nil, err
	}
	r.register(replayer)
	quiet := log.NewStructuredLogger(slog.New(slog.DiscardHandler)) // what matters is in the error
	options := worker.ReplayWorkflowHistoryOptions{OriginalExecution: workflow.Execution{ID: run.WorkflowID, RunID: run.RunID}}
	return func(events []*history.HistoryEvent) error {
		if len(events) < leastEvents {
			return nil
		}
		return replayer.ReplayWorkflowHistoryWithOptions(quiet, &history.History{Events: events}, options)
	}, nil
}

// runID is the run's own: a run that came of a reset begins with a copy of
// another run's events.
func runID(events []*history.HistoryEvent) string {
	id := events[0].GetWorkflowExecutionStartedEventAttributes().GetOriginalExecutionRunId()
	for _, event := range events {
		if reset := event.GetWorkflowTaskFailedEventAttributes().GetNewRunId(); reset != "" {
			id = reset
		}
	}
	return id
}

// status is that of a run with this last event.
func status(last *history.HistoryEvent) string {
	ended, is := strings.CutPrefix(last.GetEventType().String(), "WorkflowExecution")
	switch ended {
	case "Completed", "Failed", "Canceled", "Terminated":
		if is {
			return strings.ToLower(ended)
		}
	case "TimedOut":
		return "timed out"
	case "ContinuedAsNew":
		return "continued as new"
	}
	return "running"
}
