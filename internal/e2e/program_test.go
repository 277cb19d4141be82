package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// program is a started worker or starter.
type program struct {
	t              testing.TB
	command        *exec.Cmd
	stdout, stderr output
	ended          chan struct{} // closed when the program has ended
}

// output is what a program has written so far.
type output struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (o *output) Write(text []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(text)
}

func (o *output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.String()
}

// start starts a program with nothing in its environment but the PATH, an empty
// home and the given variables. It is killed at the end of the test if it still
// runs then; what it wrote to stderr is logged if the test has failed.
func start(t testing.TB, environment []string, name string, args ...string) *program {
	t.Helper()
	require.NoError(t, prepared())
	p := &program{t: t, ended: make(chan struct{})}
	p.command = exec.Command(filepath.Join(programs, name), args...)
	p.command.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"GORACE=atexit_sleep_ms=0", // the race detector keeps a program that has ended for another second otherwise
	}, environment...)
	p.command.Stdout, p.command.Stderr = &p.stdout, &p.stderr
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: guard.Process.Pid}
	require.NoError(t, p.command.Start())
	go func() {
		_ = p.command.Wait() // how it ended is in ProcessState
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() && p.stderr.String() != "" {
			t.Logf("%s %s wrote to stderr:\n%s", name, strings.Join(args, " "), lastLines(p.stderr.String(), 40))
		}
	})
	return p
}

// kill ends the program with SIGKILL.
func (p *program) kill() {
	_ = p.command.Process.Kill() // it may have ended by itself
	<-p.ended
	p.requireNoDataRace()
}

func (p *program) signal(signal os.Signal) {
	p.t.Helper()
	require.NoError(p.t, p.command.Process.Signal(signal))
}

// wait waits for the program's own end.
func (p *program) wait() outcome {
	p.t.Helper()
	<-p.ended
	p.requireNoDataRace()
	return outcome{p.t, p.command.ProcessState.ExitCode(), p.stdout.String(), p.stderr.String()}
}

func (p *program) requireNoDataRace() {
	require.NotContains(p.t, p.stderr.String(), "WARNING: DATA RACE")
}

// hasEnded tells whether the program has ended by itself.
func (p *program) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// outcome is how a program ended.
type outcome struct {
	t              testing.TB
	code           int
	stdout, stderr string
}

func (o outcome) requireSuccess() outcome {
	o.t.Helper()
	require.Zero(o.t, o.code, "stdout:\n%s\nstderr:\n%s", o.stdout, o.stderr)
	return o
}

// requireRefusal means that the program did nothing but say why, in one line.
func (o outcome) requireRefusal(why ...string) {
	o.t.Helper()
	o.requireFailure(why...)
	require.Empty(o.t, o.stdout)
	require.Equal(o.t, 1, strings.Count(o.stderr, "\n"), "one line:\n%s", o.stderr)
}

// requireFailure means that the program failed and its last line says why.
func (o outcome) requireFailure(why ...string) {
	o.t.Helper()
	require.Equal(o.t, 1, o.code, "stdout:\n%s\nstderr:\n%s", o.stdout, o.stderr)
	require.NotContains(o.t, o.stderr, "goroutine ", "a stack trace")
	for _, part := range why {
		require.Contains(o.t, lastLines(o.stderr, 1), part)
	}
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
