package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"creatorpay/program/control"
	"creatorpay/settlement"
)

func TestSchedulesShowTheirStateAndLaunches(t *testing.T) {
	due := time.Date(2024, 5, 8, 19, 0, 0, 0, time.UTC)
	requireText(t, `
┌────────────────────┬───────────┬──────────┬──────────────────┬──────────┬──────────┬─────────┬──────────┐
│ Schedule           │ State     │ Note     │ Next             │ Launched │ Buffered │ Dropped │ Too late │
├────────────────────┼───────────┼──────────┼──────────────────┼──────────┼──────────┼─────────┼──────────┤
│ creatorpay-daily   │ active    │          │ 2024-05-09 04:00 │       12 │        0 │       1 │        0 │
│ creatorpay-weekly  │ paused    │ holidays │                  │        0 │        0 │       0 │        0 │
│ creatorpay-monthly │ not there │          │                  │          │          │         │          │
└────────────────────┴───────────┴──────────┴──────────────────┴──────────┴──────────┴─────────┴──────────┘
create what is not there: starter schedule apply
`, schedulesText([]control.ScheduleState{
		{ID: "creatorpay-daily", Next: due, Launched: 12, Dropped: 1},
		{ID: "creatorpay-weekly", Paused: true, Note: "holidays"},
		{ID: "creatorpay-monthly", Missing: true},
	}, seoul(t)))
	requireText(t, `
┌──────────────────┬──────────────────┬────────────────────────────────┬───────────┬────────┐
│ Launched         │ Started          │ By                             │ Outcome   │ Took   │
├──────────────────┼──────────────────┼────────────────────────────────┼───────────┼────────┤
│ daily 2024-05-08 │ 2024-05-09 04:00 │ schedule, due 2024-05-09 04:00 │ Completed │ 1m1.2s │
│ daily 2024-05-07 │ 2024-05-09 04:00 │ operator                       │ Running   │        │
└──────────────────┴──────────────────┴────────────────────────────────┴───────────┴────────┘
`, launchesText([]control.Launch{
		{What: "daily 2024-05-08", Due: due, Started: due.Add(time.Second), Took: 61234 * time.Millisecond, Status: enums.WORKFLOW_EXECUTION_STATUS_COMPLETED},
		{What: "daily 2024-05-07", Started: due, Status: enums.WORKFLOW_EXECUTION_STATUS_RUNNING},
	}, seoul(t)))
	require.Empty(t, launchesText(nil, seoul(t)))
}

func TestAnAppliedScheduleSaysWhatWasDone(t *testing.T) {
	next := time.Date(2024, 5, 8, 19, 0, 0, 0, time.UTC)
	all := []control.Applied{
		{ID: "creatorpay-daily", Next: next},
		{ID: "creatorpay-weekly", Changes: []control.Change{{Field: "pause on failure", Now: "false", Wanted: "true"}}, Paused: true, Note: "holidays", Next: next},
		{ID: "creatorpay-monthly", Created: true, Changes: []control.Change{{Field: "time zone", Wanted: "Asia/Seoul"}}},
	}
	requireText(t, `
┌────────────────────┬──────────────────┬───────┬────────────┐
│ Schedule           │ Field            │ Now   │ Wanted     │
├────────────────────┼──────────────────┼───────┼────────────┤
│ creatorpay-weekly  │ pause on failure │ false │ true       │
│ creatorpay-monthly │ time zone        │       │ Asia/Seoul │
└────────────────────┴──────────────────┴───────┴────────────┘
creatorpay-daily unchanged, next 2024-05-09 04:00 KST
creatorpay-weekly changed, stays paused (holidays)
creatorpay-monthly created
`, appliedText(all, seoul(t), false))
	requireText(t, `
┌────────────────────┬──────────────────┬───────┬────────────┐
│ Schedule           │ Field            │ Now   │ Wanted     │
├────────────────────┼──────────────────┼───────┼────────────┤
│ creatorpay-weekly  │ pause on failure │ false │ true       │
│ creatorpay-monthly │ time zone        │       │ Asia/Seoul │
└────────────────────┴──────────────────┴───────┴────────────┘
creatorpay-daily unchanged, next 2024-05-09 04:00 KST
creatorpay-weekly would be changed, stays paused (holidays)
creatorpay-monthly would be created
nothing was done (--dry-run)
`, appliedText(all, seoul(t), true))
}

func seoul(t *testing.T) settlement.Calendar {
	t.Helper()
	calendar, err := settlement.NewCalendar("Asia/Seoul")
	require.NoError(t, err)
	return calendar
}
