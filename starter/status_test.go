package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"creatorpay/db"
	"creatorpay/db/daylog"
	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

func TestStatusShowsPeriodsRunsGapsAndRoom(t *testing.T) {
	ended := noon.Add(1234 * time.Millisecond)
	closed := db.Run{Kind: settlement.Daily, StartsOn: thursday, State: settlement.Closed, BeganAt: noon, EndedAt: &ended, PriceRule: 1, Totals: totals()}
	failed := db.Run{
		Kind: settlement.Daily, StartsOn: thursday + 1, State: settlement.Failed, BeganAt: time.Date(2024, 5, 11, 4, 0, 0, 0, time.UTC), PriceRule: 1,
		WorkflowID: "daily:2024-05-10", Failure: "2 chunks failed",
	}
	requireText(t, `
┌────────────┬────────┬───────────┬───────────┬──────┬────────┬──────────────┬───────────┬──────┬────────┐
│ Period     │ State  │      Rows │     Views │ Self │ Repeat │ Video amount │ Ad amount │ Took │ Prices │
├────────────┼────────┼───────────┼───────────┼──────┼────────┼──────────────┼───────────┼──────┼────────┤
│ 2024-05-09 │ closed │ 1,234,600 │ 1,234,567 │    2 │     31 │     ₩605,000 │       ₩12 │ 1.2s │      1 │
│ 2024-05-10 │ failed │           │           │      │        │              │           │      │      1 │
└────────────┴────────┴───────────┴───────────┴──────┴────────┴──────────────┴───────────┴──────┴────────┘

┌──────────────────┬──────────┬─────────┬────────┬───────────┬────────┬───────┬─────────────────────┐
│ Running          │ Phase    │  Chunks │ Failed │      Rows │ Rows/s │  Left │ Since               │
├──────────────────┼──────────┼─────────┼────────┼───────────┼────────┼───────┼─────────────────────┤
│ daily:2024-05-11 │ counting │ 3 of 10 │      1 │ 1,234,567 │  4,321 │ 1m30s │ 2024-05-09 12:00:00 │
│ weekly:2024-W19  │ waiting  │         │      0 │         0 │      0 │       │ 2024-05-09 12:00:00 │
└──────────────────┴──────────┴─────────┴────────┴───────────┴────────┴───────┴─────────────────────┘
weekly:2024-W19 waits: 2024-05-10 is not closed

daily:2024-05-10 failed since 2024-05-11T04:00:00Z, workflow: Terminated
  http://ui/run
  2 chunks failed
  to go on: starter retry daily --date 2024-05-10

daily: 1 period not closed
  2024-05-10: failed
  run them in order: starter schedule backfill --kind daily --from 2024-05-10 --to 2024-05-10

weekly: 1 period not closed
  2024-W19: never run
  run them in order: starter schedule backfill --kind weekly --from 2024-W19 --to 2024-W19
  which mails their statements; without mails, one by one: starter run weekly --week 2024-W19 --no-mail

monthly: 1 period not closed
  2024-05: never run
  run them in order: starter schedule backfill --kind monthly --from 2024-05 --to 2024-05

2 days with views that are never paid, 2024-04-30 to 2024-05-01: they lie before the first day in the book of runs, and ordinals run on from there. Only the end of the day before it is read, for repeats across midnight

2 views of 1 closed day (2024-05-02 to 2024-05-02) came late: the next daily run posts them as adjustments, unless it raises an alarm for their day

WARNING: the watch log has room for today and 2 days more, then the platform's inserts fail with error 1526; see why creatorpay-partitions makes none (starter schedule list), and make it: starter partitions add --from DATE --to DATE
`, overview{
		newest: []db.Run{closed, failed},
		running: []control.Running{
			{WorkflowID: "daily:2024-05-11", Began: noon, Progress: workflows.Progress{
				Phase: "counting", ChunksDone: 3, Chunks: 10, FailedChunks: 1, Rows: 1234567, RowsPerSecond: 4321, SecondsLeft: 90}},
			{WorkflowID: "weekly:2024-W19", Began: noon, Progress: workflows.Progress{Phase: "waiting", WaitsFor: "2024-05-10 is not closed"}},
		},
		unfinished: []unfinishedRun{{Run: failed, workflow: "Terminated", link: "http://ui/run"}},
		open:       [][]db.OpenPeriod{openDays(settlement.Failed, thursday+1, thursday+1), {{Period: thursday.Week()}}, {{Period: thursday.Month()}}},
		early:      []earlyDays{{importedViews, []settlement.Day{thursday - 9, thursday - 8}}},
		late:       []lateDays{{importedViews, []daylog.DayRows{{Day: thursday - 7, Rows: 2}}}},
		rooms:      []room{{"watch log", 2}},
	}.text())
}

func TestStatusShowsPaymentsWhereThereAreAny(t *testing.T) {
	sold := db.Run{Kind: settlement.Daily, StartsOn: thursday, State: settlement.Closed, PriceRule: 1, Totals: totals()}
	sold.PaymentFigures = settlement.PaymentFigures{Payments: 1200, Refunds: 3, Pending: 1, Gross: -5_000, Fee: -200, Net: -4_800}
	unsold := db.Run{Kind: settlement.Daily, StartsOn: thursday + 1, State: settlement.Closed, PriceRule: 1, Totals: totals()}
	requireText(t, `
┌────────────┬────────┬───────────┬───────────┬──────┬────────┬──────────────┬───────────┬──────┬────────┬──────────────┬──────────┬─────────┬─────────┐
│ Period     │ State  │      Rows │     Views │ Self │ Repeat │ Video amount │ Ad amount │ Took │ Prices │ Payment rows │ Payments │ Refunds │     Net │
├────────────┼────────┼───────────┼───────────┼──────┼────────┼──────────────┼───────────┼──────┼────────┼──────────────┼──────────┼─────────┼─────────┤
│ 2024-05-09 │ closed │ 1,234,600 │ 1,234,567 │    2 │     31 │     ₩605,000 │       ₩12 │      │      1 │        1,204 │    1,200 │       3 │ -₩4,800 │
│ 2024-05-10 │ closed │ 1,234,600 │ 1,234,567 │    2 │     31 │     ₩605,000 │       ₩12 │      │      1 │              │          │         │         │
└────────────┴────────┴───────────┴───────────┴──────┴────────┴──────────────┴───────────┴──────┴────────┴──────────────┴──────────┴─────────┴─────────┘

1 day with payments that are never paid, 2024-04-30: they lie before the first day in the book of runs. Those that may still be refunded or completed again are known here once they are imported with --earlier-payments, too

the watch log has room for today and 7 days more

WARNING: the payments log has no room for today, the platform's inserts fail with error 1526; see why creatorpay-partitions makes none (starter schedule list), and make it: starter partitions add --from DATE --to DATE
`, overview{
		newest: []db.Run{sold, unsold},
		early:  []earlyDays{{importedPayments, []settlement.Day{thursday - 9}}},
		rooms:  []room{{"watch log", 7}, {"payments log", -1}},
	}.text())
}

func TestARunThatGoesOnByItselfIsNotToBeRetried(t *testing.T) {
	run := db.Run{Kind: settlement.Daily, StartsOn: thursday, State: settlement.Running, BeganAt: noon, WorkflowID: "daily:2024-05-09"}
	require.NotContains(t, unfinishedRun{Run: run, workflow: enums.WORKFLOW_EXECUTION_STATUS_RUNNING.String()}.text(), "to go on")
	require.Contains(t, unfinishedRun{Run: run}.text(), "  to go on: starter retry daily --date 2024-05-09\n", "without Temporal")
	run.Failure = "fix the cause, then: starter retry daily --date 2024-05-09"
	require.NotContains(t, unfinishedRun{Run: run}.text(), "to go on", "the failure says it")
}

func TestRoomIsAWarningBeforeItRunsOut(t *testing.T) {
	for daysAhead, want := range map[int]string{
		-1: "\nWARNING: the watch log has no room for today, the platform's inserts fail with error 1526; see why creatorpay-partitions makes none (starter schedule list), and make it: starter partitions add --from DATE --to DATE\n",
		1:  "\nWARNING: the watch log has room for today and 1 day more, then the platform's inserts fail with error 1526; see why creatorpay-partitions makes none (starter schedule list), and make it: starter partitions add --from DATE --to DATE\n",
		3:  "\nthe watch log has room for today and 3 days more\n",
	} {
		require.Equal(t, want, room{"watch log", daysAhead}.text())
	}
}

func TestOpenPeriodsAreRangesOfOneState(t *testing.T) {
	require.Empty(t, openText(nil))
	requireText(t, `
daily: 6 periods not closed
  2024-05-09 to 2024-05-11: never run
  2024-05-12: failed
  2024-05-14 to 2024-05-15: failed
  run them in order: starter schedule backfill --kind daily --from 2024-05-09 --to 2024-05-15
`, openText(append(append(openDays("", thursday, thursday+2), openDays("failed", thursday+3, thursday+3)...), openDays("failed", thursday+5, thursday+6)...)))
}

func openDays(state settlement.RunState, first, last settlement.Day) (open []db.OpenPeriod) {
	for day := first; day <= last; day++ {
		open = append(open, db.OpenPeriod{Period: settlement.DailyPeriod(day), State: state})
	}
	return open
}

func TestALaunchSaysWhatIsNew(t *testing.T) {
	server := &control.Server{Namespace: "default", UI: "http://ui"}
	day := settlement.DailyPeriod(thursday)
	before := workflows.LaunchProgress{LaunchResult: workflows.LaunchResult{Closed: 1}, Running: &day, Left: 2}
	require.Empty(t, launchText(server, before, before))

	next := settlement.DailyPeriod(thursday + 1)
	now := workflows.LaunchProgress{
		LaunchResult: workflows.LaunchResult{Closed: 1, Failed: []workflows.FailedPeriod{{Period: day, Cause: "a chunk failed"}}}, Running: &next, Left: 1,
	}
	requireText(t, `
2024-05-09 failed: a chunk failed
  http://ui/namespaces/default/workflows/daily:2024-05-09
  what needs it waits and goes on when it is closed
3 of 3: 2024-05-10
`, launchText(server, before, now))
}
