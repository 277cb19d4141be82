package devstack

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed guard.sh
var guardScript string

// process is a running server under its guard.
type process struct {
	pid      int           // of the server itself, not of its guard
	lifeline *os.File      // closing it makes the guard stop the server
	ended    chan struct{} // closed when the server has ended
	err      error         // how it ended; to be read after ended is closed
}

// startProcess starts command in dir, where some servers leave folders, with its output going to log. The guard keeps lock
// open until the server has ended, also when this process is killed. A server that does not end within grace
// (whole seconds) of being told to is killed.
func startProcess(command []string, dir string, log, lock *os.File, grace time.Duration) (*process, error) {
	guardEnd, lifeline, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer guardEnd.Close()

	arguments := append([]string{"-c", guardScript, "guard", strconv.Itoa(int(grace.Seconds()))}, command...)
	guard := exec.Command("sh", arguments...) //nolint:noctx // no context ends a server: stop and kill do
	guard.Dir = dir
	guard.Stderr = log
	guard.ExtraFiles = []*os.File{guardEnd, lock}
	// A group of its own, so that ^C in the terminal reaches only us: we stop the servers in order.
	guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pidLine, err := guard.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, lifeline.Close())
	}
	if err := guard.Start(); err != nil {
		return nil, errors.Join(err, lifeline.Close())
	}

	p := &process{lifeline: lifeline, ended: make(chan struct{})}
	_, pidErr := fmt.Fscanln(pidLine, &p.pid)
	go func() {
		p.err = guard.Wait()
		close(p.ended)
	}()
	if pidErr != nil {
		return nil, errors.Join(fmt.Errorf("read the server's process id from its guard: %w", pidErr), p.stop())
	}
	return p, nil
}

// stop asks the server to end and waits until it has. The error is the server's exit status.
func (p *process) stop() error {
	if err := p.lifeline.Close(); err != nil {
		return err
	}
	<-p.ended
	return p.err
}

// kill ends the server by SIGKILL and waits until it has ended.
func (p *process) kill() error {
	if err := syscall.Kill(p.pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	<-p.ended
	return p.lifeline.Close()
}

// awaitHalt waits until all threads of a server that was told to halt have done so. Where the system does not tell (it has
// no /proc), it does not wait.
func (p *process) awaitHalt() error {
	tooLong := time.After(stopGrace)
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for {
		stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.pid))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(stats, isRunning) {
			return nil
		}
		select {
		case <-look.C:
		case <-tooLong:
			return fmt.Errorf("process %d has not halted within %s", p.pid, stopGrace)
		}
	}
}

// isRunning tells by its stat file whether a thread has not halted: the state stands behind the name, in parentheses.
func isRunning(stat string) bool {
	text, err := os.ReadFile(stat)
	_, state, found := strings.Cut(string(text), ") ")
	return err == nil && found && !strings.HasPrefix(state, "T")
}
