package uitest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The days and what is wrong with them.
const (
	failingDay = "2024-05-08" // has views of a video that nobody has imported
	secondDay  = "2024-05-09" // the same again, to be repaired from its middle
	busyDay    = "2024-05-10" // is looked at while it counts
	waitingDay = "2024-05-11" // has to wait for the busy one
	chunkRows  = "1000"
)

// operator has a terminal and a browser.
type operator struct {
	*stack
	*browser
	t    *testing.T
	held *hold // what keeps the busy day from being counted
}

// Each step needs what the ones before it have done.
func TestOperatorRepairsADayInTheTemporalUI(t *testing.T) {
	o := &operator{stack: startStack(t), browser: startBrowser(t, desk)}
	steps := []struct {
		name string
		do   func(*operator)
	}{
		{"days close", (*operator).closeDays},
		{"a day fails because of an unknown video", (*operator).failDay},
		{"the list of runs gets useful columns", (*operator).chooseColumns},
		{"the list of failed runs names it", (*operator).findFailedRun},
		{"its page says what to do", (*operator).readFailure},
		{"the data are repaired", (*operator).repairData},
		{"a reset in the UI closes the day", (*operator).resetToStart},
		{"only the repaired chunk was counted again", (*operator).checkOnlyRepairedChunkCounted},
		{"a reset to any point does the same", (*operator).resetToCounting},
		{"a run is watched while it counts", (*operator).watchCounting},
		{"the day after waits for it", (*operator).watchWaiting},
		{"an activity is paused", (*operator).pauseActivity},
		{"and goes on", (*operator).unpauseActivity},
		{"chunks fail because of rows of another day", (*operator).failChunks},
		{"without those the day closes", (*operator).deleteStrayRows},
		{"a row of a closed day changes", (*operator).changeRow},
		{"a schedule is paused", (*operator).pauseSchedule},
	}
	for _, step := range steps {
		passed := t.Run(step.name, func(t *testing.T) {
			o.t, o.stack.t, o.browser.t = t, t, t
			step.do(o)
		})
		require.True(t, passed, "the steps that follow need this one")
	}
}

func (o *operator) closeDays() {
	o.starter("generate", "--from", "2024-05-06", "--days", "7", "--views-per-day", "10000", "--videos", "100", "--creators", "10")
	o.starter("run", "daily", "--date", "2024-05-06", "--chunk-rows", chunkRows)
	o.starter("run", "daily", "--date", "2024-05-07", "--chunk-rows", chunkRows)
}

// newUpload is a video that views come in of before it does itself.
func (o *operator) newUpload(video int, day string) {
	o.starter("import", "--views", o.file("views.csv",
		"view_id,video_id,viewer_id,watched_at,played_seconds,ad_views",
		fmt.Sprintf("%d1,%d,7,%sT12:00:00+09:00,60,1", video, video, day),
		fmt.Sprintf("%d2,%d,8,%sT12:00:00+09:00,60,1", video, video, day)))
}

func (o *operator) failDay() {
	o.newUpload(1001, failingDay)

	said := o.starterFails("run", "daily", "--date", failingDay, "--chunk-rows", chunkRows)

	require.Contains(o.t, said, "2 rows of videos that are not in the catalogue: 1001 (2 rows)")
}

func (o *operator) chooseColumns() {
	o.list(`SettlementKind = "daily"`)
	o.click(`//button[@data-testid="workflows-summary-table-configuration-button"]`)
	for _, column := range []string{"Run ID", "Type", "End"} {
		o.click(`//button[@data-testid="orderable-list-item-` + column + `-remove-button"]`)
	}
	for _, column := range []string{"SettlementPhase", "FailedChunks"} {
		o.click(`//button[@data-testid="orderable-list-item-` + column + `-add-button"]`)
	}
	o.see(`//table//th[normalize-space()="FailedChunks"]`)
}

// list opens the list of the runs that the query finds.
func (o *operator) list(query string) {
	o.t.Helper()
	o.open(o.ui + "/namespaces/default/workflows?query=" + url.QueryEscape(query))
}

func (o *operator) findFailedRun() {
	o.list(`SettlementKind IS NOT NULL AND ExecutionStatus = "Failed"`)
	o.see(workflowLink(failingDay))
	o.picture("failed-runs")
}

func workflowLink(day string) string { return `//table//a[normalize-space()="daily:` + day + `"]` }

func (o *operator) readFailure() {
	o.click(workflowLink(failingDay))
	o.see(status("Failed"))
	o.seeText("videos that are not in the catalogue: 1001 (2 rows)")
	o.seeText("CheckDay • check " + failingDay)
	o.picture("failed-run")
}

// status is the mark before the workflow's name.
func status(name string) string { return `//main//h1/preceding::*[normalize-space()="` + name + `"]` }

func (o *operator) repairData() { o.importVideo(1001) }

func (o *operator) importVideo(video int) {
	said := o.starter("import", "--videos", o.file("videos.csv",
		"video_id,creator_id,title,duration_seconds,opening_views,opening_ad_views",
		fmt.Sprintf("%d,3,New upload,600,0,0", video)))
	require.Contains(o.t, said, "1 line")
}

func (o *operator) resetToStart() {
	first := o.activities("daily:" + failingDay)[0]
	o.fillReset(first.After, "video 1001 imported")
	o.picture("reset")
	o.confirmReset()
}

// fillReset opens the dialog that resets the run on the screen, and chooses an event.
func (o *operator) fillReset(event, reason string) {
	o.t.Helper()
	o.click(`//button[normalize-space()="Reset"]`)
	o.click(`//dialog[@open]//button[@data-testid="workflow-reset-event-id-select-button"]`)
	choice := event + " - WorkflowTaskCompleted"
	o.click(`//dialog[@open]//li[normalize-space()="` + choice + `"]`)
	require.Equal(o.t, choice, o.value(`dialog[open] [data-testid="workflow-reset-event-id-select"]`))
	o.click(`//dialog[@open]//input[@data-testid="reset-reason"]`)
	o.write(reason)
}

// confirmReset resets the run, follows the link to the new one, and waits until that is completed.
func (o *operator) confirmReset() {
	o.t.Helper()
	o.click(`//dialog[@open]//button[normalize-space()="Confirm"]`)
	o.seeText("This Workflow has been reset")
	o.click(`//a[normalize-space()="here"]`)
	o.seeAnew(status("Completed"))
}

func (o *operator) checkOnlyRepairedChunkCounted() {
	o.seeText("CloseDay • close " + failingDay)
	require.NotContains(o.t, o.text(), "count "+failingDay+" chunk 1/", "finished chunks are not asked for again")
	o.show(saying("BeginDay • begin " + failingDay))
	o.picture("repaired-run")
	counts := o.counts(failingDay)
	require.Equal(o.t, []string{fmt.Sprintf("count-%03d-1", len(counts))}, o.chunksCounted("daily:"+failingDay))
	o.requireOnlyLastCountedAgain(counts)
	o.starter("verify", "--date", failingDay)
}

// requireOnlyLastCountedAgain holds for a day whose new upload, which has the highest id, was imported after a failure.
func (o *operator) requireOnlyLastCountedAgain(counts []int) {
	o.t.Helper()
	expected := slices.Repeat([]int{1}, len(counts))
	expected[len(expected)-1] = 2
	require.Equal(o.t, expected, counts)
}

// counts are how often each of the day's chunks was counted.
func (o *operator) counts(day string) []int {
	o.t.Helper()
	require.Equal(o.t, []int{1}, o.numbers(`SELECT COUNT(*) FROM runs WHERE kind = 'daily' AND starts_on = ? AND state = 'closed'`, day))
	counts := o.numbers(`SELECT counts FROM run_chunks WHERE kind = 'daily' AND starts_on = ? ORDER BY chunk`, day)
	require.Greater(o.t, len(counts), 5)
	return counts
}

// resetToCounting resets a run to where it had all its chunks counted.
func (o *operator) resetToCounting() {
	o.newUpload(1002, secondDay)
	o.starterFails("run", "daily", "--date", secondDay, "--chunk-rows", chunkRows)
	o.importVideo(1002)
	var counting activity // the first activity that counts
	for _, activity := range o.activities("daily:" + secondDay) {
		if strings.HasPrefix(activity.ID, "count-") {
			counting = activity
			break
		}
	}

	o.openDay(secondDay)
	o.see(status("Failed"))
	o.seeText("BeginDay • begin " + secondDay) // the page knows the run's events
	countedBefore := o.chunksCountedByWorker()
	o.fillReset(counting.After, "video 1002 imported")
	o.confirmReset()

	counts := o.counts(secondDay)
	require.Len(o.t, o.chunksCounted("daily:"+secondDay), len(counts), "all activities are asked for again")
	o.requireOnlyLastCountedAgain(counts)
	require.Equal(o.t, countedBefore+1, o.chunksCountedByWorker(), "those of finished chunks return at once")
}
