package uitest

import "github.com/stretchr/testify/require"

func (o *operator) pauseSchedule() {
	o.starter("schedule", "apply")
	o.open(o.ui + "/namespaces/default/schedules")
	o.see(`//a[normalize-space()="creatorpay-weekly"]`)
	o.click(`//a[normalize-space()="creatorpay-daily"]`)
	o.click(`//button[normalize-space()="Pause"]`)
	o.click(`//dialog[@open]//input`)
	o.write("no views before the platform's repair")
	o.click(`//dialog[@open]//button[normalize-space()="Pause"]`)
	o.see(`//*[text()[normalize-space()="Paused"]]`)
	o.picture("schedule")

	require.Contains(o.t, o.starter("schedule", "apply"), "creatorpay-daily unchanged, stays paused")
	require.Contains(o.t, o.starter("schedule", "resume", "--kind", "daily"), "creatorpay-daily resumed")
}
