package devstack

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
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

// startProcess starts command with its output going to log. The guard keeps lock open until the
// server has ended, also when this process is killed. A server that does not end within grace
// (whole seconds) of being told to is killed.
func startProcess(command []string, log, lock *os.File, grace time.Duration) (*process, error) {
	guardEnd, lifeline, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer guardEnd.Close()

	arguments := append([]string{"-c", guardScript, "guard", strconv.Itoa(int(grace.Seconds()))}, command...)
	guard := exec.Command("sh", arguments...) //nolint:noctx // no context ends a server: stop and kill do
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
