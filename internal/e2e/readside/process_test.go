package readside

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
)

// testDrain stops an api while a request waits for the primary, which hangs.
func testDrain(t *testing.T, s *stack) {
	asking := newReaders(s, rig.NewRandom(t))
	stopped := s.apis[0]
	require.NoError(t, s.cluster.Primary.Freeze())
	before := stopped.callsOnReplicas(t)
	waiting := make(chan *answer, 1)
	go func() { waiting <- asking.askOnce(s.aboutOpen(), stopped) }()
	rig.WaitUntil(t, "the request has come to the primary", func() bool { return stopped.callsOnReplicas(t) >= before+len(s.replicas) })
	require.NoError(t, stopped.signal(syscall.SIGTERM))

	requireStatus(t, http.StatusServiceUnavailable, <-waiting)
	outcome := stopped.running().Wait()
	require.Zero(t, outcome.Code, outcome.Stderr)
	_, err := net.Dial("tcp", stopped.address)
	require.Error(t, err)
	require.NoError(t, s.cluster.Primary.Thaw())
	stopped.start()
	stopped.awaitReady()
	s.awaitAnswer(asking, http.StatusConflict, s.aboutOpen(), s.apis[1])
}

var replicaCalls = regexp.MustCompile(`(?m)^creatorpay_copy_calls_total\{copy="replica.* (\d+)$`)

// callsOnReplicas is how often the process has asked a replica, by its metrics.
func (a *api) callsOnReplicas(t *testing.T) (calls int) {
	t.Helper()
	for _, found := range replicaCalls.FindAllStringSubmatch(a.metrics(t), -1) {
		n, err := strconv.Atoi(found[1])
		require.NoError(t, err)
		calls += n
	}
	return calls
}

// metrics is what the process tells at /metrics.
func (a *api) metrics(t *testing.T) string {
	t.Helper()
	return rig.Metrics(t, a.health)
}

// What an api that is abused may take.
const (
	clientsAtMost = 300
	abusers       = 450 // half of them say nothing, half of them never end their header
	headerAtMost  = 5 * time.Second
	memoryAtMost  = 256 << 20
)

func testAbuse(t *testing.T, s *stack) {
	asking := newReaders(s, rig.NewRandom(t))
	abused := newAPI(t, append(s.apis[0].environment, fmt.Sprintf("API_MAX_CLIENTS=%d", clientsAtMost)))
	abused.start()
	abused.awaitReady()
	for range abusers {
		conn, err := net.Dial("tcp", abused.address)
		require.NoError(t, err)
		defer conn.Close()
		if conn.LocalAddr().(*net.TCPAddr).Port%2 == 0 {
			go trickle(conn)
		}
	}

	a := asking.askOnce(s.aboutClosed(1, firstDay+8), abused)
	requireStatus(t, http.StatusOK, a)
	require.Less(t, a.Ended.Sub(a.Begun), 2*headerAtMost+margin, "two crowds of abusers come before")
	for request, want := range map[string]int{
		"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + strings.Repeat("a", 1<<20) + "\r\n\r\n":                       http.StatusRequestHeaderFieldsTooLarge,
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n":                                                  http.StatusBadRequest,
		"GET /v1/top5 HTTP/1.1\r\nHost: a\r\nno header\r\n\r\n":                                                 http.StatusBadRequest,
		"GET /v1/top5 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n" + strings.Repeat("a", 100_000): http.StatusRequestEntityTooLarge,
		"GET /v1/top5?" + strings.Repeat("a", 10_000) + " HTTP/1.1\r\nHost: a\r\n\r\n":                          http.StatusRequestURITooLong,
	} {
		require.Equal(t, want, say(t, abused, request), "%.60q", request)
	}
	requireStatus(t, http.StatusOK, asking.askOnce(s.aboutClosed(2, firstDay+8), abused))
	require.Less(t, abused.memory(t), memoryAtMost)
	require.False(t, abused.running().HasEnded())
	abused.kill()
}

// trickle sends a header that never ends, until the server has enough.
func trickle(conn net.Conn) {
	_, err := io.WriteString(conn, "GET /v1/top5 HTTP/1.1\r\nHost: a\r\n")
	for i := 0; err == nil; i++ {
		<-time.After(100 * time.Millisecond)
		_, err = fmt.Fprintf(conn, "X-%d: a\r\n", i)
	}
}

// say sends bytes and returns the status of the answer.
func say(t *testing.T, to *api, request string) int {
	t.Helper()
	conn, err := net.Dial("tcp", to.address)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(giveUp)))
	go func() { _, _ = io.WriteString(conn, request) }() // the server may stop reading
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err, "%.60q", request)
	defer response.Body.Close()
	return response.StatusCode
}

// memory is what the process keeps in memory, in bytes.
func (a *api) memory(t *testing.T) int {
	t.Helper()
	const pages = 1 // of /proc/PID/statm: resident
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(a.running().PID()), "statm"))
	require.NoError(t, err)
	resident, err := strconv.Atoi(strings.Fields(string(text))[pages])
	require.NoError(t, err)
	return resident * os.Getpagesize()
}

// testRights means that a user who may only read is enough, and that one who may do
// more is named at the start.
func testRights(t *testing.T, s *stack) {
	const warning = "may do more than read"
	require.NotContains(t, s.apis[0].running().Stderr.String(), warning)
	settings := make([]string, len(s.apis[0].environment))
	for i, setting := range s.apis[0].environment {
		settings[i] = strings.ReplaceAll(setting, reader+"@", "root@")
	}
	root := newAPI(t, settings)
	root.start().WaitUntilSaid(warning)
	root.kill()
}
