package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	startTimeout = 60 * time.Second      // from the start of the process to the first answer
	stopGrace    = 30 * time.Second      // for an orderly end; MySQL writes its dirty pages then
	pollInterval = 50 * time.Millisecond // how often a server is asked whether it is ready
)

// server is one server of the stack and all that is needed to start it again. Its methods are not
// safe for concurrent use.
type server struct {
	name    string // "mysql": names its files, and itself in messages
	dir     string // absolute
	command []string
	prepare func(context.Context) error // runs before the process starts, while dir is locked
	ready   func(context.Context) error // nil once the server answers

	process *process // nil while it is down
}

// Restart starts the server again after Kill or Stop, on the same data and the same ports, and waits
// until it answers. A server that is still running is stopped first. ctx bounds the start only.
func (s *server) Restart(ctx context.Context) error {
	_ = s.Stop() // however it ended, it has ended
	return s.start(ctx)
}

// Stop ends the server in an orderly way and waits until it has ended. It does nothing when the
// server is down already. The error tells that the server had to be killed or had died before.
func (s *server) Stop() error {
	if s.process == nil {
		return nil
	}
	err := s.process.stop()
	s.process = nil
	if err != nil {
		return fmt.Errorf("stop %s: %w; see %s", s.name, err, s.file("log"))
	}
	return nil
}

// Kill ends the server at once (SIGKILL), as a crash would, and waits until it has ended.
func (s *server) Kill() error {
	if s.process == nil {
		return nil
	}
	err := s.process.kill()
	s.process = nil
	if err != nil {
		return fmt.Errorf("kill %s: %w", s.name, err)
	}
	return nil
}

// Freeze halts the server (SIGSTOP): its connections stay open and nothing answers, as on a machine that hangs. Thaw
// lets it go on. A frozen server can be killed; Stop would wait until it is killed. It returns when all threads of the server
// have halted: until then one may still answer.
func (s *server) Freeze() error {
	if err := syscall.Kill(s.process.pid, syscall.SIGSTOP); err != nil {
		return err
	}
	return s.process.awaitHalt()
}

// Thaw lets a frozen server go on (SIGCONT).
func (s *server) Thaw() error { return syscall.Kill(s.process.pid, syscall.SIGCONT) }

// PID is the process id of the server, which must be up.
func (s *server) PID() int { return s.process.pid }

// LogTail quotes the last lines of the server's log.
func (s *server) LogTail() string {
	log, err := openLog(s.file("log"))
	if err != nil {
		return err.Error()
	}
	defer log.Close()
	log.start = 0 // also of earlier runs
	return log.tail()
}

// start brings the server up. ctx does not live on in the process.
func (s *server) start(ctx context.Context) error {
	if err := s.launch(ctx); err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	return nil
}

// lock takes the server's directory, which it makes if need be, until the file is closed.
func (s *server) lock(ctx context.Context) (*os.File, error) {
	if err := os.MkdirAll(s.dir, 0o750); err != nil {
		return nil, err
	}
	return lockFile(ctx, s.file("lock"))
}

// whileDown works on the data of a server that is down.
func (s *server) whileDown(ctx context.Context, work func() error) error {
	lock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	return work()
}

func (s *server) launch(ctx context.Context) error {
	lock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer lock.Close() // the guard has its own copy
	if err := s.prepare(ctx); err != nil {
		return err
	}
	log, err := openLog(s.file("log"))
	if err != nil {
		return err
	}
	defer log.Close()
	process, err := startProcess(s.command, s.dir, log.File, lock, stopGrace)
	if err != nil {
		return err
	}
	if err := s.awaitReady(ctx, process); err != nil {
		return errors.Join(fmt.Errorf("%w; %s", err, log.tail()), process.kill())
	}
	s.process = process
	return nil
}

// awaitReady waits until the server answers or ends, or startTimeout has passed.
func (s *server) awaitReady(ctx context.Context, process *process) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		err := s.ready(ctx)
		select {
		case <-process.ended:
			return errors.New("it ended before it answered")
		default:
		}
		if err == nil {
			return nil
		}
		if end := pause(ctx); end != nil {
			return fmt.Errorf("no answer: %w (%w)", err, end)
		}
	}
}

func (s *server) file(suffix string) string {
	return filepath.Join(s.dir, s.name+"."+suffix)
}

// pause waits for one pollInterval, or returns the context's error.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pollInterval):
		return nil
	}
}
