package workflows

import (
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// checks are those of a week with two days in three parts.
var checks = []activities.RowCheck{
	{Day: day, First: 1, Last: 2, Rows: 10},
	{Day: day, First: 3, Last: 3, Rows: 10},
	{Day: day + 1, First: 1, Last: 1, Rows: 5},
}

func (b *bundle) checksRows(check activities.RowCheck) *testsuite.MockCallWrapper {
	return b.OnActivity(a.CheckRows, mock.Anything, check)
}

func unchanged(check activities.RowCheck) settlement.Mismatch {
	return settlement.Mismatch{Day: check.Day, Expected: check.Rows, Found: check.Rows}
}

// checksWeek lets a week begin whose checks find what is given, and plan no
// chunks.
func (b *bundle) checksWeek(found ...settlement.Mismatch) {
	b.OnActivity(a.BeginPeriod, mock.Anything, activities.BeginPeriodInput{Period: week}).Return(activities.BeginPeriodResult{}, nil).Once()
	b.plansRowChecks(checks...)
	for i, check := range checks {
		b.checksRows(check).Return(found[i], nil).Once()
	}
	b.plansPeriod(week)
	b.closesPeriod(week)
}

func (b *bundle) weekResult(t *testing.T) (result PeriodResult) {
	t.Helper()
	b.ExecuteWorkflow(Weekly, PeriodInput{Period: week, NoMail: true})
	require.NoError(t, b.GetWorkflowError())
	require.NoError(t, b.GetWorkflowResult(&result))
	return result
}

func TestAWeekWhoseRowsAreThoseThatWereCountedHasNoAlarm(t *testing.T) {
	b := setup(t)
	b.checksWeek(unchanged(checks[0]), unchanged(checks[1]), unchanged(checks[2]))

	require.Empty(t, b.weekResult(t).Mismatches)
}

func TestRowsOfAWeekThatChangedRaiseAnAlarmAndAreNoObstacle(t *testing.T) {
	b := setup(t)
	changed, vanished := unchanged(checks[1]), unchanged(checks[2])
	changed.Chunks = []int{3}
	vanished.Found--
	vanished.Chunks = []int{1}
	b.checksWeek(unchanged(checks[0]), changed, vanished)

	require.Equal(t, []settlement.Mismatch{
		{Day: day, Expected: 20, Found: 20, Chunks: []int{3}},
		{Day: day + 1, Expected: 5, Found: 4, Chunks: []int{1}},
	}, b.weekResult(t).Mismatches)
}

func TestR15_AnAlarmTellsViewsFromPayments(t *testing.T) {
	view, payment := settlement.Mismatch{Day: day, Expected: 2, Found: 1}, settlement.Mismatch{Day: day, Payments: true, Expected: 3, Found: 2}

	require.Equal(t, []settlement.Mismatch{view, payment}, mismatchesByDay([]settlement.Mismatch{view, payment}))
}

func TestADayInWhoseRowsACheckFailsFailsTheWeekAndIsNamed(t *testing.T) {
	b := setup(t)
	b.OnActivity(a.BeginPeriod, mock.Anything, mock.Anything).Return(activities.BeginPeriodResult{}, nil).Once()
	b.plansRowChecks(checks...)
	b.checksRows(checks[0]).Return(settlement.Mismatch{}, refusal).Once()
	b.checksRows(checks[1]).Return(unchanged(checks[1]), nil).Once()
	b.checksRows(checks[2]).Return(unchanged(checks[2]), nil).Once()
	recorded := b.recordsPeriod()

	b.runWeek()

	b.requireFailure(t, activities.TypeChunks,
		"check rows 2024-W19: 1 of 3 chunks failed; fix the cause, then: retry the run of 2024-W19 (finished chunks are kept); chunk 1 (2024-05-09, chunks 1 to 2): the cause")
	require.Equal(t, Cause(b.GetWorkflowError()), *recorded)
}
