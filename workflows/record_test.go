package workflows

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

var record = flag.Bool("record", false, "record histories for the replay test")

func TestMain(m *testing.M) { devtest.Main(m) }

// TestRecordHistories runs real days on real servers and keeps their histories.
func TestRecordHistories(t *testing.T) {
	if !*record {
		t.Skip("only with -record: see testdata/record.sh")
	}
	r := newRecorder(t)
	r.addPlays(day, day, 1, 2, 3)
	r.keep(r.run(day), "daily-closed.json")

	r.addPlays(day+1, day+1, 1, 2, 3)
	r.beforeCheck = func() { r.addPlays(day+1, day+1, 4) }
	r.keep(r.run(day+1), "daily-counted-again.json")

	r.addPlays(day+2, day+2, 1, 2, 404)
	r.keep(r.run(day+2), "daily-unknown-video.json")
	r.addVideos(404)
	r.keep(r.run(day+2), "daily-run-again.json")

	r.addPlays(day+3, day+4, 1, 2, 3) // in the wrong partition: their chunks fail
	r.keep(r.run(day+3), "daily-failed-chunk.json")

	waiting := r.start(DailyInput{Day: day + 4, Wait: true})
	require.NoError(t, r.temporal.CancelWorkflow(t.Context(), waiting.GetID(), waiting.GetRunID()))
	r.keep(waiting, "daily-cancelled.json")
}

type recorder struct {
	t           *testing.T
	db          *db.DB
	temporal    client.Client
	beforeCheck func() // runs once, then it is nil
}

// interruptible are the activities with something that happens before a check.
type interruptible struct {
	*activities.Activities
	recorder *recorder
}

func (i *interruptible) CheckDay(ctx context.Context, input activities.DayInput) (activities.CheckDayResult, error) {
	if interrupt := i.recorder.beforeCheck; interrupt != nil {
		i.recorder.beforeCheck = nil
		interrupt()
	}
	return i.Activities.CheckDay(ctx, input)
}

func newRecorder(t *testing.T) *recorder {
	ctx := t.Context()
	database, err := db.Open(ctx, devtest.Database(t), 8)
	require.NoError(t, err)
	t.Cleanup(func() { _ = database.Close() })
	calendar, err := settlement.NewCalendar(settlement.DefaultTimeZone)
	require.NoError(t, err)
	_, err = database.Migrate(ctx, calendar)
	require.NoError(t, err)
	require.NoError(t, database.PutCreators(ctx, []db.Creator{{ID: 1, Name: "c", Email: "c@creators.example", Locale: "en"}}))
	_, err = database.AddPartitions(ctx, day, day+4)
	require.NoError(t, err)

	// Nothing of this machine is to be in the histories: the queue of a sticky
	// worker has its name.
	worker.SetStickyWorkflowCacheSize(0)
	temporal := dial(t)
	r := &recorder{t: t, db: database, temporal: temporal}
	r.addVideos(1, 2, 3, 4)
	w := worker.New(temporal, TaskQueue, worker.Options{})
	Register(w)
	w.RegisterActivity(&interruptible{recorder: r, Activities: &activities.Activities{
		DB:           database,
		RepeatWindow: settlement.DefaultRepeatWindow,
		CurrentRun: func(ctx context.Context, id string) (string, error) {
			description, err := temporal.DescribeWorkflowExecution(ctx, id, "")
			return description.GetWorkflowExecutionInfo().GetExecution().GetRunId(), err
		},
		RunStatus: func(ctx context.Context, id string) (enums.WorkflowExecutionStatus, error) {
			description, err := temporal.DescribeWorkflowExecution(ctx, id, "")
			return description.GetWorkflowExecutionInfo().GetStatus(), err
		},
	}})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	return r
}

func (r *recorder) addVideos(ids ...int64) {
	var videos []db.Video
	for _, id := range ids {
		videos = append(videos, db.Video{ID: id, CreatorID: 1, Title: "v"})
	}
	_, err := r.db.PutVideos(r.t.Context(), videos)
	require.NoError(r.t, err)
}

// addPlays stores a play of each video in the partition of one day, started on
// another (or the same).
func (r *recorder) addPlays(partition, started settlement.Day, videos ...int64) {
	calendar, err := r.db.Calendar(r.t.Context())
	require.NoError(r.t, err)
	var views []db.View
	for _, id := range videos {
		views = append(views, db.View{
			Day: partition, VideoID: id, ViewerID: 1000, ViewID: id,
			WatchedAt: calendar.Start(started).Add(time.Hour).UnixMilli(), PlayedSeconds: 10, AdViews: 1,
		})
	}
	_, _, err = r.db.AppendViews(r.t.Context(), views)
	require.NoError(r.t, err)
}

// run starts the day with a chunk for each video.
func (r *recorder) run(on settlement.Day) client.WorkflowRun {
	return r.start(DailyInput{Day: on, ChunkRows: 1})
}

func (r *recorder) start(input DailyInput) client.WorkflowRun {
	run, err := r.temporal.ExecuteWorkflow(r.t.Context(), client.StartWorkflowOptions{
		ID: ID(settlement.DailyPeriod(input.Day)), TaskQueue: TaskQueue,
	}, Daily, input)
	require.NoError(r.t, err)
	return run
}

// keep waits for the end of the run and writes its history.
func (r *recorder) keep(run client.WorkflowRun, file string) {
	_ = run.Get(r.t.Context(), nil)
	var recorded history.History
	events := r.temporal.GetWorkflowHistory(r.t.Context(), run.GetID(), run.GetRunID(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(r.t, err)
		recorded.Events = append(recorded.Events, event)
	}
	text, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(&recorded)
	require.NoError(r.t, err)
	require.NoError(r.t, os.WriteFile(filepath.Join(histories, file), text, 0o644))
}
