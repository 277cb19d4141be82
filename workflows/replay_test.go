package workflows

import (
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const histories = "testdata/histories"

// A change to a workflow that a run in flight could not follow fails here.
// testdata/record.sh records new histories.
func TestReplayOfEveryRecordedHistory(t *testing.T) {
	replayer := worker.NewWorkflowReplayer()
	Register(replayer)
	for _, name := range registered(t) {
		paths, err := filepath.Glob(filepath.Join(histories, strings.ToLower(name)+"-*.json"))
		require.NoError(t, err)
		require.NotEmpty(t, paths, "no recorded history of workflow %s", name)
		for _, path := range paths {
			t.Run(filepath.Base(path), func(t *testing.T) {
				require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(nil, path))
			})
		}
	}
}

// registered are the names of all workflows that [Register] makes known.
func registered(t *testing.T) []string {
	t.Helper()
	var names nameCollector
	Register(&names)
	require.NotEmpty(t, names)
	return names
}

type nameCollector []string

func (c *nameCollector) RegisterWorkflow(w any) {
	name := runtime.FuncForPC(reflect.ValueOf(w).Pointer()).Name()
	*c = append(*c, name[strings.LastIndex(name, ".")+1:])
}

func (c *nameCollector) RegisterWorkflowWithOptions(_ any, options workflow.RegisterOptions) {
	*c = append(*c, options.Name)
}

func (c *nameCollector) RegisterDynamicWorkflow(any, workflow.DynamicRegisterOptions) {}
