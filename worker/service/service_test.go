package service

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

func TestMain(m *testing.M) { devtest.Main(m) }

// usable are settings that a worker takes.
var usable = Config{Slots: 1, GCPercent: 100, Mail: MailConfig{Slots: 1}}

func TestConfig_NamesEveryProblem(t *testing.T) {
	err := Config{Slots: 0, RepeatWindow: -time.Second, PartitionsAhead: -1, KeepDays: -2, GCPercent: mostGCPercent + 1, StopTimeout: -1, Mail: MailConfig{Addr: "nowhere", Rate: -1}}.Validate()
	for _, flag := range []string{"--slots", "--gc-percent", "--stop-timeout", "--repeat-window", "--partitions-ahead", "--keep-days", "--mail-slots", "--mail-rate", "host:port"} {
		require.ErrorContains(t, err, flag)
	}
	require.NoError(t, usable.Validate())
}

func TestConfig_TakesARateOnlyIfABatchCanEndWithIt(t *testing.T) {
	for rate, want := range map[float64]bool{0: true, 0.5: true, 50: true, 0.49: false, -1: false, math.NaN(): false} {
		config := usable
		config.Mail.Rate = rate
		require.Equal(t, want, config.Validate() == nil, "%v", rate)
	}
}

func TestConfig_TheRateIsAnIntervalBetweenMails(t *testing.T) {
	for rate, want := range map[float64]time.Duration{0: 0, 0.1: 10 * time.Second, 50: 20 * time.Millisecond} {
		require.Equal(t, want, MailConfig{Rate: rate}.interval())
	}
}

func TestRun_RefusesASchemaThatIsTooOld(t *testing.T) {
	err := Run(t.Context(), Backends{MySQLDSN: devtest.Database(t)}, usable, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "is at version 0")
}

func TestRun_RefusesASchemaThatIsTooNew(t *testing.T) {
	dsn := migrated(t)
	exec(t, dsn, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`)
	err := Run(t.Context(), Backends{MySQLDSN: dsn}, usable, slog.New(slog.DiscardHandler))
	require.ErrorIs(t, err, settlement.ErrSchema)
	require.ErrorContains(t, err, "use the program that goes with it")
}

func TestRun_RefusesANamespaceWithoutSearchAttributes(t *testing.T) {
	options := temporalOptions(t)
	namespaces, err := client.NewNamespaceClient(options)
	require.NoError(t, err)
	defer namespaces.Close()
	options.Namespace = "bare"
	require.NoError(t, namespaces.Register(t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace: options.Namespace, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	}))
	dsn := migrated(t)
	require.Eventually(t, func() bool { // a new namespace is not known at once
		err = Run(t.Context(), Backends{MySQLDSN: dsn, Temporal: options}, usable, slog.New(slog.DiscardHandler))
		return !strings.Contains(err.Error(), "not found")
	}, time.Minute, 100*time.Millisecond)
	require.ErrorContains(t, err, "namespace bare of Temporal lacks search attributes")
	require.ErrorContains(t, err, "temporal operator search-attribute create --namespace bare --name SettlementKind --type Keyword --name SettlementPeriod --type Keyword --name SettlementPhase --type Keyword --name FailedChunks --type Int")
}

func TestRun_RefusesSettingsThatCannotBeUsed(t *testing.T) {
	require.ErrorContains(t, Run(t.Context(), Backends{}, Config{}, slog.New(slog.DiscardHandler)), "--slots is 0")
}

func TestRun_EndsWhenItCannotListen(t *testing.T) {
	var listening net.ListenConfig
	taken, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	config := usable
	config.Listen = taken.Addr().String()
	err = Run(t.Context(), Backends{MySQLDSN: migrated(t), Temporal: temporalOptions(t)}, config, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "serve metrics")
}

func TestRun_AnswersProbesAndScrapesAndStopsWhenTold(t *testing.T) {
	address, stop := start(t, migrated(t))
	status, _ := get(t, "http://"+address+"/healthz")
	require.Equal(t, http.StatusOK, status)
	requireMetric(t, address, "creatorpay_last_closed_day_timestamp_seconds 0")
	requireMetric(t, address, "temporal_worker_task_slots_available")
	stop()
}

// The metric has to be right when nothing runs: that is when room runs out.
func TestRun_SaysForHowManyDaysThePlatformHasRoom(t *testing.T) {
	dsn := migrated(t)
	address, stop := start(t, dsn)
	requireMetric(t, address, `creatorpay_watch_log_days_ahead -1\n`)
	database, err := db.Open(t.Context(), dsn, 2)
	require.NoError(t, err)
	defer func() { _ = database.Close() }()
	calendar, err := database.Calendar(t.Context())
	require.NoError(t, err)
	today := calendar.Day(time.Now()) // the days ahead are two, or one from midnight on

	_, err = database.AddPartitions(t.Context(), today, today+2)

	require.NoError(t, err)
	require.Eventually(t, func() bool {
		_, metrics := get(t, "http://"+address+"/metrics")
		return strings.Contains(metrics, "creatorpay_watch_log_days_ahead 2\n") || strings.Contains(metrics, "creatorpay_watch_log_days_ahead 1\n")
	}, time.Minute, 50*time.Millisecond)
	stop()
}

func TestRun_CountsWhatWasDone(t *testing.T) {
	const sunday settlement.Day = 19855 // 2024-05-12
	address, dsn, run := startSettling(t, sunday)
	run(workflows.ID(settlement.DailyPeriod(sunday)), workflows.Daily, workflows.DailyInput{Day: sunday})
	for _, metric := range []string{
		`creatorpay_rows_counted_total\{`,
		`creatorpay_chunks_done_total\{`,
		`phase="counted"`,
		`phase="settled"`,
		`creatorpay_last_closed_day_timestamp_seconds 1\.715472e\+09`,
	} {
		requireMetric(t, address, metric)
	}

	exec(t, dsn, `UPDATE watch_log SET ad_views = ad_views + 1`)
	run(workflows.ID(sunday.Week()), workflows.Weekly, workflows.PeriodInput{Period: sunday.Week(), NoMail: true})
	requireMetric(t, address, `creatorpay_closed_day_mismatch_total\{`)
}

// startSettling starts a worker on a database with one view on the day, and
// gives what runs a workflow to its end.
func startSettling(t *testing.T, day settlement.Day) (address, dsn string, run func(id string, workflow, input any)) {
	t.Helper()
	dsn = migrated(t)
	exec(t, dsn, `INSERT INTO creators VALUES (1, 'c', 'c@creators.example', 'ko')`)
	exec(t, dsn, `INSERT INTO videos (video_id, creator_id, title, duration_seconds) VALUES (1, 1, 'v', 60)`)
	store(t, dsn, daylog.View{Day: day, VideoID: 1, WatchedAt: time.Unix(int64(day)*24*60*60, 0).UnixMilli(), ViewID: 1})
	address, stop := start(t, dsn)
	t.Cleanup(stop)
	temporal, err := client.Dial(temporalOptions(t))
	require.NoError(t, err)
	t.Cleanup(temporal.Close)
	return address, dsn, func(id string, workflow, input any) {
		t.Helper()
		started, err := temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: workflows.TaskQueue}, workflow, input)
		require.NoError(t, err)
		require.NoError(t, started.Get(t.Context(), nil))
	}
}

// What an activity counts at its end is scraped only while somebody answers.
func TestRun_AnswersScrapesUntilTheLastActivityHasEnded(t *testing.T) {
	const sunday settlement.Day = 19855
	dsn := migrated(t)
	address, stop := start(t, dsn)
	temporal, err := client.Dial(temporalOptions(t))
	require.NoError(t, err)
	defer temporal.Close()
	database, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	defer func() { _ = database.Close() }()
	holding, err := database.BeginTx(t.Context(), nil) // what a run begins with
	require.NoError(t, err)
	_, err = holding.ExecContext(t.Context(), `UPDATE settings SET value = value`)
	require.NoError(t, err)
	id := workflows.ID(settlement.DailyPeriod(sunday))
	_, err = temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: workflows.TaskQueue}, workflows.Daily, workflows.DailyInput{Day: sunday})
	require.NoError(t, err)
	defer func() { _ = temporal.TerminateWorkflow(context.WithoutCancel(t.Context()), id, "", "the test is over") }()
	require.Eventually(t, func() bool {
		run, err := temporal.DescribeWorkflowExecution(t.Context(), id, "")
		return err == nil && slices.ContainsFunc(run.PendingActivities, func(pending *workflow.PendingActivityInfo) bool {
			return pending.ActivityType.Name == "BeginDay" && pending.State == enums.PENDING_ACTIVITY_STATE_STARTED
		})
	}, time.Minute, 20*time.Millisecond, "an activity waits")
	requireMetric(t, address, `temporal_worker_task_slots_used\{.*worker_type="ActivityWorker".*\} 1\n`)

	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	requireMetric(t, address, `temporal_num_pollers\{.*poller_type="activity_task".*\} 0\n`)

	select {
	case <-stopped:
		require.Fail(t, "the worker did not wait for the activity")
	default:
	}
	require.NoError(t, holding.Rollback())
	<-stopped
	status, _ := get(t, "http://"+address+"/healthz")
	require.Zero(t, status)
}

func TestRun_IsNotReadyWithoutItsDatabase(t *testing.T) {
	address, stop := start(t, migrated(t))
	server := devtest.MySQL(t)

	require.NoError(t, server.Kill())
	status, body := get(t, "http://"+address+"/readyz")
	require.NoError(t, server.Restart(t.Context()))

	require.Equal(t, http.StatusServiceUnavailable, status, body)
	require.Equal(t, "not ready: the database; the log says why\n", body, "no user, no host, no error")
	status, _ = get(t, "http://"+address+"/healthz")
	require.Equal(t, http.StatusOK, status, "it lives")
	requireReady(t, address)
	stop()
}

// start runs a worker on an address of its own until stop, and waits until it
// is ready.
func start(t *testing.T, dsn string) (address string, stop func()) {
	t.Helper()
	address = freeAddress(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	backends := Backends{MySQLDSN: dsn, Temporal: temporalOptions(t)}
	config := usable
	config.Listen, config.RepeatWindow, config.StopTimeout = address, time.Second, time.Minute
	go func() {
		ended <- Run(ctx, backends, config, slog.New(slog.DiscardHandler))
	}()
	requireReady(t, address)
	return address, func() {
		t.Helper()
		cancel()
		require.NoError(t, <-ended)
	}
}

// temporalOptions reach the test's Temporal, which knows the search attributes.
func temporalOptions(t *testing.T) client.Options {
	t.Helper()
	options := client.Options{HostPort: devtest.Temporal(t).Address, Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))}
	temporal, err := client.Dial(options)
	require.NoError(t, err)
	defer temporal.Close()
	require.NoError(t, workflows.EnsureSearchAttributes(t.Context(), temporal, client.DefaultNamespace))
	return options
}

func requireReady(t *testing.T, address string) {
	t.Helper()
	require.Eventually(t, func() bool {
		status, _ := get(t, "http://"+address+"/readyz")
		return status == http.StatusOK
	}, time.Minute, 50*time.Millisecond, "never ready")
}

// requireMetric waits for metrics that the regular expression finds.
func requireMetric(t *testing.T, address, expression string) {
	t.Helper()
	wanted := regexp.MustCompile(expression)
	require.Eventually(t, func() bool {
		_, metrics := get(t, "http://"+address+"/metrics")
		return wanted.MatchString(metrics)
	}, time.Minute, 50*time.Millisecond, "no metric %s", expression)
}

// get returns no status while nobody answers.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		return 0, ""
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, ""
	}
	return response.StatusCode, string(text)
}

// migrated is a database with the schema in place.
func migrated(t *testing.T) (dsn string) {
	t.Helper()
	dsn = devtest.Database(t)
	database, err := db.Open(t.Context(), dsn, 2)
	require.NoError(t, err)
	defer func() { _ = database.Close() }()
	calendar, err := settlement.NewCalendar(settlement.DefaultTimeZone)
	require.NoError(t, err)
	_, err = database.Migrate(t.Context(), calendar)
	require.NoError(t, err)
	return dsn
}

// store makes room for a view and stores it.
func store(t *testing.T, dsn string, view daylog.View) {
	t.Helper()
	database, err := db.Open(t.Context(), dsn, 1)
	require.NoError(t, err)
	defer func() { _ = database.Close() }()
	_, err = database.AddPartitions(t.Context(), view.Day, view.Day)
	require.NoError(t, err)
	_, _, err = database.AppendViews(t.Context(), []daylog.View{view})
	require.NoError(t, err)
}

func exec(t *testing.T, dsn, statement string) {
	t.Helper()
	database, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	defer database.Close()
	_, err = database.ExecContext(t.Context(), statement)
	require.NoError(t, err)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	port, err := devstack.FreePort(t.Context())
	require.NoError(t, err)
	return fmt.Sprintf("127.0.0.1:%d", port)
}
