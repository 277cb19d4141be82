package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/internal/replay"
)

// historiesOfQuery downloads the histories of all runs that the query finds, one
// at a time.
func historiesOfQuery(ctx context.Context, temporal *temporalServer, query string) iter.Seq2[*history.History, error] {
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
				var gone *serviceerror.NotFound
				if errors.As(err, &gone) {
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

// historyOfRun downloads the history of one run; without a run ID of the latest.
func historyOfRun(ctx context.Context, temporal *temporalServer, workflowID, runID string) iter.Seq2[*history.History, error] {
	return func(yield func(*history.History, error) bool) {
		yield(download(ctx, temporal, workflowID, runID))
	}
}

func download(ctx context.Context, temporal *temporalServer, workflowID, runID string) (*history.History, error) {
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

// historiesInFiles reads the files, and all .json files below the folders.
func historiesInFiles(paths []string) iter.Seq2[*history.History, error] {
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
		err = replay.ErrNoHistory
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return recorded, nil
}
