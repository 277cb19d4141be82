package workflows

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"

	"creatorpay/internal/replay"
)

const histories = "testdata/histories"

// A change to a workflow that a run in flight could not follow fails here.
// testdata/record.sh records new histories.
func TestReplayOfEveryRecordedHistory(t *testing.T) {
	replayer := replay.New(Register)
	for path, recorded := range recordedHistories(t) {
		t.Run(path, func(t *testing.T) {
			result, err := replayer.Replay(recorded)
			require.NoError(t, err)
			require.NoError(t, result.Failure, "at event %d", result.FailedAt)
		})
	}
}

func TestEveryWorkflowHasARecordedHistory(t *testing.T) {
	var names nameCollector
	Register(&names)
	require.NotEmpty(t, names)
	recorded := map[string]bool{}
	for _, one := range recordedHistories(t) {
		recorded[typeOf(one)] = true
	}
	require.ElementsMatch(t, names, slices.Collect(maps.Keys(recorded)), "see testdata/record.sh")
}

// recordedHistories are all that are committed, by path.
func recordedHistories(t *testing.T) map[string]*history.History {
	t.Helper()
	all := map[string]*history.History{}
	require.NoError(t, filepath.WalkDir(histories, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		name := strings.TrimPrefix(path, histories+string(filepath.Separator))
		all[name], err = client.HistoryFromJSON(file, client.HistoryJSONOptions{})
		return err
	}))
	require.NotEmpty(t, all)
	return all
}

func typeOf(recorded *history.History) string {
	return recorded.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowType().GetName()
}

// nameCollector are the names of the workflows that [Register] makes known.
type nameCollector []string

func (c *nameCollector) RegisterWorkflow(w any) {
	name := runtime.FuncForPC(reflect.ValueOf(w).Pointer()).Name()
	*c = append(*c, name[strings.LastIndex(name, ".")+1:])
}

func (c *nameCollector) RegisterWorkflowWithOptions(_ any, options workflow.RegisterOptions) {
	*c = append(*c, options.Name)
}

func (c *nameCollector) RegisterDynamicWorkflow(any, workflow.DynamicRegisterOptions) {}
