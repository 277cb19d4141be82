package workflows

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"creatorpay/settlement"
)

// NextPass is when a run of [Mail] tries deferred mails again; zero unless it
// waits for that.
func NextPass(run *workflowpb.WorkflowExecutionInfo) (next time.Time) {
	if run.GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return time.Time{}
	}
	// Without a memo next stays zero: the run has not waited yet.
	_ = converter.GetDefaultDataConverter().FromPayload(run.GetMemo().GetFields()[nextPassMemo], &next)
	if next.Before(time.Now()) {
		return time.Time{}
	}
	return next
}

var searchAttributes = []temporal.SearchAttributeKey{SettlementKind, SettlementPeriod, SettlementPhase, FailedChunks}

// firstAttributes make a run findable from its first step on.
func firstAttributes(kind string, period settlement.Period, phase string) []temporal.SearchAttributeUpdate {
	return []temporal.SearchAttributeUpdate{
		SettlementKind.ValueSet(kind), SettlementPeriod.ValueSet(period.String()), SettlementPhase.ValueSet(phase), FailedChunks.ValueSet(0),
	}
}

// publish sets search attributes of the run: one event of its history, so for
// what changes a few times only.
func publish(ctx workflow.Context, attributes ...temporal.SearchAttributeUpdate) {
	if err := workflow.UpsertTypedSearchAttributes(ctx, attributes...); err != nil {
		workflow.GetLogger(ctx).Error("set search attributes", "error", err)
	}
}

// CheckSearchAttributes fails unless the client's namespace knows the search
// attributes: there no run could do its first step. The error says what to do.
func CheckSearchAttributes(ctx context.Context, temporalClient client.Client, namespace string) error {
	var conditions []string
	for _, key := range searchAttributes {
		conditions = append(conditions, key.GetName()+" IS NULL")
	}
	_, err := temporalClient.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: strings.Join(conditions, " AND ")})
	var unknown *serviceerror.InvalidArgument
	if errors.As(err, &unknown) {
		return fmt.Errorf("namespace %s of Temporal lacks search attributes of creatorpay (%w); register them: %s", namespace, err, registration(namespace))
	}
	if err != nil {
		return fmt.Errorf("look for search attributes: %w", err)
	}
	return nil
}

// registration is the command that registers the search attributes.
func registration(namespace string) string {
	var command strings.Builder
	fmt.Fprintf(&command, "temporal operator search-attribute create --namespace %s", namespace)
	for _, key := range searchAttributes {
		fmt.Fprintf(&command, " --name %s --type %s", key.GetName(), key.GetValueType())
	}
	return command.String()
}

// How long, and how often, a server is asked whether it knows what was
// registered. Its parts read it after two seconds.
const (
	knownWithin = 30 * time.Second
	knownPoll   = 100 * time.Millisecond
)

// EnsureSearchAttributes registers the search attributes in the client's
// namespace where they are missing, and waits until queries know them. Temporal
// may take two seconds longer to accept them from a run, whose first step is
// then tried again. Workers do not call it: two that register at the same moment
// could do so twice.
func EnsureSearchAttributes(ctx context.Context, temporalClient client.Client, namespace string) error {
	missing := CheckSearchAttributes(ctx, temporalClient, namespace)
	if missing == nil {
		return nil
	}
	wanted := map[string]enums.IndexedValueType{}
	for _, key := range searchAttributes {
		wanted[key.GetName()] = key.GetValueType()
	}
	_, err := temporalClient.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: namespace, SearchAttributes: wanted,
	})
	var there *serviceerror.AlreadyExists // Elasticsearch says so, if some are
	if err != nil && !errors.As(err, &there) {
		return fmt.Errorf("%w (registering them here: %w)", missing, err)
	}
	ctx, cancel := context.WithTimeout(ctx, knownWithin)
	defer cancel()
	ticker := time.NewTicker(knownPoll)
	defer ticker.Stop()
	for {
		if missing = CheckSearchAttributes(ctx, temporalClient, namespace); missing == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return missing
		case <-ticker.C:
		}
	}
}
