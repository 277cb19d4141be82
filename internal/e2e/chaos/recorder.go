package chaos

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// differences runs a check that would fail a test, and returns what it says
// instead.
func differences(t testing.TB, check func(testing.TB)) []string {
	r := &recorder{TB: t}
	var done sync.WaitGroup
	done.Go(func() { check(r) }) // for FailNow ends the goroutine
	done.Wait()
	return r.found
}

// recorder is a test that does not fail.
type recorder struct {
	testing.TB
	found []string
}

// Errorf takes note of what it is told.
func (r *recorder) Errorf(format string, args ...any) {
	_, what, _ := strings.Cut(fmt.Sprintf(format, args...), "Error:") // after the trace of calls
	r.found = append(r.found, strings.TrimSpace(what))
}

// FailNow ends the check.
func (*recorder) FailNow() { runtime.Goexit() }
