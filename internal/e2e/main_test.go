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
	build := exec.Command("go", "build", "-o", programs+string(filepath.Separator))
	build.Args = append(build.Args, buildFlags...)
	build.Args = append(build.Args, "creatorpay/worker", "creatorpay/starter")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the programs: %w\n%s", err, output)
	}
	return nil
})

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
