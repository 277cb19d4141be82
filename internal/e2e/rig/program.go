package rig

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

// Program is a started worker, starter or api.
type Program struct {
	t              testing.TB
	command        *exec.Cmd
	Stdout, Stderr output
	Ended          chan struct{} // closed when the program has ended
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

// Start starts a program, named by its path in the folder of programs, with
// nothing in its environment but the PATH, an empty home and the given variables.
// It is killed at the end of the test if it still runs then; what it wrote to
// stderr is logged if the test has failed, but for what it only tells debuggers.
func Start(t testing.TB, environment []string, name string, args ...string) *Program {
	t.Helper()
	if filepath.Base(name) == name {
		require.NoError(t, usualPrograms())
	}
	p := &Program{t: t, Ended: make(chan struct{})}
	p.command = exec.Command(filepath.Join(programs, name), args...)
	p.command.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"GORACE=atexit_sleep_ms=0", // the race detector keeps a program that has ended for another second otherwise
	}, environment...)
	p.command.Stdout, p.command.Stderr = &p.Stdout, &p.Stderr
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: guard.Process.Pid}
	require.NoError(t, p.command.Start())
	go func() {
		_ = p.command.Wait() // how it ended is in ProcessState
		close(p.Ended)
	}()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() && p.Stderr.String() != "" {
			t.Logf("%s %s wrote to stderr:\n%s", name, strings.Join(args, " "), LastLines(withoutDebug(p.Stderr.String()), 40))
		}
	})
	return p
}

// Kill ends the program with SIGKILL.
func (p *Program) Kill() {
	_ = p.command.Process.Kill() // it may have ended by itself
	<-p.Ended
	p.requireNoDataRace()
}

// Signal sends the program a signal. It fails if the program has ended.
func (p *Program) Signal(signal os.Signal) error { return p.command.Process.Signal(signal) }

// Wait waits for the program's own end.
func (p *Program) Wait() Outcome {
	p.t.Helper()
	<-p.Ended
	p.requireNoDataRace()
	return Outcome{p.t, p.command.ProcessState.ExitCode(), p.Stdout.String(), p.Stderr.String()}
}

func (p *Program) requireNoDataRace() {
	require.NotContains(p.t, p.Stderr.String(), "WARNING: DATA RACE")
}

// HasEnded tells whether the program has ended by itself.
func (p *Program) HasEnded() bool {
	select {
	case <-p.Ended:
		return true
	default:
		return false
	}
}

// WaitUntilSaid waits for a text on the program's stderr.
func (p *Program) WaitUntilSaid(text string) {
	p.t.Helper()
	WaitUntil(p.t, "it says "+text, func() bool { return strings.Contains(p.Stderr.String(), text) })
}

// PID is the program's process id.
func (p *Program) PID() int { return p.command.Process.Pid }
