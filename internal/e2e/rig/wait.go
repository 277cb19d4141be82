package rig

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
)

// How long and how often tests look for what should happen.
const (
	Timeout      = 2 * time.Minute
	PollInterval = 5 * time.Millisecond
)

// WaitUntil waits until the condition holds and fails the test if it never does.
func WaitUntil(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Timeout)
	defer cancel()
	ticker := time.NewTicker(PollInterval)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			require.FailNow(t, "waited in vain until "+what)
		}
	}
}

// WaitUntilState waits until the day has a state in the book of runs.
func (s *System) WaitUntilState(day, state string) {
	s.T.Helper()
	WaitUntil(s.T, day+" is "+state, func() bool { return s.StateOf(day) == state })
}

// WaitUntilWaiting waits until the day's run shows in Temporal what it waits for.
func (s *System) WaitUntilWaiting(day, reason string) {
	s.T.Helper()
	s.WaitUntilFailed(day, "waiting: "+reason)
	require.Empty(s.T, s.StateOf(day))
}

// WaitUntilFailed waits until a step of the day's run has failed with these words and is
// to be tried again.
func (s *System) WaitUntilFailed(day, words string) {
	s.T.Helper()
	temporal := s.Dial()
	WaitUntil(s.T, "a step of "+day+" fails with: "+words, func() bool {
		run, err := temporal.DescribeWorkflowExecution(s.T.Context(), "daily:"+day, "")
		return err == nil && slices.ContainsFunc(run.GetPendingActivities(), func(pending *workflow.PendingActivityInfo) bool {
			return strings.Contains(pending.GetLastFailure().GetMessage(), words)
		})
	})
}

// WaitUntilFound waits until so many runs match a query, as operators type it in
// the Temporal UI.
func (s *System) WaitUntilFound(want int64, query string) {
	s.T.Helper()
	temporal := s.Dial()
	WaitUntil(s.T, query+" finds what it should", func() bool {
		found, err := temporal.CountWorkflow(s.T.Context(), &workflowservice.CountWorkflowExecutionsRequest{Namespace: s.Namespace, Query: query})
		require.NoError(s.T, err)
		return found.GetCount() == want
	})
}

// WaitUntilDetails waits until all of this stands in the current details that
// the Temporal UI shows of the run.
func (s *System) WaitUntilDetails(workflow string, texts ...string) {
	s.T.Helper()
	temporal := s.Dial()
	WaitUntil(s.T, "the details say "+strings.Join(texts, ", "), func() bool {
		answer, err := temporal.QueryWorkflow(s.T.Context(), workflow, "", "__temporal_workflow_metadata")
		if err != nil {
			return false
		}
		var metadata sdkpb.WorkflowMetadata
		require.NoError(s.T, answer.Get(&metadata))
		for _, text := range texts {
			if !strings.Contains(metadata.GetCurrentDetails(), text) {
				return false
			}
		}
		return true
	})
}

// WaitUntilSettled waits until so many chunks are settled.
func (s *System) WaitUntilSettled(chunks int64) {
	s.T.Helper()
	WaitUntil(s.T, "all chunks are settled", func() bool {
		return s.Number(`SELECT COUNT(*) FROM run_chunks WHERE state = 'done'`) == chunks
	})
}
