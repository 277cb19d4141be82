package workflows

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"creatorpay/activities"
	"creatorpay/settlement"
)

func (b *bundle) makesRoomFrom(today settlement.Day) {
	b.OnActivity(a.MakeRoom, mock.Anything, activities.DayInput{Day: today}).Return(activities.MakeRoomResult{Added: 2, Until: today + 7}, nil).Once()
}

func TestPartitions_MakesRoomFromTheDayInWhichItWasDue(t *testing.T) {
	b := setup(t)
	b.SetStartTime(time.Date(2024, 5, 20, 0, 0, 0, 0, time.UTC)) // however late it starts
	due := time.Date(2024, 5, 8, 15, 30, 0, 0, time.UTC)         // 2024-05-09 in Seoul
	require.NoError(t, b.SetTypedSearchAttributesOnStart(temporal.NewSearchAttributes(DueTime.ValueSet(due))))
	b.makesRoomFrom(day)

	b.ExecuteWorkflow(Partitions, PartitionsInput{Zone: "Asia/Seoul"})

	require.NoError(t, b.GetWorkflowError())
	var room activities.MakeRoomResult
	require.NoError(t, b.GetWorkflowResult(&room))
	require.Equal(t, activities.MakeRoomResult{Added: 2, Until: day + 7}, room)
	require.Contains(t, details(t, b), "| 2024-05-09 | 2024-05-16 | 2 |")
}

func TestPartitions_MakesRoomFromTheDayThatItIsGiven(t *testing.T) {
	b := setup(t)
	b.makesRoomFrom(day)

	b.ExecuteWorkflow(Partitions, PartitionsInput{Zone: "Asia/Seoul", Today: day})

	require.NoError(t, b.GetWorkflowError())
}

func TestPartitions_OutlastsABackupThatHoldsTheWatchLog(t *testing.T) {
	b := setup(t)
	busy := b.busyForABackup(t)
	b.OnActivity(a.MakeRoom, mock.Anything, mock.Anything).
		Return(func(context.Context, activities.DayInput) (activities.MakeRoomResult, error) {
			return activities.MakeRoomResult{}, busy()
		})

	b.ExecuteWorkflow(Partitions, PartitionsInput{Zone: "Asia/Seoul", Today: day})

	require.NoError(t, b.GetWorkflowError())
}

func TestPartitions_RefusesWhatNamesNoDay(t *testing.T) {
	for message, input := range map[string]PartitionsInput{
		"no schedule started this workflow and it names no day": {Zone: "Asia/Seoul"},
		"zone: \"\" is not a time zone":                         {Today: day},
		"today: 2034-05-09 lies after tomorrow":                 {Zone: "Asia/Seoul", Today: day + 3652},
	} {
		t.Run(message, func(t *testing.T) {
			b := setup(t)
			b.SetStartTime(time.Date(2024, 5, 9, 0, 0, 0, 0, time.UTC))
			b.ExecuteWorkflow(Partitions, input)
			require.ErrorContains(t, b.GetWorkflowError(), message)
			require.ErrorContains(t, b.GetWorkflowError(), activities.TypeRefused)
		})
	}
}

// A failure must not keep the platform from storing its plays on the next days.
func TestScheduledPartitions_NeverStopAndAreDueOftenEveryDay(t *testing.T) {
	for _, schedule := range Schedules() {
		options := schedule.Options("Asia/Seoul")
		require.Equal(t, schedule.Launches(), options.PauseOnFailure, schedule.ID)
		if !schedule.Launches() {
			require.Equal(t, enums.SCHEDULE_OVERLAP_POLICY_SKIP, options.Overlap)
			require.Equal(t, "creatorpay-partitions", options.ID)
		}
	}
}
