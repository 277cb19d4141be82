package e2e

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"creatorpay/internal/devstack/devtest"
)

func TestMain(m *testing.M) { devtest.Main(m) }

var (
	programs string    // folder of the built worker and starter
	guard    *exec.Cmd // leader of the process group of all programs that are started
)

// prepared builds the programs when the first one is to be started.
var prepared = sync.OnceValue(func() (err error) {
	if err := lookAtSources(); err != nil {
		return err
	}
	if programs, err = os.MkdirTemp("", "creatorpay-programs-"); err != nil {
		return err
	}
	if err := startGuard(); err != nil {
		return err
	}
	return build("")
})

// racePrograms builds the programs with the race detector, if the tests are, and
// returns their folder. Only tests of what happens side by side use them: the
// detector makes a program twice as slow.
var racePrograms = sync.OnceValues(func() (folder string, err error) {
	if err := prepared(); err != nil || !detectsRaces {
		return "", err
	}
	return raceFolder, build(raceFolder, "-race")
})

const raceFolder = "race"

// build builds the programs into a folder beside those that most tests use.
func build(folder string, flags ...string) error {
	command := exec.Command("go", "build", "-o", filepath.Join(programs, folder)+string(filepath.Separator))
	command.Args = append(append(command.Args, flags...), "creatorpay/worker", "creatorpay/starter")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build the programs: %w\n%s", err, output)
	}
	return nil
}

// lookAtSources lists every folder of sources. `go test` repeats a result from
// its cache as long as what a test looked at is the same, and the programs are
// no part of the test itself.
func lookAtSources() error {
	return filepath.WalkDir(filepath.Join("..", ".."), func(_ string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".." {
			return fs.SkipDir
		}
		return err
	})
}

// lifeline is never written to. It closes when this process ends, however it
// ends; then the guard removes the programs and kills those that still run.
var lifeline io.WriteCloser

func startGuard() (err error) {
	guard = exec.Command("sh", "-c", `read -r _; rm -rf "$0"; kill -KILL 0`, programs)
	guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if lifeline, err = guard.StdinPipe(); err != nil {
		return err
	}
	return guard.Start()
}
