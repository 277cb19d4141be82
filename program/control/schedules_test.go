package control_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"
	"google.golang.org/protobuf/types/known/timestamppb"

	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

const zone = "Asia/Seoul"

var daily = workflows.Schedules()[0]

// scheduled is a Temporal that has the schedule as described, or answers with the error.
func scheduled(t *testing.T, described *client.ScheduleDescription, err error) (*control.Server, *mocks.ScheduleClient, *mocks.ScheduleHandle) {
	t.Helper()
	handle, schedules, temporal := mocks.NewScheduleHandle(t), mocks.NewScheduleClient(t), mocks.NewClient(t)
	temporal.On("ScheduleClient").Return(schedules)
	schedules.On("GetHandle", mock.Anything, daily.ID).Return(handle)
	handle.On("Describe", mock.Anything).Return(described, err)
	return &control.Server{Client: temporal}, schedules, handle
}

// asWanted is the schedule as Temporal describes it after it was created.
func asWanted() *client.ScheduleDescription {
	wanted := daily.Options(zone)
	return &client.ScheduleDescription{
		Schedule: client.Schedule{
			Spec: &wanted.Spec, Action: wanted.Action, State: &client.ScheduleState{},
			Policy: &client.SchedulePolicies{Overlap: wanted.Overlap, CatchupWindow: wanted.CatchupWindow, PauseOnFailure: wanted.PauseOnFailure},
		},
		Info: client.ScheduleInfo{NextActionTimes: []time.Time{time.Date(2024, 5, 9, 19, 0, 0, 0, time.UTC)}},
	}
}

func TestAScheduleThatIsNotThereIsCreated(t *testing.T) {
	server, schedules, _ := scheduled(t, nil, serviceerror.NewNotFound("unknown"))
	schedules.On("Create", mock.Anything, daily.Options(zone)).Return(nil, nil).Once()

	applied, err := server.Apply(t.Context(), daily, zone, false)
	require.NoError(t, err)
	require.True(t, applied.Created)
	require.Contains(t, applied.Changes, control.Change{Field: "time zone", Wanted: zone})
}

func TestAScheduleAsWantedIsLeftAlone(t *testing.T) {
	server, _, _ := scheduled(t, asWanted(), nil)

	applied, err := server.Apply(t.Context(), daily, zone, false)
	require.NoError(t, err)
	require.Equal(t, control.Applied{ID: daily.ID, Next: time.Date(2024, 5, 9, 19, 0, 0, 0, time.UTC)}, applied)
}

func TestAScheduleIsBroughtToWhatItShouldBeAndStaysPaused(t *testing.T) {
	found := asWanted()
	found.Schedule.Policy.PauseOnFailure = false
	found.Schedule.State = &client.ScheduleState{Paused: true, Note: "holidays"}
	server, _, handle := scheduled(t, found, nil)
	var updated *client.ScheduleUpdate
	handle.On("Update", mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
		var err error
		updated, err = args.Get(1).(client.ScheduleUpdateOptions).DoUpdate(client.ScheduleUpdateInput{Description: *found})
		require.NoError(t, err)
	}).Return(nil).Once()

	applied, err := server.Apply(t.Context(), daily, zone, false)
	require.NoError(t, err)
	require.Equal(t, []control.Change{{Field: "pause on failure", Now: "false", Wanted: "true"}}, applied.Changes)
	require.True(t, applied.Paused)
	require.Equal(t, "holidays", applied.Note)
	require.True(t, updated.Schedule.Policy.PauseOnFailure)
	require.Equal(t, found.Schedule.State, updated.Schedule.State)
}

func TestADryRunChangesNothing(t *testing.T) {
	t.Run("of a schedule that is not there", func(t *testing.T) {
		server, _, _ := scheduled(t, nil, serviceerror.NewNotFound("unknown"))
		applied, err := server.Apply(t.Context(), daily, zone, true)
		require.NoError(t, err)
		require.True(t, applied.Created)
	})
	t.Run("of one that is another", func(t *testing.T) {
		found := asWanted()
		found.Schedule.Spec.TimeZoneName = "UTC"
		server, _, _ := scheduled(t, found, nil)
		applied, err := server.Apply(t.Context(), daily, zone, true)
		require.NoError(t, err)
		require.Equal(t, []control.Change{{Field: "time zone", Now: "UTC", Wanted: zone}}, applied.Changes)
	})
}

func TestLaunchesAreTheNewestWithWhatAndByWhom(t *testing.T) {
	calendar, err := settlement.NewCalendar(zone)
	require.NoError(t, err)
	due := calendar.Start(thursday).Add(4 * time.Hour)
	payload, err := converter.GetDefaultDataConverter().ToPayload(due)
	require.NoError(t, err)
	temporal := mocks.NewClient(t)
	temporal.On("ListWorkflow", mock.Anything, mock.Anything).Return(&workflowservice.ListWorkflowExecutionsResponse{Executions: []*workflow.WorkflowExecutionInfo{
		{
			Execution: &common.WorkflowExecution{WorkflowId: "launch:daily-2024-05-08T19:00:00Z", RunId: "older"},
			StartTime: timestamppb.New(due), CloseTime: timestamppb.New(due.Add(time.Minute)), Status: enums.WORKFLOW_EXECUTION_STATUS_COMPLETED,
			SearchAttributes: &common.SearchAttributes{IndexedFields: map[string]*common.Payload{workflows.DueTime.GetName(): payload}},
		},
		{
			Execution: &common.WorkflowExecution{WorkflowId: "launch:daily:2024-05-07", RunId: "newer"},
			StartTime: timestamppb.New(due.Add(time.Hour)), Status: enums.WORKFLOW_EXECUTION_STATUS_RUNNING,
		},
	}}, nil)

	launches, err := (&control.Server{Client: temporal}).Launches(t.Context(), daily, calendar, 5)
	require.NoError(t, err)
	require.Len(t, launches, 2)
	require.Equal(t, "daily 2024-05-07", launches[0].What)
	require.True(t, launches[0].Due.IsZero(), "an operator started it")
	require.Equal(t, "daily 2024-05-08", launches[1].What, "the last day that had ended when it was due")
	require.True(t, due.Equal(launches[1].Due))
	require.Equal(t, time.Minute, launches[1].Took)

	launches, err = (&control.Server{Client: temporal}).Launches(t.Context(), daily, calendar, 1)
	require.NoError(t, err)
	require.Equal(t, "newer", launches[0].RunID)
	require.Len(t, launches, 1)
}
