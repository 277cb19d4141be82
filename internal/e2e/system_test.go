package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"creatorpay/db"
	"creatorpay/internal/devstack"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// system is an installation with a database and a Temporal namespace of its
// own, so that any number of them can settle the same days at the same time.
type system struct {
	t           testing.TB
	programs    string // folder of those that it runs; empty for the usual ones
	environment []string
	temporal    *devstack.Temporal
	namespace   string
	mysql       *mysql.Config
	db          *db.DB
	sql         *sql.DB // for what only a test does to a database
}

var namespaces atomic.Int64

// newSystem is a system on the shared servers with the platform's zone,
// catalogue, prices and views.
func newSystem(t testing.TB, p *oracle.Platform) *system {
	t.Helper()
	s := newEmptySystem(t, p)
	s.load(p)
	return s
}

// newEmptySystem is a system on the shared servers with the platform's zone.
func newEmptySystem(t testing.TB, p *oracle.Platform) *system {
	t.Helper()
	s := newSystemOn(t, devtest.Database(t), devtest.Temporal(t))
	s.migrate(p)
	return s
}

// newSystemOn is a system on the given database, with no table in it yet.
func newSystemOn(t testing.TB, dsn string, temporal *devstack.Temporal) *system {
	t.Helper()
	s := &system{t: t, temporal: temporal, namespace: fmt.Sprintf("e2e-%d", namespaces.Add(1))}
	s.environment = []string{
		"MYSQL_DSN=" + dsn,
		"TEMPORAL_ADDRESS=" + temporal.Address,
		"TEMPORAL_NAMESPACE=" + s.namespace,
		"TEMPORAL_UI_URL=" + temporal.UIURL,
	}
	s.registerNamespace()
	var err error
	s.mysql, err = mysql.ParseDSN(dsn)
	require.NoError(t, err)
	s.mysql.Logger = &mysql.NopLogger{} // that a killed server is gone is no news
	s.sql = openOwn(t, s.mysql)
	s.db, err = db.Open(t.Context(), dsn, 4)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.db.Close()) })
	return s
}

// openOwn is a pool of the tests' own, whose sessions are what they need whatever
// settings the server has.
func openOwn(t testing.TB, config *mysql.Config) *sql.DB {
	t.Helper()
	config = config.Clone()
	config.Logger = &mysql.NopLogger{} // that a killed server is gone is no news
	require.NoError(t, config.Apply(mysql.Charset("utf8mb4", "")))
	config.Params = map[string]string{
		"autocommit": "1", "time_zone": "'+00:00'", "sql_mode": "'STRICT_ALL_TABLES'", "foreign_key_checks": "1",
		"sql_select_limit": "18446744073709551615", "completion_type": "'NO_CHAIN'",
	}
	connector, err := mysql.NewConnector(config)
	require.NoError(t, err)
	pool := sql.OpenDB(connector)
	t.Cleanup(func() { _ = pool.Close() }) // of a server that was killed it may have a connection
	return pool
}

// detectRaces makes the system run programs that report data races, if the tests
// do.
func (s *system) detectRaces() {
	s.t.Helper()
	folder, err := racePrograms()
	require.NoError(s.t, err)
	s.programs = folder
}

// dsn is the setting for another way to the database.
func (s *system) dsn(change func(*mysql.Config)) string {
	other := s.mysql.Clone()
	change(other)
	return "MYSQL_DSN=" + other.FormatDSN()
}

// in is the same system, used by a subtest.
func (s *system) in(t testing.TB) *system {
	in := *s
	in.t = t
	return &in
}

func (s *system) registerNamespace() {
	s.t.Helper()
	namespaces, err := client.NewNamespaceClient(client.Options{HostPort: s.temporal.Address})
	require.NoError(s.t, err)
	defer namespaces.Close()
	require.NoError(s.t, namespaces.Register(s.t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace:                        s.namespace,
		WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	}))
	require.NoError(s.t, workflows.EnsureSearchAttributes(s.t.Context(), s.dial(), s.namespace))
}

func (s *system) migrate(p *oracle.Platform) {
	s.t.Helper()
	s.starter("migrate", "--time-zone", p.Zone.String()).requireSuccess()
}

// load stores the platform's catalogue, its prices and its views.
func (s *system) load(p *oracle.Platform) {
	s.t.Helper()
	s.loadCatalogue(p)
	for _, rule := range p.Prices[1:] { // a migration brings the first
		s.addPrices(rule)
	}
	for views := range slices.Chunk(p.Views, 5000) {
		s.append(p, views...)
	}
}

func (s *system) loadCatalogue(p *oracle.Platform) {
	s.t.Helper()
	creators := make([]db.Creator, len(p.Creators))
	for i, c := range p.Creators {
		creators[i] = db.Creator{ID: c.ID, Name: c.Name, Email: c.Email, Locale: c.Locale}
	}
	require.NoError(s.t, s.db.PutCreators(s.t.Context(), creators))
	s.putVideos(p.Videos...)
}

func (s *system) putVideos(videos ...oracle.Video) {
	s.t.Helper()
	stored := make([]db.Video, len(videos))
	for i, v := range videos {
		stored[i] = videoRow(v)
	}
	refused, err := s.db.PutVideos(s.t.Context(), stored)
	require.NoError(s.t, err)
	require.Empty(s.t, refused)
}

// videoSeconds is how long every video is.
const videoSeconds = 60

// videoRow is the video as the catalogue has it.
func videoRow(v oracle.Video) db.Video {
	return db.Video{
		ID: v.ID, CreatorID: v.Creator, Title: v.Title, DurationSeconds: videoSeconds,
		OpeningViews: v.OpeningViews, OpeningAdViews: v.OpeningAdViews,
	}
}

func (s *system) addPrices(rule oracle.Prices) {
	s.t.Helper()
	s.starter("prices", "add", "--from", rule.From, "--views", tierFlag(rule.Views), "--ad-views", tierFlag(rule.Ads)).requireSuccess()
}

// tierFlag writes tiers as the command takes them.
func tierFlag(tiers []oracle.Tier) string {
	parts := make([]string, len(tiers))
	for i, one := range tiers {
		parts[i] = fmt.Sprintf("%d:%s", one.From, one.Won)
	}
	return strings.Join(parts, ",")
}

// append stores views and makes room for them.
func (s *system) append(p *oracle.Platform, views ...oracle.View) {
	s.t.Helper()
	batch := make([]db.View, len(views))
	for i, v := range views {
		batch[i] = db.View{
			Day: toDay(p.DayOf(v.At)), VideoID: v.Video, ViewerID: v.Viewer, WatchedAt: v.At.UnixMilli(), ViewID: v.ID,
			PlayedSeconds: v.Seconds, AdViews: v.Ads,
		}
	}
	byDay := func(a, b db.View) int { return int(a.Day - b.Day) }
	s.addDays(slices.MinFunc(batch, byDay).Day.String(), slices.MaxFunc(batch, byDay).Day.String())
	added, refused, err := s.db.AppendViews(s.t.Context(), batch)
	require.NoError(s.t, err)
	require.Empty(s.t, refused)
	require.EqualValues(s.t, len(views), added.Views)
}

// addDays makes room in the watch log.
func (s *system) addDays(first, last string) {
	s.t.Helper()
	_, err := s.db.AddPartitions(s.t.Context(), toDay(first), toDay(last))
	require.NoError(s.t, err)
}

func (s *system) exec(query string, args ...any) {
	s.t.Helper()
	_, err := s.sql.ExecContext(s.t.Context(), query, args...)
	require.NoError(s.t, err, query)
}

// number is the one number that the query gives.
func (s *system) number(query string, args ...any) (n int64) {
	s.t.Helper()
	require.NoError(s.t, s.sql.QueryRowContext(s.t.Context(), query, args...).Scan(&n), query)
	return n
}

// starter runs the starter to its end.
func (s *system) starter(args ...string) outcome {
	s.t.Helper()
	return s.beginStarter(args...).wait()
}

func (s *system) beginStarter(args ...string) *program {
	s.t.Helper()
	return start(s.t, s.environment, filepath.Join(s.programs, "starter"), args...)
}

// beginDay starts `starter run daily`, which goes on until the day is closed.
func (s *system) beginDay(day string, flags ...string) *program {
	s.t.Helper()
	return s.beginStarter(append([]string{"run", "daily", "--date", day}, flags...)...)
}

func (s *system) runDay(day string, flags ...string) outcome {
	s.t.Helper()
	return s.beginDay(day, flags...).wait()
}

// startWorker starts a worker with further settings.
func (s *system) startWorker(settings ...string) *program {
	s.t.Helper()
	return start(s.t, slices.Concat(s.environment, settings), filepath.Join(s.programs, "worker"))
}

// dial is a client for what only a test asks of Temporal.
func (s *system) dial() client.Client {
	s.t.Helper()
	c, err := client.DialContext(s.t.Context(), client.Options{HostPort: s.temporal.Address, Namespace: s.namespace})
	require.NoError(s.t, err)
	s.t.Cleanup(c.Close)
	return c
}

const (
	patience     = 2 * time.Minute
	pollInterval = 5 * time.Millisecond
)

// waitUntil waits until the condition holds and fails the test if it never does.
func waitUntil(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			require.FailNow(t, "waited in vain until "+what)
		}
	}
}

func toDay(text string) settlement.Day {
	parsed, err := settlement.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return parsed
}
