package workflows

import (
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"creatorpay/activities"
	"creatorpay/settlement"
)

func TestAClosedDayWhoseRowsVanishedRaisesAnAlarmAndIsNoObstacle(t *testing.T) {
	b := setup(t)
	vanished := []settlement.Mismatch{{Day: day - 2, Expected: 10, Found: 9}}
	b.OnActivity(a.CollectLate, mock.Anything, activities.DayInput{Day: day}).Return(activities.CollectLateResult{Mismatches: vanished}, nil).Once()
	b.OnActivity(a.BeginDay, mock.Anything, activities.BeginDayInput{Day: day}).Return(activities.BeginDayResult{PriceRule: 1}, nil).Once()
	b.makesRoom()
	b.OnActivity(a.PlanDay, mock.Anything, mock.Anything).Return(activities.PlanResult{Chunks: []activities.PlannedChunk{planned(1)}, Position: position}, nil).Once()
	b.counts(1).Return(counted, nil).Once()
	b.checks()
	b.settles(1)
	b.closes(true)

	b.run()

	require.NoError(t, b.GetWorkflowError())
	var result DailyResult
	require.NoError(t, b.GetWorkflowResult(&result))
	require.Equal(t, vanished, result.Mismatches)
}

func TestTheAlarmNamesTheDaysAndTheirRows(t *testing.T) {
	p := progressTracker{mismatches: []settlement.Mismatch{{Day: day - 2, Expected: 10, Found: 9}, {Day: day - 1, Expected: 3, Found: 4}}}

	require.Contains(t, p.alarm(inWords.Verify), "ALARM")
	require.Contains(t, p.alarm(inWords.Verify), "2024-05-07 has 9 rows, 10 counted and posted; 2024-05-08 has 4 rows, 3 counted and posted")
	require.Empty(t, (&progressTracker{}).alarm(inWords.Verify))
}
