package uitest

import "github.com/stretchr/testify/require"

func (s *story) pauseSchedule() {
	s.starter("schedule", "apply")
	s.open(s.ui + "/namespaces/default/schedules")
	s.see(`//a[normalize-space()="creatorpay-weekly"]`)
	s.click(`//a[normalize-space()="creatorpay-daily"]`)
	s.click(`//button[normalize-space()="Pause"]`)
	s.click(`//dialog[@open]//input`)
	s.write("no views before the platform's repair")
	s.click(`//dialog[@open]//button[normalize-space()="Pause"]`)
	s.see(`//*[text()[normalize-space()="Paused"]]`)
	s.picture("schedule")

	require.Contains(s.t, s.starter("schedule", "apply"), "creatorpay-daily unchanged, stays paused")
	require.Contains(s.t, s.starter("schedule", "resume", "--kind", "daily"), "creatorpay-daily resumed")
}
