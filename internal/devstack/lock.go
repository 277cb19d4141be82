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

// forkGrace is how long a lock that this process holds itself is waited for: it may be closed already, and
// live on in a child between its fork and its exec.
const forkGrace = time.Second

// lockFile takes path for this process and refuses if a process, this one included, holds it. The
// lock ends when the file is closed, here and in every child that inherited it.
//
// A holder that is dead has left behind a server that its guard is just stopping; that is short
// (stopGrace at most) and waited for.
func lockFile(ctx context.Context, path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	err = flock(file)
	for errors.Is(err, syscall.EWOULDBLOCK) {
		if pid := holder(file); isAlive(pid) && (pid != os.Getpid() || time.Since(began) > forkGrace) {
			err = fmt.Errorf("%s is in use by process %d; stop it first or use another directory", filepath.Dir(path), pid)
		} else if err = pause(ctx); err == nil {
			err = flock(file)
		}
	}
	if err == nil {
		err = writeHolder(file)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func flock(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

func writeHolder(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt(fmt.Appendln(nil, os.Getpid()), 0)
	return err
}

// holder is the process id in the lock file; 0 if its holder has not written it yet.
func holder(file *os.File) int {
	text := make([]byte, 20)
	n, _ := file.ReadAt(text, 0) // a short read is the rule: it ends in io.EOF
	var pid int
	_, _ = fmt.Sscan(string(text[:n]), &pid)
	return pid
}

func isAlive(pid int) bool {
	return pid > 0 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
