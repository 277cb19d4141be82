package uitest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"github.com/stretchr/testify/require"
)

// history is what a workflow run asked for, in order, as the UI reads it.
type history struct {
	History struct {
		Events []struct {
			Scheduled *activity `json:"activityTaskScheduledEventAttributes"`
			Failed    struct {
				Cause string `json:"cause"`
			} `json:"workflowTaskFailedEventAttributes"`
		} `json:"events"`
	} `json:"history"`
}

// activity is one that a run scheduled.
type activity struct {
	ID   string `json:"activityId"`
	Type struct {
		Name string `json:"name"`
	} `json:"activityType"`
	After string `json:"workflowTaskCompletedEventId"` // the event with which it was asked for
}

// activities are those that the workflow's latest run has scheduled, since it was reset.
func (s *stack) activities(workflow string) (scheduled []activity) {
	s.t.Helper()
	var read history
	require.NoError(s.t, json.Unmarshal(s.get(s.ui+"/api/v1/namespaces/default/workflows/"+url.PathEscape(workflow)+"/history"), &read))
	for _, event := range read.History.Events {
		if event.Failed.Cause == "WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW" { // what came before is copied
			scheduled = nil
		}
		if event.Scheduled != nil {
			scheduled = append(scheduled, *event.Scheduled)
		}
	}
	return scheduled
}

// chunksCounted are the activities with which the workflow's latest run counts chunks.
func (s *stack) chunksCounted(workflow string) (ids []string) {
	s.t.Helper()
	for _, activity := range s.activities(workflow) {
		if activity.Type.Name == "CountChunk" {
			ids = append(ids, activity.ID)
		}
	}
	return ids
}

var countedChunks = regexp.MustCompile(`(?m)^creatorpay_chunks_done_total\{.*phase="counted".*\} (\d+)$`)

// chunksCountedByWorker is how many chunks the worker has counted since it was started.
func (s *stack) chunksCountedByWorker() int {
	s.t.Helper()
	found := countedChunks.FindSubmatch(s.get("http://" + s.metrics + "/metrics"))
	require.NotNil(s.t, found)
	counted, err := strconv.Atoi(string(found[1]))
	require.NoError(s.t, err)
	return counted
}

func (s *stack) get(address string) []byte {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, address, nil)
	require.NoError(s.t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(s.t, err)
	defer response.Body.Close()
	require.Equal(s.t, http.StatusOK, response.StatusCode)
	body, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return body
}
