package workflows

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// requireRefused wants the run to be refused for good. That it did nothing, the
// environment sees to: no activity may run that the test does not name.
func (b *bundle) requireRefused(t *testing.T) {
	t.Helper()
	var refused *temporal.ApplicationError
	require.ErrorAs(t, b.GetWorkflowError(), &refused)
	require.Equal(t, activities.TypeRefused, refused.Type())
	require.True(t, refused.NonRetryable())
}

// april begins on a Monday, as a week does.
var april = settlement.Period{Kind: settlement.Monthly, Start: 19814}

// thursday is no beginning of a week.
var thursday = settlement.Period{Kind: settlement.Weekly, Start: day}

func daysOf(first, last settlement.Day) LaunchInput {
	return LaunchInput{Kind: settlement.Daily, First: first, Last: last}
}

var wrongInputs = []struct {
	rule            string
	workflow, input any
	problem         string
}{
	{"a day without a date", Daily, DailyInput{}, "day: the date is missing (or 1970-01-01): write it as 2024-05-09"},
	{"a day of the year 24", Daily, DailyInput{Day: -710649}, "day: 0024-04-23 does not lie between"},
	{"a day of another century", Daily, DailyInput{Day: settlement.LastDay + 1}, "day: 2100-01-01 does not lie between"},
	{
		"a day with negative numbers", Daily, DailyInput{Day: day, ChunkRows: -1, Parallel: -2},
		"chunk_rows: -1 is negative: leave it out, or give a number from 0 on; parallel: -2 is negative",
	},

	{"a week from a Thursday", Weekly, PeriodInput{Period: thursday}, "period: a week starts on a Monday, 2024-05-09 is a Thursday: write 2024-05-06"},
	{"a month as a week", Weekly, PeriodInput{Period: april}, "period: 2024-04 is a monthly period: give a weekly one"},
	{"a week without a period", Weekly, PeriodInput{}, "period: the kind of period is missing"},
	{"a month from a Monday", Monthly, PeriodInput{Period: settlement.Period{Kind: settlement.Monthly, Start: week.Start}}, "period: a month starts on its first day"},
	{"a week as a month", Monthly, PeriodInput{Period: week}, "period: 2024-W19 is a weekly period: give a monthly one"},
	{"a day as a month", Monthly, PeriodInput{Period: settlement.DailyPeriod(month.Start)}, "period: 2024-05-01 is a daily period: give a monthly one"},
	{"a month without mails", Monthly, PeriodInput{Period: month, NoMail: true}, "no_mail: only weeks have mails"},

	{"the mails of a month", Mail, MailInput{Week: month}, "week: 2024-05 is a monthly period: give a weekly one"},
	{"the mails of a month that begins on a Monday", Mail, MailInput{Week: april}, "week: 2024-04 is a monthly period: give a weekly one"},
	{"the mails of a week from a Thursday", Mail, MailInput{Week: thursday}, "week: a week starts on a Monday"},
	{"the mails after a negative creator", Mail, MailInput{Week: week, After: -1}, "after: -1 is negative"},

	{"a launch of no kind", Launch, LaunchInput{First: day, Last: day}, "kind: the kind of period is missing"},
	{"a launch of another kind", Launch, LaunchInput{Kind: "hourly", First: day, Last: day}, `kind: "hourly" is not a kind of period`},
	{"a launch from 1970", Launch, daysOf(0, day), "first: the date is missing (or 1970-01-01)"},
	{"a launch without an end", Launch, daysOf(day, 0), "last: the date is missing (or 1970-01-01)"},
	{"a launch of the year 24", Launch, daysOf(-710649, -710649), "first: 0024-04-23 does not lie between"},
	{"a launch backwards", Launch, daysOf(day, day-1), "last 2024-05-08 comes before first 2024-05-09"},
	{
		"a launch of too many days", Launch, daysOf(settlement.FirstDay, settlement.LastDay),
		"1990-01-01 to 2099-12-31 are 40177 periods: at most 3660 are taken at a time; is a date wrong?",
	},
	{
		"a launch from before its first day", Launch, LaunchInput{Kind: settlement.Daily, First: day, Last: day + 1, From: day - 1},
		"from: 2024-05-08 does not lie between first 2024-05-09 and last 2024-05-10",
	},
	{"a launch in no zone", Launch, LaunchInput{Kind: settlement.Daily, First: day, Last: day, Zone: "Asia/Soul"}, `zone: "Asia/Soul" is not a time zone`},
}

func TestEveryWorkflowRefusesAWrongInputBeforeItDoesAnything(t *testing.T) {
	for _, test := range wrongInputs {
		t.Run(test.rule, func(t *testing.T) {
			b := setup(t)
			b.ExecuteWorkflow(test.workflow, test.input)
			b.requireRefused(t)
			require.ErrorContains(t, b.GetWorkflowError(), " cannot be run, nothing was done: "+test.problem)
		})
	}
}

func TestEveryWorkflowRefusesAnIDThatIsNotItsBusinessKey(t *testing.T) {
	for _, test := range []struct {
		id, want        string
		workflow, input any
	}{
		{"daily:odd", "daily:2024-05-09", Daily, DailyInput{Day: day}},
		{"daily:2024-05-08", "daily:2024-05-09", Daily, DailyInput{Day: day}},
		{"weekly:2024-W20", "weekly:2024-W19", Weekly, PeriodInput{Period: week}},
		{"mail:2024-W19", "weekly:2024-W19", Weekly, PeriodInput{Period: week}},
		{"monthly:2024-5", "monthly:2024-05", Monthly, PeriodInput{Period: month}},
		{"weekly:2024-W19", "mail:2024-W19", Mail, MailInput{Week: week}},
		{"launch:daily:2024-05-09", "launch:daily:2024-05-09..2024-05-10", Launch, daysOf(day, day+1)},
		{"launch:daily-2024-05-09T19:00:00Z", "launch:daily:2024-05-09", Launch, daysOf(day, day)}, // as a schedule's, by hand
	} {
		t.Run(test.id, func(t *testing.T) {
			b := setup(t)
			b.executeAs(test.id, test.workflow, test.input)
			b.requireRefused(t)
			require.ErrorContains(t, b.GetWorkflowError(),
				test.id+" cannot be run, nothing was done: another workflow ID could run it a second time: start it with the ID "+test.want)
		})
	}
}

func TestOnlyARunThatGoesOnTakesWhatEarlierRunsCameTo(t *testing.T) {
	for id, copied := range map[string]struct{ workflow, input any }{
		"mail:2024-W19":                       {Mail, MailInput{Week: week, After: 17}},
		"launch:daily:2024-05-09..2024-05-10": {Launch, LaunchInput{Kind: settlement.Daily, First: day, Last: day + 1, From: day + 1}},
	} {
		b := setup(t)
		b.executeAs(id, copied.workflow, copied.input)
		b.requireRefused(t)
		require.ErrorContains(t, b.GetWorkflowError(), "the input is that of a run that goes on where another one stopped")
	}
}

func TestALaunchIsRunUnderTheIDOfItsSchedule(t *testing.T) {
	b := setup(t)
	b.dueAt(t, "2024-05-09T19:00:00Z")
	b.isOpen(settlement.Daily, day, day)
	b.isOpen(settlement.Daily, day, day)
	b.executeAs("launch:daily-2024-05-09T19:00:00Z", Launch, LaunchInput{Kind: settlement.Daily, Zone: "Asia/Seoul"})
	require.NoError(t, b.GetWorkflowError())
}
