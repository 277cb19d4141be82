package service

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"creatorpay/db"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestMain(m *testing.M) { devtest.Main(m) }

func TestConfig_NamesEveryProblem(t *testing.T) {
	err := Config{Slots: 0, RepeatWindow: -time.Second, PartitionsAhead: -1, KeepDays: -2}.Validate()
	for _, flag := range []string{"--slots", "--repeat-window", "--partitions-ahead", "--keep-days"} {
		require.ErrorContains(t, err, flag)
	}
	require.NoError(t, Config{Slots: 1}.Validate())
}

func TestRun_RefusesASchemaThatIsTooOld(t *testing.T) {
	err := Run(t.Context(), Backends{MySQLDSN: devtest.Database(t)}, Config{Slots: 1}, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "run `starter migrate`")
}

func TestRun_AnswersProbesAndScrapesAndStopsWhenTold(t *testing.T) {
	dsn := migrated(t)
	address := freeAddress(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Backends{MySQLDSN: dsn, Temporal: client.Options{HostPort: devtest.Temporal(t).Address}},
			Config{Slots: 1, Listen: address}, slog.New(slog.DiscardHandler))
	}()
	require.Eventually(t, func() bool {
		status, _ := get(t, "http://"+address+"/readyz")
		return status == http.StatusOK
	}, time.Minute, 50*time.Millisecond, "never ready")
	status, _ := get(t, "http://"+address+"/healthz")
	require.Equal(t, http.StatusOK, status)
	for _, metric := range []string{"creatorpay_last_closed_day_timestamp_seconds 0", "temporal_worker_task_slots_available"} {
		require.Eventually(t, func() bool {
			_, metrics := get(t, "http://"+address+"/metrics")
			return strings.Contains(metrics, metric)
		}, time.Minute, 50*time.Millisecond, "no metric %s", metric)
	}

	stop()
	require.NoError(t, <-ended)
}

// get returns no status while nobody answers.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
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

func freeAddress(t *testing.T) string {
	t.Helper()
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}
