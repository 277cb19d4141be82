package workflows

import (
	"context"
	"errors"
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
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/db/daylog"
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
	r.before("CountChunk", func(context.Context, []any) error { return errors.New("the connection is lost") })
	r.keep(r.run(day+1), "daily-retried.json")

	r.addPlays(day+2, day+2, 1, 2, 3)
	r.before("CheckDay", func(context.Context, []any) error { r.addPlays(day+2, day+2, 4); return nil })
	r.keep(r.run(day+2), "daily-counted-again.json")

	r.addPlays(day+3, day+3, 1, 2, 404)
	r.keep(r.run(day+3), "daily-unknown-video.json")
	r.addVideos(404)
	r.keep(r.run(day+3), "daily-run-again.json")

	r.addPlays(day+4, day+4, 1, 2, 405)
	unknown := r.run(day + 4)
	require.Error(t, unknown.Get(t.Context(), nil))
	r.addVideos(405)
	r.keep(r.reset(unknown, firstTask), "daily-reset-to-its-start.json")

	r.addPlays(day+5, day+5, 1, 3)
	r.addPlays(day+5, day+6, 2) // in the wrong partition: its chunk fails
	failed := r.run(day + 5)
	r.keep(failed, "daily-failed-chunk.json")
	r.exec("DELETE FROM watch_log WHERE watched_on = ? AND video_id = 2", day+5)
	r.keep(r.reset(failed, taskThatFailed), "daily-reset-to-its-failure.json")

	r.addPlays(day+6, day+6, 1, 2, 3)
	r.before("CheckDay", func(ctx context.Context, _ []any) error { return r.cancelFrom(ctx) })
	r.keep(r.run(day+6), "daily-cancelled.json")
}

type recorder struct {
	t        *testing.T
	db       *db.DB
	dsn      string
	temporal client.Client
	moments  moments
}

func newRecorder(t *testing.T) *recorder {
	ctx := t.Context()
	dsn := devtest.Database(t)
	database, err := db.Open(ctx, dsn, 8)
	require.NoError(t, err)
	t.Cleanup(func() { _ = database.Close() })
	calendar, err := settlement.NewCalendar(settlement.DefaultTimeZone)
	require.NoError(t, err)
	_, err = database.Migrate(ctx, calendar)
	require.NoError(t, err)
	require.NoError(t, database.PutCreators(ctx, []db.Creator{
		{ID: 1, Name: "a", Email: "a@creators.example", Locale: "en"},
		{ID: 2, Name: "b", Email: "b@creators.example", Locale: "ko"},
		{ID: 3, Name: "c", Email: "c@creators.example", Locale: "en"},
	}))
	_, err = database.AddPartitions(ctx, day, day+6)
	require.NoError(t, err)

	// Nothing of this machine is to be in the histories: the queue of a sticky
	// worker has its name.
	worker.SetStickyWorkflowCacheSize(0)
	temporal := dial(t)
	r := &recorder{t: t, db: database, dsn: dsn, temporal: temporal}
	r.addVideos(1, 2, 3, 4)
	w := worker.New(temporal, TaskQueue, worker.Options{Interceptors: []interceptor.WorkerInterceptor{&r.moments, &activities.Guard{}}})
	Register(w)
	RegisterActivities(w, &activities.Activities{
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
	})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	return r
}

// addVideos stores videos of all creators in turn.
func (r *recorder) addVideos(ids ...int64) {
	var videos []db.Video
	for _, id := range ids {
		videos = append(videos, db.Video{ID: id, CreatorID: 1 + id%3, Title: "v"})
	}
	_, err := r.db.PutVideos(r.t.Context(), videos)
	require.NoError(r.t, err)
}

// addPlays stores a play of each video in the partition of one day, started on
// another (or the same).
func (r *recorder) addPlays(partition, started settlement.Day, videos ...int64) {
	calendar, err := r.db.Calendar(r.t.Context())
	require.NoError(r.t, err)
	var views []daylog.View
	for _, id := range videos {
		views = append(views, daylog.View{
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
	_ = run.GetWithOptions(r.t.Context(), nil, client.WorkflowRunGetOptions{DisableFollowingRuns: true})
	recorded := &history.History{Events: r.events(run)}
	text, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(recorded)
	require.NoError(r.t, err)
	require.NoError(r.t, os.WriteFile(filepath.Join(histories, file), text, 0o644))
}
