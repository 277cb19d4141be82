package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"creatorpay/internal/devstack"
)

// balancer is a real Caddy with the Caddyfile of docker-compose.yml, in front of
// two stand-ins for apis.
type balancer struct {
	t       *testing.T
	address string
	apis    [2]*standIn
}

// standIn answers with its name, or not at all.
type standIn struct {
	name   string
	server *http.Server
	frozen atomic.Bool
	held   chan struct{} // a request waits for an answer that never comes
}

func (a *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case a.frozen.Load():
		if r.URL.Path != "/readyz" {
			a.held <- struct{}{}
		}
		<-r.Context().Done()
	case strings.HasPrefix(r.URL.Path, "/v1/"):
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `"`+a.name+strings.Repeat(" ", 10_000)+`"`)
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, a.name+strings.Repeat(" ", 10_000))
	}
}

// startBalancer skips the test where there is no Caddy.
func startBalancer(t *testing.T) *balancer {
	t.Helper()
	path, err := exec.LookPath("caddy")
	if err != nil {
		t.Skip("there is no caddy on the PATH")
	}
	if runtime.GOOS != "linux" {
		t.Skip("the stand-ins for two machines need the addresses 127.0.0.2 and 127.0.0.3")
	}
	ports := make(map[string]int)
	for _, of := range []string{"balancer", "answers", "health"} {
		ports[of], err = devstack.FreePort(t.Context())
		require.NoError(t, err)
	}
	b := &balancer{t: t, address: fmt.Sprintf("127.0.0.1:%d", ports["balancer"])}
	for i := range b.apis {
		api := &standIn{name: fmt.Sprintf("api-%d", i+1), held: make(chan struct{}, 100)}
		api.server = &http.Server{Handler: api, ReadHeaderTimeout: time.Minute}
		t.Cleanup(func() { _ = api.server.Close() })
		for _, of := range []string{"answers", "health"} {
			listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:%d", i+2, ports[of]))
			require.NoError(t, err)
			go func() { _ = api.server.Serve(listener) }()
		}
		b.apis[i] = api
	}
	file := filepath.Join(t.TempDir(), "Caddyfile")
	require.NoError(t, os.WriteFile(file, []byte(caddyfile(t, ports)), 0o600))
	caddy := exec.CommandContext(t.Context(), path, "run", "--config", file, "--adapter", "caddyfile")
	caddy.Env = []string{"HOME=" + t.TempDir()}
	var said strings.Builder
	caddy.Stderr = &said
	require.NoError(t, caddy.Start())
	ended := make(chan struct{})
	go func() {
		_ = caddy.Wait() // why is in what it said
		close(ended)
	}()
	t.Cleanup(func() {
		<-ended
		if t.Failed() {
			t.Log(said.String())
		}
	})
	require.Eventually(t, func() bool {
		select {
		case <-ended:
			return true // what is asked of it fails
		default:
		}
		connection, err := net.Dial("tcp", b.address)
		return err == nil && connection.Close() == nil
	}, time.Minute, 10*time.Millisecond)
	return b
}

// caddyfile is the text in docker-compose.yml with addresses of this machine.
func caddyfile(t *testing.T, ports map[string]int) string {
	t.Helper()
	compose, _ := readCompose(t)
	var file struct {
		Configs map[string]struct{ Content string }
	}
	require.NoError(t, yaml.Unmarshal([]byte(compose), &file))
	text := file.Configs["balancer"].Content
	for old, local := range map[string]string{
		"\n:8088 {":        fmt.Sprintf("\n:%d {", ports["balancer"]),
		" api-1:8088":      fmt.Sprintf(" 127.0.0.2:%d", ports["answers"]),
		" api-2:8088":      fmt.Sprintf(" 127.0.0.3:%d", ports["answers"]),
		"health_port 9091": fmt.Sprintf("health_port %d", ports["health"]),
	} {
		require.Equal(t, 1, strings.Count(text, old), old)
		text = strings.Replace(text, old, local, 1)
	}
	return text
}

// reply is what the balancer answered.
type reply struct {
	err      error
	status   int
	encoding string
	api      string
}

// ask waits longer than the balancer may take.
func (b *balancer) ask(path string) (got reply) {
	client := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	request, err := http.NewRequest(http.MethodGet, "http://"+b.address+path, http.NoBody)
	if err != nil {
		return reply{err: err}
	}
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := client.Do(request)
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return reply{err, response.StatusCode, response.Header.Get("Content-Encoding"), strings.Trim(string(body), `" `)}
}

func (b *balancer) requireAnswer(got reply, by string) {
	b.t.Helper()
	require.NoError(b.t, got.err)
	require.Equal(b.t, http.StatusOK, got.status)
	require.Equal(b.t, by, got.api)
}

// freeze lets the first api keep its connections and answer nothing any more. It
// returns the answer to a request that the api has got since then.
func (b *balancer) freeze() <-chan reply {
	b.t.Helper()
	b.apis[0].frozen.Store(true)
	for {
		answer := make(chan reply, 1)
		go func() { answer <- b.ask("/v1/top5") }()
		select {
		case <-b.apis[0].held:
			return answer
		case got := <-answer:
			b.requireAnswer(got, "api-2")
		}
	}
}

func TestWhatAKilledApiWasAskedTheOtherOneAnswers(t *testing.T) {
	t.Parallel()
	b := startBalancer(t)
	under := b.freeze()
	require.NoError(t, b.apis[0].server.Close())
	b.requireAnswer(<-under, "api-2")
	for range 10 {
		b.requireAnswer(b.ask("/v1/top5"), "api-2")
	}
}

func TestWhatAFrozenApiWasAskedTheOtherOneAnswers(t *testing.T) {
	t.Parallel()
	b := startBalancer(t)
	under := b.freeze()
	for range 10 {
		b.requireAnswer(b.ask("/v1/top5"), "api-2")
	}
	b.requireAnswer(<-under, "api-2")
}

func TestTheBalancerCompressesPagesAndLeavesJSONToTheApis(t *testing.T) {
	t.Parallel()
	b := startBalancer(t)
	require.Equal(t, "gzip", b.ask("/").encoding)
	require.Empty(t, b.ask("/v1/top5").encoding)
}
