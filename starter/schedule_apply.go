package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"creatorpay/settlement"
	"creatorpay/workflows"
)

type scheduleApplyCommand struct {
	databaseFlags
	temporalFlags
	DryRun bool `help:"Show what would change, and change nothing."`
}

func (c scheduleApplyCommand) Run(ctx context.Context) error {
	calendar, err := c.calendar(ctx)
	if err != nil {
		return err
	}
	temporal, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	if !c.DryRun { // what runs need comes before the schedules that start them
		if err := workflows.EnsureSearchAttributes(ctx, temporal, temporal.namespace); err != nil {
			return err
		}
	}
	changes := newTable("Schedule", "Field", "Now", "Wanted")
	var outcomes []string
	for _, schedule := range workflows.Schedules() {
		outcome, err := c.apply(ctx, temporal, schedule.Options(calendar.Zone()), changes)
		if err != nil {
			return err
		}
		outcomes = append(outcomes, schedule.ID+" "+outcome)
	}
	if changes.Length() > 0 {
		changes.Render()
	}
	for _, outcome := range outcomes {
		fmt.Println(outcome)
	}
	if c.DryRun {
		fmt.Println("nothing was done (--dry-run)")
	}
	return nil
}

// calendar is the business time zone as the database has it.
func (f databaseFlags) calendar(ctx context.Context) (settlement.Calendar, error) {
	database, err := f.open(ctx)
	if err != nil {
		return settlement.Calendar{}, err
	}
	defer func() { _ = database.Close() }()
	return database.Calendar(ctx)
}

// apply creates or changes the schedule, adds a line to changes for each field
// that differs, and says what it has done.
func (c scheduleApplyCommand) apply(ctx context.Context, temporal client.Client, wanted client.ScheduleOptions, changes table.Writer) (string, error) {
	handle := temporal.ScheduleClient().GetHandle(ctx, wanted.ID)
	found, err := handle.Describe(ctx)
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		addChanges(changes, wanted, nil)
		if !c.DryRun {
			if _, err := temporal.ScheduleClient().Create(ctx, wanted); err != nil {
				return "", fmt.Errorf("create schedule %s: %w", wanted.ID, err)
			}
		}
		return c.outcome("created"), nil
	}
	if err != nil {
		return "", fmt.Errorf("look at schedule %s: %w", wanted.ID, err)
	}
	outcome := "unchanged"
	if addChanges(changes, wanted, &found.Schedule) > 0 {
		outcome = c.outcome("changed")
		if !c.DryRun {
			if err := handle.Update(ctx, client.ScheduleUpdateOptions{DoUpdate: bringTo(wanted)}); err != nil {
				return "", fmt.Errorf("change schedule %s: %w", wanted.ID, err)
			}
		}
	}
	if found.Schedule.State.Paused {
		outcome += fmt.Sprintf(", stays paused (%s)", found.Schedule.State.Note)
	} else if next := found.Info.NextActionTimes; outcome == "unchanged" && len(next) > 0 {
		outcome += ", next " + in(wanted.Spec.TimeZoneName, next[0])
	}
	return outcome, nil
}

// outcome says what was done, or would be.
func (c scheduleApplyCommand) outcome(done string) string {
	if c.DryRun {
		return "would be " + done
	}
	return done
}

// bringTo changes all but the schedule's state: the operator's pause and note.
func bringTo(wanted client.ScheduleOptions) func(client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
	return func(found client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
		policies := policiesOf(wanted)
		return &client.ScheduleUpdate{Schedule: &client.Schedule{
			Spec:   &wanted.Spec,
			Action: wanted.Action,
			Policy: &policies,
			State:  found.Description.Schedule.State,
		}}, nil
	}
}

func policiesOf(wanted client.ScheduleOptions) client.SchedulePolicies {
	return client.SchedulePolicies{
		Overlap: wanted.Overlap, CatchupWindow: wanted.CatchupWindow, PauseOnFailure: wanted.PauseOnFailure,
	}
}

// addChanges adds a line for each field in which the schedule, nil if there is
// none, is not as wanted. It returns how many.
func addChanges(changes table.Writer, wanted client.ScheduleOptions, found *client.Schedule) (n int) {
	action, _ := wanted.Action.(*client.ScheduleWorkflowAction)
	fields := scheduleFields(wanted.Spec, policiesOf(wanted), action)
	now := make([]scheduleField, len(fields))
	if found != nil {
		if action, ok := found.Action.(*client.ScheduleWorkflowAction); ok {
			now = scheduleFields(*found.Spec, *found.Policy, action)
		}
	}
	for i, field := range fields {
		if field.value != now[i].value {
			changes.AppendRow(table.Row{wanted.ID, field.name, now[i].value, field.value})
			n++
		}
	}
	return n
}

// in shows an instant by the clocks of the zone.
func in(zone string, instant time.Time) string {
	if location, err := time.LoadLocation(zone); err == nil {
		instant = instant.In(location)
	}
	return instant.Format("2006-01-02 15:04 MST")
}
