package e2e

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"creatorpay/internal/devstack/devtest"
)

// programs is the folder of the built worker and starter.
var programs string

// guard is the leader of the process group of all programs that are started.
var guard *exec.Cmd

func TestMain(m *testing.M) {
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, "prepare end-to-end tests:", err)
		os.Exit(1)
	}
	devtest.Main(m)
}

func prepare() (err error) {
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
		return fmt.Errorf("%w\n%s", err, output)
	}
	return nil
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
