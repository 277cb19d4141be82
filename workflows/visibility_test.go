package workflows

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/temporal"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// publishes returns what the run sets of its search attributes, in order.
func (b *bundle) publishes() *[]string {
	set := new([]string)
	b.OnUpsertTypedSearchAttributes(mock.Anything).Run(func(args mock.Arguments) {
		attributes, _ := args.Get(0).(temporal.SearchAttributes)
		var values []string
		for _, key := range []temporal.SearchAttributeKeyKeyword{SettlementKind, SettlementPeriod, SettlementPhase} {
			if value, found := attributes.GetKeyword(key); found {
				values = append(values, value)
			}
		}
		if failed, found := attributes.GetInt64(FailedChunks); found {
			values = append(values, fmt.Sprint(failed))
		}
		*set = append(*set, strings.Join(values, " "))
	}).Return(nil)
	return set
}

func TestADayIsFoundByItsPhases(t *testing.T) {
	b := setup(t)
	b.begins(planned(1))
	b.counts(1).Return(counted, nil).Once()
	b.checks()
	b.settles(1)
	b.closes(true)
	published := b.publishes()
	b.run()
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, []string{
		"daily 2024-05-09 waiting for earlier days 0", "collecting late rows", "planning", "counting", "checking", "settling", "closing", "closed",
	}, *published)
}

func TestFailedChunksAreCountedInTwoEventsAtMost(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2), planned(3))
	b.OnActivity(a.CountChunk, mock.Anything, mock.Anything).Return(counted, refusal).Times(3)
	b.records()
	published := b.publishes()
	b.run()
	require.Error(t, b.GetWorkflowError())
	require.Equal(t, []string{"daily 2024-05-09 waiting for earlier days 0", "collecting late rows", "planning", "counting", "1", "failed 3"}, *published)
}

func TestMailsAreFoundByTheirWeek(t *testing.T) {
	b := setup(t)
	b.plansMails(0, 1, false)
	b.sends(1).Return(refusal).Once()
	b.countsMails()
	published := b.publishes()
	b.sendMails()
	require.Error(t, b.GetWorkflowError())
	require.Equal(t, []string{"mail 2024-W19 mailing 0", "failed 1"}, *published)
}

// details are what the Temporal UI shows of the run.
func details(t *testing.T, b *bundle) string {
	t.Helper()
	answer, err := b.QueryWorkflow("__temporal_workflow_metadata")
	require.NoError(t, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(t, answer.Get(&metadata))
	return metadata.GetCurrentDetails()
}

func TestDetailsSayWhatARunWaitsFor(t *testing.T) {
	b := setup(t)
	before := func(state settlement.RunState) *activities.Waiting {
		return &activities.Waiting{Period: settlement.DailyPeriod(day - 1), State: state, Next: "have it " + string(state)}
	}
	waits := func(shown, waiting *activities.Waiting) {
		b.OnActivity(a.BeginDay, mock.Anything, activities.BeginDayInput{Day: day, Shown: shown}).After(time.Hour).
			Return(activities.BeginDayResult{Waiting: waiting}, nil).Once()
	}
	b.makesRoom()
	waits(nil, before(settlement.Running))
	waits(before(settlement.Running), before(settlement.Failed))
	waits(before(settlement.Failed), nil)
	b.OnActivity(a.CollectLate, mock.Anything, mock.Anything).Return(activities.CollectLateResult{}, refusal).Once()
	b.records()
	var seen []string
	for hours := range 3 {
		b.RegisterDelayedCallback(func() { seen = append(seen, details(t, b)) }, time.Duration(hours)*time.Hour+time.Minute)
	}
	b.run()

	require.Contains(t, seen[0], "**2024-05-09**: waiting for earlier days\n\n| since |\n|---|\n")
	require.Contains(t, seen[1], "| waits for | which | since | what to do |\n|---|---|---|---|\n| 2024-05-08 | its run is still going | ")
	require.Contains(t, seen[2], "| 2024-05-08 | its run failed | ")
	require.Contains(t, seen[2], "have it failed; this run then goes on by itself")
}

func TestDetailsNameTheFailedChunks(t *testing.T) {
	b := setup(t)
	b.begins(planned(1), planned(2))
	b.counts(1).Return(counted, nil).Once()
	b.counts(2).Return(counted, temporal.NewNonRetryableApplicationError("a | b\nc", activities.TypeBadData, nil)).Once()
	b.records()
	b.run()
	require.Equal(t, "**2024-05-09 failed** while counting; fix the cause, then: `retry the run of 2024-05-09`\n\n"+
		"| chunk | range | last error |\n|---|---|---|\n| 2 | some videos | a \\| b c |\n", details(t, b))
}

// Temporal cuts a failure to 4 KB where it keeps it in a run's state.
func TestAFailureOfManyChunksIsShortAndItsDetailsNameAll(t *testing.T) {
	b := setup(t)
	var chunks []activities.PlannedChunk
	for number := range MaxChunks {
		chunks = append(chunks, planned(number+1))
	}
	b.begins(chunks...)
	b.OnActivity(a.CountChunk, mock.Anything, mock.Anything).
		Return(counted, temporal.NewNonRetryableApplicationError(strings.Repeat("long ", 50), activities.TypeBadData, nil))
	recorded := b.records()
	b.run()

	var failure *temporal.ApplicationError
	require.ErrorAs(t, b.GetWorkflowError(), &failure)
	require.Less(t, len(failure.Message()), 4096-500, "with room for what is around it")
	require.Equal(t, failure.Message(), *recorded)
	require.Contains(t, failure.Message(), "300 of 300 chunks failed; fix the cause, then: retry the run of 2024-05-09")
	require.Contains(t, failure.Message(), "; and 290 more, all of which are in the failure's details")
	var named []FailedChunk
	require.NoError(t, failure.Details(&named))
	require.Len(t, named, MaxChunks)
	require.Equal(t, FailedChunk{Chunk: 300, Videos: "some videos", Error: strings.Repeat("long ", 50)}, named[299])
}
