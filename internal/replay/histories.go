package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
)

// OfQuery downloads the histories of all runs that the query finds, one
// at a time.
func OfQuery(ctx context.Context, temporal client.Client, query string) iter.Seq2[*history.History, error] {
	return func(yield func(*history.History, error) bool) {
		request := &workflowservice.ListWorkflowExecutionsRequest{Query: query}
		for {
			page, err := temporal.ListWorkflow(ctx, request)
			if err != nil {
				yield(nil, fmt.Errorf("list the runs with %s: %w", query, err))
				return
			}
			for _, run := range page.GetExecutions() {
				downloaded, err := download(ctx, temporal, run.GetExecution().GetWorkflowId(), run.GetExecution().GetRunId())
				var expired *serviceerror.NotFound
				if errors.As(err, &expired) {
					continue // the list lags behind the retention
				}
				if !yield(downloaded, err) || err != nil {
					return
				}
			}
			if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
				return
			}
		}
	}
}

// OfRun downloads the history of one run; without a run ID of the latest.
func OfRun(ctx context.Context, temporal client.Client, workflowID, runID string) iter.Seq2[*history.History, error] {
	return func(yield func(*history.History, error) bool) {
		yield(download(ctx, temporal, workflowID, runID))
	}
}

func download(ctx context.Context, temporal client.Client, workflowID, runID string) (*history.History, error) {
	var downloaded history.History
	events := temporal.GetWorkflowHistory(ctx, workflowID, runID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, fmt.Errorf("download the history of %s: %w", workflowID, err)
		}
		downloaded.Events = append(downloaded.Events, event)
	}
	return &downloaded, nil
}

// InFiles reads the files, and all .json files below the folders.
func InFiles(paths []string) iter.Seq2[*history.History, error] {
	return func(yield func(*history.History, error) bool) {
		for _, root := range paths {
			err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				if entry.IsDir() || path != root && filepath.Ext(path) != ".json" {
					return nil
				}
				recorded, err := readHistory(path)
				if err != nil {
					return err
				}
				if !yield(recorded, nil) {
					return errStopped
				}
				return nil
			})
			if errors.Is(err, errStopped) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// errStopped ends a walk whose histories nobody wants any more.
var errStopped = errors.New("stopped")

func readHistory(path string) (*history.History, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	recorded, err := client.HistoryFromJSON(file, client.HistoryJSONOptions{})
	if err == nil && len(recorded.GetEvents()) == 0 {
		err = ErrNoHistory
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return recorded, nil
}

// unsafeInNames are the characters of workflow IDs that file systems or shells
// give a meaning.
var unsafeInNames = regexp.MustCompile(`[^0-9A-Za-z.-]+`)

func fileName(result Result) string {
	return unsafeInNames.ReplaceAllString(result.WorkflowID, "-") + "." + result.RunID + ".json"
}

// Save writes the history of the result to a file of its own in the folder, as `temporal workflow show --output json` does.
func Save(dir string, result Result, recorded *history.History) error {
	text, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(recorded)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, fileName(result)), text, 0o600)
}
