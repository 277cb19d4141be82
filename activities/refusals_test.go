package activities

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// april begins on a Monday, as a week does.
var april = settlement.Period{Kind: settlement.Monthly, Start: 19814}

// No step of a run, by whatever hand it is started, works on what is no period.
func TestStepsRefuseWhatIsNoPeriodForGood(t *testing.T) {
	b := setup(t)
	mailing := &Mailing{DB: b.DB}
	b.env.RegisterActivity(mailing)
	thursdays := settlement.Period{Kind: settlement.Weekly, Start: thursday}
	for _, test := range []struct {
		step, input any
		problem     string
	}{
		{b.activities.BeginDay, BeginDayInput{}, "the date is missing"},
		{b.activities.MakeRoom, DayInput{Day: settlement.LastDay + 1}, "2100-01-01 does not lie between"},
		{b.activities.CollectLate, DayInput{}, "the date is missing"},
		{b.activities.CloseDay, DayInput{}, "the date is missing"},
		{b.activities.BeginPeriod, BeginPeriodInput{Period: thursdays, Wait: true}, "a week starts on a Monday"},
		{b.activities.BeginPeriod, BeginPeriodInput{Period: settlement.DailyPeriod(day)}, "2024-05-09 is a day"},
		{b.activities.WriteStatements, PeriodInput{Period: thursdays}, "a week starts on a Monday"},
		{b.activities.PlanMails, PlanMailsInput{Week: april, PerBatch: 1, MaxBatches: 1}, "2024-04 is a monthly period: give a weekly one"},
		{b.activities.CountMails, PeriodInput{Period: april}, "2024-04 is a monthly period"},
		{mailing.SendMails, SendMailsInput{Week: april, Creators: settlement.AllCreators}, "2024-04 is a monthly period"},
		{b.activities.OpenPeriods, OpenPeriodsInput{Kind: settlement.Daily, First: -710649, Last: day}, "first: 0024-04-23 does not lie between"},
		{b.activities.OpenPeriods, OpenPeriodsInput{Kind: settlement.Daily, First: day, Last: day - 1}, "last 2024-05-08 comes before first 2024-05-09"},
		{b.activities.OpenPeriods, OpenPeriodsInput{Kind: settlement.Daily, First: day, Last: day + maxOpenPeriods}, "are 3661 periods: at most 3660"},
	} {
		_, err := run[any](b, test.step, test.input)
		requireFinal(t, TypeRefused, err)
		require.ErrorContains(t, err, test.problem)
	}
}
