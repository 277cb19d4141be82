package control

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"creatorpay/program/command"
	"creatorpay/workflows"
)

// Applied is what applying a schedule did to it, or would do.
type Applied struct {
	ID      string
	Created bool
	Changes []Change // of the fields that differed; all of a new schedule
	Paused  bool     // by an operator, and stays so
	Note    string   // why
	Next    time.Time
}

// Change is a field of a schedule that is not as wanted.
type Change struct{ Field, Now, Wanted string }

// Apply creates the schedule or brings it to what it should be in the business time zone. What an operator did to it,
// its pause and note, stays. A dry run only finds what differs.
func (s *Server) Apply(ctx context.Context, schedule workflows.Schedule, zone string, dryRun bool) (Applied, error) {
	wanted := schedule.Options(zone)
	applied := Applied{ID: wanted.ID}
	handle := s.ScheduleClient().GetHandle(ctx, wanted.ID)
	found, err := handle.Describe(ctx)
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		applied.Created, applied.Changes = true, changes(wanted, nil)
		if !dryRun {
			if _, err := s.ScheduleClient().Create(ctx, wanted); err != nil {
				return applied, fmt.Errorf("create schedule %s: %w", wanted.ID, err)
			}
		}
		return applied, nil
	}
	if err != nil {
		return applied, fmt.Errorf("look at schedule %s: %w", wanted.ID, err)
	}
	applied.Changes = changes(wanted, &found.Schedule)
	applied.Paused, applied.Note = found.Schedule.State.Paused, found.Schedule.State.Note
	if times := found.Info.NextActionTimes; len(times) > 0 {
		applied.Next = times[0]
	}
	if len(applied.Changes) > 0 && !dryRun {
		if err := handle.Update(ctx, client.ScheduleUpdateOptions{DoUpdate: bringTo(wanted)}); err != nil {
			return applied, fmt.Errorf("change schedule %s: %w", wanted.ID, err)
		}
	}
	return applied, nil
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

// changes are the fields in which the schedule, nil if there is none, is not as wanted.
func changes(wanted client.ScheduleOptions, found *client.Schedule) (differ []Change) {
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
			differ = append(differ, Change{field.name, now[i].value, field.value})
		}
	}
	return differ
}

// Pause makes the schedule launch nothing more, and notes why.
func (s *Server) Pause(ctx context.Context, schedule workflows.Schedule, note string) error {
	return explainSchedule(schedule.ID, s.ScheduleClient().GetHandle(ctx, schedule.ID).Pause(ctx, client.SchedulePauseOptions{Note: note}))
}

// Resume makes the schedule launch again. Temporal drops what was due while it was paused.
func (s *Server) Resume(ctx context.Context, schedule workflows.Schedule, note string) error {
	return explainSchedule(schedule.ID, s.ScheduleClient().GetHandle(ctx, schedule.ID).Unpause(ctx, client.ScheduleUnpauseOptions{Note: note}))
}

// Delete removes the schedule, with its note and what it has buffered.
func (s *Server) Delete(ctx context.Context, schedule workflows.Schedule) error {
	return explainSchedule(schedule.ID, s.ScheduleClient().GetHandle(ctx, schedule.ID).Delete(ctx))
}

// explainSchedule says what to do about a schedule that is not there.
func explainSchedule(id string, err error) error {
	var notFound *serviceerror.NotFound
	switch {
	case err == nil:
		return nil
	case errors.As(err, &notFound):
		return fmt.Errorf("there is no schedule %s: create it with %s", id, command.ApplySchedules)
	default:
		return fmt.Errorf("schedule %s: %w", id, err)
	}
}
