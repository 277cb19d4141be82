package activities

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"creatorpay/settlement"
)

// await asks for the end of the day's run, of which Temporal says the status.
func (b *bundle) await(status enums.WorkflowExecutionStatus) error {
	b.Helper()
	return b.awaitRun(settlement.DailyPeriod(day), "daily:2024-05-09", status)
}

func (b *bundle) awaitRun(period settlement.Period, id string, status enums.WorkflowExecutionStatus) error {
	b.Helper()
	b.activities.RunStatus = func(_ context.Context, workflowID string) (enums.WorkflowExecutionStatus, error) {
		require.Equal(b, id, workflowID)
		return status, nil
	}
	_, err := run[any](b, b.activities.AwaitRun, AwaitRunInput{Period: period, WorkflowID: id})
	return err
}

func TestAwaitRun_IsTriedAgainWhileTheRunIsGoing(t *testing.T) {
	b := setup(t)

	requireType(t, TypeWaiting, b.await(enums.WORKFLOW_EXECUTION_STATUS_RUNNING))

	b.CloseDay(day)
	requireType(t, TypeWaiting, b.await(enums.WORKFLOW_EXECUTION_STATUS_RUNNING)) // a week still sends its mails
}

func TestAwaitRun_EndsWithAClosedPeriod(t *testing.T) {
	b := setup(t)
	b.CloseDay(day)

	require.NoError(t, b.await(enums.WORKFLOW_EXECUTION_STATUS_COMPLETED))
	require.NoError(t, b.await(enums.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED), "Temporal has forgotten the run")
}

func TestAwaitRun_FailsForGoodWhenTheRunEndedWithoutAClose(t *testing.T) {
	b := setup(t)

	err := b.await(enums.WORKFLOW_EXECUTION_STATUS_TERMINATED)

	requireFinal(t, TypeRefused, err)
	require.ErrorContains(t, err, "daily:2024-05-09 has ended (Terminated) and 2024-05-09 is not closed")
}

func TestAwaitRun_TellsOfAClosedWeekThatEndedBeforeItsMails(t *testing.T) {
	b := setup(t)
	_, err := b.DB.AddPartitions(b.Context(), thursday, sunday)
	require.NoError(t, err)
	b.closeWeek()

	err = b.awaitRun(week, "weekly:2024-W19", enums.WORKFLOW_EXECUTION_STATUS_FAILED)

	requireFinal(t, TypeMails, err)
	require.ErrorContains(t, err, "weekly:2024-W19 has ended (Failed) after its close")
	require.NoError(t, b.awaitRun(week, "weekly:2024-W19", enums.WORKFLOW_EXECUTION_STATUS_COMPLETED))
}

func TestOpenPeriods_ComeFromTheBook(t *testing.T) {
	b := setup(t)
	b.CloseDay(day)

	result, err := run[OpenPeriodsResult](b, b.activities.OpenPeriods, OpenPeriodsInput{Kind: settlement.Daily, First: day, Last: day + 1})

	require.NoError(t, err)
	require.Equal(t, []OpenPeriod{{Period: settlement.DailyPeriod(day + 1)}}, result.Open)
}
