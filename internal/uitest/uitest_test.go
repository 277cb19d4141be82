package uitest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The story's days and what is wrong with them.
const (
	failingDay = "2024-05-08" // has views of a video that nobody has imported
	secondDay  = "2024-05-09" // the same again, to be repaired from its middle
	busyDay    = "2024-05-10" // is looked at while it counts
	waitingDay = "2024-05-11" // has to wait for the busy one
	chunkRows  = "1000"
)

// story is an operator with a terminal and a browser.
type story struct {
	*stack
	*browser
	t    *testing.T
	held *hold // what keeps the busy day from being counted
}

func TestOperatorRepairsADayInTheTemporalUI(t *testing.T) {
	s := &story{stack: startStack(t), browser: startBrowser(t)}
	chapters := []struct {
		name string
		play func(*story)
	}{
		{"days close", (*story).daysClose},
		{"a day fails because of an unknown video", (*story).dayFails},
		{"the list of runs gets useful columns", (*story).chooseColumns},
		{"the list of failed runs names it", (*story).findFailedRun},
		{"its page says what to do", (*story).readFailure},
		{"the data are mended", (*story).mendData},
		{"a reset in the UI closes the day", (*story).resetFromTheStart},
		{"only the mended chunk was counted again", (*story).onlyMendedChunkCounted},
		{"a reset to any point does the same", (*story).resetFromTheMiddle},
		{"a run is looked at while it counts", (*story).lookAtCounting},
		{"the day after waits for it", (*story).lookAtWaiting},
		{"an activity is paused", (*story).pauseActivity},
		{"and goes on", (*story).goOn},
		{"chunks fail because of rows of another day", (*story).chunksFail},
		{"without those the day closes", (*story).strayRowsGo},
		{"a row of a closed day changes", (*story).rowChanges},
		{"a schedule is paused", (*story).pauseSchedule},
	}
	for _, chapter := range chapters {
		played := t.Run(chapter.name, func(t *testing.T) {
			s.t, s.stack.t, s.browser.t = t, t, t
			chapter.play(s)
		})
		require.True(t, played, "the story ends here")
	}
}

func (s *story) daysClose() {
	s.starter("generate", "--from", "2024-05-06", "--days", "7", "--views-per-day", "10000", "--videos", "100", "--creators", "10")
	s.starter("run", "daily", "--date", "2024-05-06", "--chunk-rows", chunkRows)
	s.starter("run", "daily", "--date", "2024-05-07", "--chunk-rows", chunkRows)
}

// newUpload is a video that views come in of before it does itself.
func (s *story) newUpload(video int, day string) {
	s.starter("import", "--views", s.file("views.csv",
		"view_id,video_id,viewer_id,watched_at,played_seconds,ad_views",
		fmt.Sprintf("%d1,%d,7,%sT12:00:00+09:00,60,1", video, video, day),
		fmt.Sprintf("%d2,%d,8,%sT12:00:00+09:00,60,1", video, video, day)))
}

func (s *story) dayFails() {
	s.newUpload(1001, failingDay)

	said := s.starterFails("run", "daily", "--date", failingDay, "--chunk-rows", chunkRows)

	require.Contains(s.t, said, "2 rows of videos that are not in the catalogue: 1001 (2 rows)")
}

func (s *story) chooseColumns() {
	s.list(`SettlementKind = "daily"`)
	s.click(`//button[@data-testid="workflows-summary-table-configuration-button"]`)
	for _, column := range []string{"Run ID", "Type", "End"} {
		s.click(`//button[@data-testid="orderable-list-item-` + column + `-remove-button"]`)
	}
	for _, column := range []string{"SettlementPhase", "FailedChunks"} {
		s.click(`//button[@data-testid="orderable-list-item-` + column + `-add-button"]`)
	}
	s.see(`//table//th[normalize-space()="FailedChunks"]`)
}

// list opens the list of the runs that the query finds.
func (s *story) list(query string) {
	s.t.Helper()
	s.open(s.ui + "/namespaces/default/workflows?query=" + url.QueryEscape(query))
}

func (s *story) findFailedRun() {
	s.list(`SettlementKind IS NOT NULL AND ExecutionStatus = "Failed"`)
	s.see(workflowLink(failingDay))
	s.picture("failed-runs")
}

func workflowLink(day string) string { return `//table//a[normalize-space()="daily:` + day + `"]` }

func (s *story) readFailure() {
	s.click(workflowLink(failingDay))
	s.see(status("Failed"))
	s.seeText("videos that are not in the catalogue: 1001 (2 rows)")
	s.seeText("CheckDay • check " + failingDay)
	s.picture("failed-run")
}

// status is the mark before the workflow's name.
func status(name string) string { return `//main//h1/preceding::*[normalize-space()="` + name + `"]` }

func (s *story) mendData() { s.importVideo(1001) }

func (s *story) importVideo(video int) {
	said := s.starter("import", "--videos", s.file("videos.csv",
		"video_id,creator_id,title,duration_seconds,opening_views,opening_ad_views",
		fmt.Sprintf("%d,3,New upload,600,0,0", video)))
	require.Contains(s.t, said, "1 line")
}

func (s *story) resetFromTheStart() {
	first := s.activities("daily:" + failingDay)[0]
	s.fillReset(first.After, "video 1001 imported")
	s.picture("reset")
	s.confirmReset()
}

// fillReset opens the dialog that resets the run on the screen, and chooses an event.
func (s *story) fillReset(event, reason string) {
	s.t.Helper()
	s.click(`//button[normalize-space()="Reset"]`)
	s.click(`//dialog[@open]//button[@data-testid="workflow-reset-event-id-select-button"]`)
	choice := event + " - WorkflowTaskCompleted"
	s.click(`//dialog[@open]//li[normalize-space()="` + choice + `"]`)
	require.Equal(s.t, choice, s.value(`dialog[open] [data-testid="workflow-reset-event-id-select"]`))
	s.click(`//dialog[@open]//input[@data-testid="reset-reason"]`)
	s.write(reason)
}

// confirmReset resets the run, follows the link to the new one, and waits until that is completed.
func (s *story) confirmReset() {
	s.t.Helper()
	s.click(`//dialog[@open]//button[normalize-space()="Confirm"]`)
	s.seeText("This Workflow has been reset")
	s.click(`//a[normalize-space()="here"]`)
	s.seeAnew(status("Completed"))
}

func (s *story) onlyMendedChunkCounted() {
	s.seeText("CloseDay • close " + failingDay)
	require.NotContains(s.t, s.text(), "count "+failingDay+" chunk 1/", "finished chunks are not asked for again")
	s.show(saying("BeginDay • begin " + failingDay))
	s.picture("repaired-run")
	counts := s.counts(failingDay)
	require.Equal(s.t, []string{fmt.Sprintf("count-%03d-1", len(counts))}, s.chunksCounted("daily:"+failingDay))
	s.requireOnlyLastCountedAgain(counts)
	s.starter("verify", "--date", failingDay)
}

// requireOnlyLastCountedAgain holds for a day whose new upload, which has the highest id, was mended.
func (s *story) requireOnlyLastCountedAgain(counts []int) {
	s.t.Helper()
	expected := slices.Repeat([]int{1}, len(counts))
	expected[len(expected)-1] = 2
	require.Equal(s.t, expected, counts)
}

// counts are how often each of the day's chunks was counted.
func (s *story) counts(day string) []int {
	s.t.Helper()
	require.Equal(s.t, []int{1}, s.numbers(`SELECT COUNT(*) FROM runs WHERE kind = 'daily' AND starts_on = ? AND state = 'closed'`, day))
	counts := s.numbers(`SELECT counts FROM run_chunks WHERE kind = 'daily' AND starts_on = ? ORDER BY chunk`, day)
	require.Greater(s.t, len(counts), 5)
	return counts
}

// resetFromTheMiddle resets a run to where it had all its chunks counted.
func (s *story) resetFromTheMiddle() {
	s.newUpload(1002, secondDay)
	s.starterFails("run", "daily", "--date", secondDay, "--chunk-rows", chunkRows)
	s.importVideo(1002)
	var counting activity // the first activity that counts
	for _, activity := range s.activities("daily:" + secondDay) {
		if strings.HasPrefix(activity.ID, "count-") {
			counting = activity
			break
		}
	}

	s.openDay(secondDay)
	s.see(status("Failed"))
	s.seeText("BeginDay • begin " + secondDay) // the page knows the run's events
	countedBefore := s.chunksCountedByWorker()
	s.fillReset(counting.After, "video 1002 imported")
	s.confirmReset()

	counts := s.counts(secondDay)
	require.Len(s.t, s.chunksCounted("daily:"+secondDay), len(counts), "all activities are asked for again")
	s.requireOnlyLastCountedAgain(counts)
	require.Equal(s.t, countedBefore+1, s.chunksCountedByWorker(), "those of finished chunks return at once")
}
