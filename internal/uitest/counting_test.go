package uitest

import (
	"context"
	"fmt"
	"os/exec"
	"time"

	"github.com/stretchr/testify/require"
)

// heldFrom is the first chunk of the busy day that is kept from being counted.
const heldFrom = 7

// hold keeps the busy day's run in the middle of its counting, as long as an operator wants to look
// at it: the rows of its later chunks in the book of runs are locked.
type hold struct {
	release func()
	runs    []*exec.Cmd // that go on then
}

func (s *story) lookAtCounting() {
	s.held = &hold{}
	unlockCatalogue := s.lock("UNLOCK TABLES", "LOCK TABLES videos WRITE") // no chunk is counted before it is known which are to be held
	s.begin("run", "daily", "--date", busyDay, "--chunk-rows", chunkRows)
	s.waitFor("the day is planned", `SELECT COUNT(*) > 0 FROM run_chunks WHERE starts_on = ?`, busyDay)
	s.held.release = s.lock("ROLLBACK", "BEGIN",
		fmt.Sprintf(`SELECT * FROM run_chunks WHERE kind = 'daily' AND starts_on = '%s' AND version = 1 AND chunk >= %d FOR UPDATE`, busyDay, heldFrom))
	unlockCatalogue()
	chunks := s.numbers(`SELECT COUNT(*) FROM run_chunks WHERE starts_on = ?`, busyDay)[0]
	s.waitFor("the first chunks are counted", `SELECT COUNT(*) = ? FROM run_chunks WHERE starts_on = ? AND state = 'counted'`, heldFrom-1, busyDay)

	s.openDay(busyDay)
	s.seeText(fmt.Sprintf("count %s chunk %d/%d", busyDay, heldFrom, chunks))
	s.picture("counting")
	s.openTab("User Metadata")
	s.see(fmt.Sprintf(`//iframe[contains(@src, "%d%%20of%%20%d")]`, heldFrom-1, chunks))
	s.picture("current-details")
}

func (s *story) lookAtWaiting() {
	s.begin("run", "daily", "--date", waitingDay, "--wait")
	s.openDay(waitingDay)
	s.seeAnew(status("Running"))
	s.openTab("Pending Activities")
	s.seeText("waiting: " + busyDay + " is not closed")
	s.picture("waiting-day")
	s.list(`SettlementKind = "daily"`)
	s.see(`//table//td[normalize-space()="waiting for earlier days"]`)
	s.picture("runs")
}

func (s *story) pauseActivity() {
	s.openDay(busyDay)
	s.seeAnew(status("Running"))
	s.openTab("Pending Activities")
	s.click(`//button[normalize-space()="Pause"]`)
	s.click(`//dialog[@open]//input[@data-testid="activity-pause-reason"]`)
	s.write("the database is being moved")
	s.click(`//dialog[@open]//button[normalize-space()="Pause"]`)
	s.see(`//button[normalize-space()="Unpause"]`)
	s.see(`//*[text()[normalize-space()="Paused"]]`)
	s.seeText("context canceled") // the worker has heard of it with its next heartbeat and has stopped
	s.picture("paused-activity")
}

// goOn releases what is held: all chunks but the paused one are counted, and when that goes on, too,
// the day closes, and then the day after by itself.
func (s *story) goOn() {
	s.held.release()
	s.waitFor("one chunk is left", `SELECT COUNT(*) = 1 FROM run_chunks WHERE starts_on = ? AND state = 'planned'`, busyDay)

	s.click(`//button[normalize-space()="Unpause"]`)
	s.click(`//dialog[@open]//button[normalize-space()="Unpause"]`)

	s.seeAnew(status("Completed"))
	for _, run := range s.held.runs {
		require.NoError(s.t, run.Wait())
	}
	s.waitFor("both days are closed", `SELECT COUNT(*) = 2 FROM runs WHERE kind = 'daily' AND starts_on IN (?, ?) AND state = 'closed'`, busyDay, waitingDay)
}

// begin starts a run and leaves it to itself.
func (s *story) begin(args ...string) {
	s.t.Helper()
	run := s.command(args...)
	require.NoError(s.t, run.Start())
	s.held.runs = append(s.held.runs, run)
}

// lock takes what the statements take, in a connection of its own, and says how to end that.
func (s *story) lock(end string, statements ...string) (release func()) {
	s.t.Helper()
	session, err := s.sql.Conn(s.t.Context())
	require.NoError(s.t, err)
	for _, statement := range statements {
		_, err := session.ExecContext(s.t.Context(), statement)
		require.NoError(s.t, err, statement)
	}
	return func() {
		s.t.Helper()
		_, err := session.ExecContext(s.t.Context(), end)
		require.NoError(s.t, err)
		require.NoError(s.t, session.Close())
	}
}

// waitFor waits until the query says 1.
func (s *story) waitFor(what, query string, args ...any) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for s.numbers(query, args...)[0] != 1 {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			require.FailNow(s.t, "waited in vain until "+what)
		}
	}
}

// openDay opens the page of the day's latest run.
func (s *story) openDay(day string) {
	s.t.Helper()
	s.open(s.ui + "/namespaces/default/workflows/daily:" + day)
}

func (s *story) openTab(name string) {
	s.t.Helper()
	s.click(`//main//a[starts-with(normalize-space(), "` + name + `")]`)
}
