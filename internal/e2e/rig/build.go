package rig

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"
)

var (
	programs string    // folder of the built programs
	guard    *exec.Cmd // leader of the process group of all programs that are started
)

// prepared makes the folder of the programs and the leader of their group.
var prepared = sync.OnceValue(func() (err error) {
	if err := lookAtSources(); err != nil {
		return err
	}
	if programs, err = os.MkdirTemp("", "creatorpay-programs-"); err != nil {
		return err
	}
	return startGuard()
})

// usualPrograms builds the programs that most tests use, when the first of them
// is to be started.
var usualPrograms = sync.OnceValue(func() error { return Build("") })

// RacePrograms builds the programs with the race detector, if the tests are, and
// returns their folder. Only tests of what happens side by side use them: the
// detector makes a program twice as slow.
var RacePrograms = sync.OnceValues(func() (folder string, err error) {
	if !detectsRaces {
		return "", nil
	}
	return raceFolder, Build(raceFolder, "-race")
})

const raceFolder = "race"

// API builds the api, with the race detector if the tests are, and returns its
// path in the folder of programs. Only the tests of the read side need it.
var API = sync.OnceValues(func() (path string, err error) {
	var flags []string
	if detectsRaces {
		flags = []string{"-race"}
	}
	return filepath.Join(apiFolder, "api"), build(apiFolder, flags, "api")
})

const apiFolder = "read"

// Build builds the programs of the job with flags of the go command into a
// folder beside those that most tests use.
func Build(folder string, flags ...string) error { return build(folder, flags, "worker", "starter") }

func build(folder string, flags []string, names ...string) error {
	if err := prepared(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(programs, folder), 0o755); err != nil {
		return err
	}
	var builds errgroup.Group
	for _, program := range names {
		builds.Go(func() error {
			// Unlike `go build`, `go run` keeps what it has linked in Go's cache: the packages of tests share it.
			args := append(append([]string{"run"}, flags...), "-exec", "cp", "creatorpay/"+program, filepath.Join(programs, folder, program))
			if output, err := exec.Command("go", args...).CombinedOutput(); err != nil {
				return fmt.Errorf("build the %s: %w\n%s", program, err, output)
			}
			return nil
		})
	}
	return builds.Wait()
}

// lookAtSources lists every folder of sources. `go test` repeats a result from
// its cache as long as what a test looked at is the same, and the programs are
// no part of the test itself.
func lookAtSources() error {
	root, err := Root()
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != root {
			return fs.SkipDir
		}
		return err
	})
}

// startGuard starts a process that reads from this one and is never written to.
// When this process ends, however it ends, the pipe closes; then the guard removes
// the programs and kills those that still run.
func startGuard() error {
	guard = exec.Command("sh", "-c", `read -r _; rm -rf "$0"; kill -KILL 0`, programs)
	guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if _, err := guard.StdinPipe(); err != nil { // guard keeps it open
		return err
	}
	return guard.Start()
}

// Root is the folder of the module, in which the test is.
func Root() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		if filepath.Dir(folder) == folder {
			return "", errors.New("no go.mod above the working directory")
		}
		folder = filepath.Dir(folder)
	}
}
