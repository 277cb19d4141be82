package uitest

import (
	"bufio"
	"bytes"
	"database/sql"
	"flag"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

var pictures = flag.String("pictures", "../../.dev/uitest", "folder for the pictures")

// root is the checkout, where `make build` has put the programs.
const root = "../.."

// stack is the local stack of `starter dev`, with its worker.
type stack struct {
	t           *testing.T
	environment []string
	ui          string // address of the Temporal UI
	inbox       string // address of the mail inbox
	api         string // address of the creators' pages
	metrics     string // address of the worker's metrics
	sql         *sql.DB
}

func startStack(t *testing.T) *stack {
	t.Helper()
	dir := t.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close()) // its port is free
	s := &stack{t: t, metrics: listener.Addr().String()}
	s.environment = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "WORKER_SLOTS=12", "WORKER_LISTEN=" + s.metrics}
	dev := s.command("dev", "--dir", dir)
	said, err := dev.StdoutPipe()
	require.NoError(t, err)
	var log bytes.Buffer
	dev.Stderr = &log
	require.NoError(t, dev.Start())
	t.Cleanup(func() {
		require.NoError(t, dev.Process.Signal(syscall.SIGTERM))
		_, _ = io.Copy(io.Discard, said)
		require.NoError(t, dev.Wait())
		if t.Failed() {
			t.Log(log.String())
		}
	})
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Stop with") {
	}
	s.source(filepath.Join(dir, "env"))
	return s
}

// source takes over the settings that the stack has written for other programs.
func (s *stack) source(path string) {
	s.t.Helper()
	settings, err := exec.CommandContext(s.t.Context(), "env", "-i", "sh", "-c", `set -a; . "$0"; env`, path).Output()
	require.NoError(s.t, err, "`starter dev` writes its settings when it is up")
	for setting := range strings.Lines(string(settings)) {
		setting = strings.TrimSuffix(setting, "\n")
		name, value, _ := strings.Cut(setting, "=")
		switch name {
		case "MYSQL_DSN":
			s.sql, err = sql.Open("mysql", value)
			require.NoError(s.t, err)
			s.t.Cleanup(func() { require.NoError(s.t, s.sql.Close()) })
		case "TEMPORAL_UI_URL":
			s.ui = value
		case "MAIL_URL":
			s.inbox = value
		case "API_URL":
			s.api = value
		case "PATH", "PWD":
			continue
		}
		s.environment = append(s.environment, setting)
	}
}

// command is a starter that has not been started yet.
func (s *stack) command(args ...string) *exec.Cmd {
	s.t.Helper()
	starter := exec.Command(filepath.Join("bin", "starter"), args...)
	starter.Dir = root
	starter.Env = s.environment
	return starter
}

// starter runs the starter and returns all that it said.
func (s *stack) starter(args ...string) string {
	s.t.Helper()
	output, err := s.command(args...).CombinedOutput()
	require.NoError(s.t, err, "starter %s: %s", strings.Join(args, " "), output)
	return string(output)
}

// starterFails runs the starter, which has to fail, and returns all that it said.
func (s *stack) starterFails(args ...string) string {
	s.t.Helper()
	output, err := s.command(args...).CombinedOutput()
	var failed *exec.ExitError
	require.ErrorAs(s.t, err, &failed, "starter %s: %s", strings.Join(args, " "), output)
	return string(output)
}

// file writes an import file.
func (s *stack) file(name string, lines ...string) string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), name)
	require.NoError(s.t, os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	return path
}

// numbers are the first column of the query.
func (s *stack) numbers(query string, args ...any) (numbers []int) {
	s.t.Helper()
	rows, err := s.sql.QueryContext(s.t.Context(), query, args...)
	require.NoError(s.t, err, query)
	defer rows.Close()
	for rows.Next() {
		var number int
		require.NoError(s.t, rows.Scan(&number))
		numbers = append(numbers, number)
	}
	require.NoError(s.t, rows.Err())
	return numbers
}
