package readside

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack"
	"creatorpay/internal/e2e/rig"
)

// api is one api process, which keeps its addresses when it is started again.
type api struct {
	t           testing.TB
	address     string
	health      string
	environment []string

	mutex    sync.Mutex
	programs []*rig.Program // the last one runs, or has ended
}

func newAPI(t testing.TB, environment []string) *api {
	t.Helper()
	var addresses [2]string
	for i := range addresses {
		port, err := devstack.FreePort(t.Context())
		require.NoError(t, err)
		addresses[i] = fmt.Sprintf("127.0.0.1:%d", port)
	}
	return &api{
		t: t, address: addresses[0], health: addresses[1],
		environment: append(slices.Clone(environment), "API_LISTEN="+addresses[0], "API_HEALTH_LISTEN="+addresses[1]),
	}
}

// start starts the process.
func (a *api) start() *rig.Program {
	a.t.Helper()
	path, err := rig.API()
	require.NoError(a.t, err)
	a.mutex.Lock()
	defer a.mutex.Unlock()
	program := rig.Start(a.t, a.environment, path)
	a.programs = append(a.programs, program)
	return program
}

func (a *api) running() *rig.Program {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.programs[len(a.programs)-1]
}

// log is all that the process has written to its log, in each of its lives.
func (a *api) log() string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	var log strings.Builder
	for _, program := range a.programs {
		log.WriteString(program.Stderr.String())
	}
	return log.String()
}

func (a *api) kill() { a.running().Kill() }

func (a *api) signal(signal os.Signal) error { return a.running().Signal(signal) }

// awaitReady waits until the process wants requests.
func (a *api) awaitReady() {
	a.t.Helper()
	rig.WaitUntil(a.t, "the api on "+a.address+" is ready", func() bool {
		require.False(a.t, a.running().HasEnded(), "the api has ended")
		return a.isReady(a.t.Context())
	})
}

// isReady tells whether the process says that it wants requests.
func (a *api) isReady(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	status, err := a.healthOf(ctx, "/readyz")
	return err == nil && status == http.StatusOK
}

// healthOf is the status that the process answers operators with.
func (a *api) healthOf(ctx context.Context, path string) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.health+path, nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}
