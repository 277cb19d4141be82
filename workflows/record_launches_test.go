package workflows

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/settlement"
)

// TestRecordHistoriesOfLaunches runs real launches on real servers and keeps
// their histories.
func TestRecordHistoriesOfLaunches(t *testing.T) {
	if !*record {
		t.Skip("only with -record: see testdata/record.sh")
	}
	r := newRecorder(t)
	r.addPlays(day, day, 1, 2)
	r.addPlays(day+1, day+1, 404)
	r.keep(r.launch(day, day), "launch-closed.json")
	r.keep(r.launch(day, day), "launch-closed-already.json")
	r.keep(r.launch(day, day+1), "launch-failed.json")

	waiting := r.start(DailyInput{Day: day + 2, Wait: true})
	cancelled := r.launch(day+2, day+2) // held by another run
	require.NoError(t, r.temporal.CancelWorkflow(t.Context(), cancelled.GetID(), cancelled.GetRunID()))
	r.keep(cancelled, "launch-cancelled.json")
	require.NoError(t, r.temporal.CancelWorkflow(t.Context(), waiting.GetID(), waiting.GetRunID()))
}

// TestRecordHistoriesOfPartitions makes room on real servers and keeps the
// history.
func TestRecordHistoriesOfPartitions(t *testing.T) {
	if !*record {
		t.Skip("only with -record: see testdata/record.sh")
	}
	r := newRecorder(t)
	run, err := r.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: PartitionsID(day), TaskQueue: TaskQueue},
		Partitions, PartitionsInput{Zone: settlement.DefaultTimeZone, Today: day})
	require.NoError(t, err)
	r.keep(run, "partitions.json")
}

func (r *recorder) launch(first, last settlement.Day) client.WorkflowRun {
	run, err := r.temporal.ExecuteWorkflow(r.t.Context(), client.StartWorkflowOptions{
		ID:                    LaunchID(settlement.DailyPeriod(first), settlement.DailyPeriod(last)),
		TaskQueue:             TaskQueue,
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}, Launch, LaunchInput{Kind: settlement.Daily, First: first, Last: last})
	require.NoError(r.t, err)
	return run
}
