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

// hold keeps the busy day's run in the middle of its counting while the operator looks at it: the rows of its later chunks in the book of runs are locked.
type hold struct {
	release func()
	runs    []*exec.Cmd // that go on then
}

func (o *operator) watchCounting() {
	o.held = &hold{}
	unlockCatalogue := o.lock("UNLOCK TABLES", "LOCK TABLES videos WRITE") // no chunk is counted before it is known which are to be held
	o.begin("run", "daily", "--date", busyDay, "--chunk-rows", chunkRows)
	o.waitFor("the day is planned", `SELECT COUNT(*) > 0 FROM run_chunks WHERE starts_on = ?`, busyDay)
	o.held.release = o.lock("ROLLBACK", "BEGIN",
		fmt.Sprintf(`SELECT * FROM run_chunks WHERE kind = 'daily' AND starts_on = '%s' AND version = 1 AND chunk >= %d FOR UPDATE`, busyDay, heldFrom))
	unlockCatalogue()
	chunks := o.numbers(`SELECT COUNT(*) FROM run_chunks WHERE starts_on = ?`, busyDay)[0]
	o.waitFor("the first chunks are counted", `SELECT COUNT(*) = ? FROM run_chunks WHERE starts_on = ? AND state = 'counted'`, heldFrom-1, busyDay)

	o.openDay(busyDay)
	o.seeText(fmt.Sprintf("count %s chunk %d/%d", busyDay, heldFrom, chunks))
	o.picture("counting")
	o.openTab("User Metadata")
	o.see(fmt.Sprintf(`//iframe[contains(@src, "%d%%20of%%20%d")]`, heldFrom-1, chunks))
	o.picture("current-details")
}

func (o *operator) watchWaiting() {
	o.begin("run", "daily", "--date", waitingDay, "--wait")
	o.openDay(waitingDay)
	o.seeAnew(status("Running"))
	o.openTab("Pending Activities")
	o.seeText("waiting: " + busyDay + " is not closed")
	o.picture("waiting-day")
	o.list(`SettlementKind = "daily"`)
	o.see(`//table//td[normalize-space()="waiting for earlier days"]`)
	o.picture("runs")
}

func (o *operator) pauseActivity() {
	o.openDay(busyDay)
	o.seeAnew(status("Running"))
	o.openTab("Pending Activities")
	o.click(`//button[normalize-space()="Pause"]`)
	o.click(`//dialog[@open]//input[@data-testid="activity-pause-reason"]`)
	o.write("the database is being moved")
	o.click(`//dialog[@open]//button[normalize-space()="Pause"]`)
	o.see(`//button[normalize-space()="Unpause"]`)
	o.see(`//*[text()[normalize-space()="Paused"]]`)
	o.seeText("context canceled") // the worker has heard of it with its next heartbeat and has stopped
	o.picture("paused-activity")
}

// unpauseActivity releases what is held: all chunks but the paused one are counted, and when that is unpaused, too,
// the day closes, and then the day after by itself.
func (o *operator) unpauseActivity() {
	o.held.release()
	o.waitFor("one chunk is left", `SELECT COUNT(*) = 1 FROM run_chunks WHERE starts_on = ? AND state = 'planned'`, busyDay)

	o.click(`//button[normalize-space()="Unpause"]`)
	o.click(`//dialog[@open]//button[normalize-space()="Unpause"]`)

	o.seeAnew(status("Completed"))
	for _, run := range o.held.runs {
		require.NoError(o.t, run.Wait())
	}
	o.waitFor("both days are closed", `SELECT COUNT(*) = 2 FROM runs WHERE kind = 'daily' AND starts_on IN (?, ?) AND state = 'closed'`, busyDay, waitingDay)
}

// begin starts a run and leaves it to itself.
func (o *operator) begin(args ...string) {
	o.t.Helper()
	run := o.command(args...)
	require.NoError(o.t, run.Start())
	o.held.runs = append(o.held.runs, run)
}

// lock takes what the statements take, in a connection of its own, and says how to end that.
func (o *operator) lock(end string, statements ...string) (release func()) {
	o.t.Helper()
	session, err := o.sql.Conn(o.t.Context())
	require.NoError(o.t, err)
	for _, statement := range statements {
		_, err := session.ExecContext(o.t.Context(), statement)
		require.NoError(o.t, err, statement)
	}
	return func() {
		o.t.Helper()
		_, err := session.ExecContext(o.t.Context(), end)
		require.NoError(o.t, err)
		require.NoError(o.t, session.Close())
	}
}

// waitFor waits until the query says 1.
func (o *operator) waitFor(what, query string, args ...any) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), uiTimeout)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for o.numbers(query, args...)[0] != 1 {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			require.FailNow(o.t, "timed out waiting until "+what)
		}
	}
}

// openDay opens the page of the day's latest run.
func (o *operator) openDay(day string) {
	o.t.Helper()
	o.open(o.ui + "/namespaces/default/workflows/daily:" + day)
}

func (o *operator) openTab(name string) {
	o.t.Helper()
	o.click(`//main//a[starts-with(normalize-space(), "` + name + `")]`)
}
