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
	r.addPlays(day, day)
	r.run(day, 1)
	r.keep(ID(settlement.DailyPeriod(day)), "daily-closed.json")

	r.addPlays(day+1, day+2) // in the wrong partition: its chunk fails
	r.run(day+1, 1)
	r.keep(ID(settlement.DailyPeriod(day+1)), "daily-failed-chunk.json")
}

type recorder struct {
	t        *testing.T
	db       *db.DB
	temporal client.Client
}

func newRecorder(t *testing.T) recorder {
	ctx := t.Context()
	database, err := db.Open(ctx, devtest.Database(t), 8)
	require.NoError(t, err)
	t.Cleanup(func() { _ = database.Close() })
	calendar, err := settlement.NewCalendar(settlement.DefaultTimeZone)
	require.NoError(t, err)
	_, err = database.Migrate(ctx, calendar)
	require.NoError(t, err)
	require.NoError(t, database.PutCreators(ctx, []db.Creator{{ID: 1, Name: "c", Email: "c@creators.example", Locale: "en"}}))
	var videos []db.Video
	for id := range int64(3) {
		videos = append(videos, db.Video{ID: id + 1, CreatorID: 1, Title: "v"})
	}
	_, err = database.PutVideos(ctx, videos)
	require.NoError(t, err)
	_, err = database.AddPartitions(ctx, day, day+2)
	require.NoError(t, err)

	temporal, err := client.Dial(client.Options{HostPort: devtest.Temporal(t).Address})
	require.NoError(t, err)
	t.Cleanup(temporal.Close)
	w := worker.New(temporal, TaskQueue, worker.Options{})
	Register(w)
	RegisterActivities(w, &activities.Activities{
		DB:           database,
		RepeatWindow: settlement.DefaultRepeatWindow,
		CurrentRun: func(ctx context.Context, id string) (string, error) {
			description, err := temporal.DescribeWorkflowExecution(ctx, id, "")
			return description.GetWorkflowExecutionInfo().GetExecution().GetRunId(), err
		},
	})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	return recorder{t, database, temporal}
}

// addPlays stores a play of each video in the partition of one day, started on
// another (or the same).
func (r recorder) addPlays(partition, started settlement.Day) {
	calendar, err := r.db.Calendar(r.t.Context())
	require.NoError(r.t, err)
	var views []db.View
	for id := range int64(3) {
		views = append(views, db.View{
			Day: partition, VideoID: id + 1, ViewerID: 1000, ViewID: id + 1,
			WatchedAt: calendar.Start(started).Add(time.Hour).UnixMilli(), PlayedSeconds: 10, AdViews: 1,
		})
	}
	_, _, err = r.db.AppendViews(r.t.Context(), views)
	require.NoError(r.t, err)
}

// run waits for the end of the day's run, whatever it is.
func (r recorder) run(on settlement.Day, chunkRows int64) {
	run, err := r.temporal.ExecuteWorkflow(r.t.Context(), client.StartWorkflowOptions{
		ID: ID(settlement.DailyPeriod(on)), TaskQueue: TaskQueue,
	}, Daily, DailyInput{Day: on, ChunkRows: chunkRows})
	require.NoError(r.t, err)
	_ = run.Get(r.t.Context(), nil)
}

func (r recorder) keep(workflowID, file string) {
	var recorded history.History
	events := r.temporal.GetWorkflowHistory(r.t.Context(), workflowID, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(r.t, err)
		recorded.Events = append(recorded.Events, event)
	}
	text, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(&recorded)
	require.NoError(r.t, err)
	require.NoError(r.t, os.WriteFile(filepath.Join(histories, file), text, 0o600))
}
