package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"

	"creatorpay/db"
	"creatorpay/settlement"
)

// MakeRoom makes room in the logs for the day and for those that come after
// it. A log that begins later gets no days below: nobody waits for them.
func (a *Activities) MakeRoom(ctx context.Context, input DayInput) (room MakeRoomResult, err error) {
	if err := input.Day.Validate(); err != nil {
		return room, err
	}
	from, until := input.Day, input.Day+settlement.Day(a.PartitionsAhead)
	first, last, found, err := a.DB.Log.Span(ctx)
	if err != nil {
		return room, err
	}
	if found {
		from, until = max(from, first), max(until, last)
	}
	added, err := a.DB.AddPartitions(ctx, from, until)
	return MakeRoomResult{Added: len(added), Until: until}, err
}

// MakeRoomAfter makes room in the logs for the days that come after the
// given one. A day without a partition gets none here, and neither do those after
// it: nobody could store its views, so it is not to be settled unseen.
func (a *Activities) MakeRoomAfter(ctx context.Context, input DayInput) (room MakeRoomResult, err error) {
	found, err := a.DB.Log.Has(ctx, input.Day)
	if err != nil || !found {
		return room, err
	}
	return a.MakeRoom(ctx, input)
}

// leastKept days stay before the one being run: a week's rows are read again before it is paid, and the day before
// it has plays by which repeats are told.
const leastKept = 8

// DropOldDays drops the days that are past keeping when the given one is closed,
// except for those that are still needed.
func (a *Activities) DropOldDays(ctx context.Context, input DayInput) (done DropOldDaysResult, err error) {
	if a.KeepDays == 0 {
		return done, nil
	}
	before := input.Day - settlement.Day(max(a.KeepDays, leastKept))
	kept, err := a.DB.EachDroppable(ctx, before, false, func(day db.Droppable) error {
		err := a.DB.Drop(ctx, day)
		if err == nil {
			done.Dropped++
			activity.GetLogger(ctx).Info("dropped a day of the logs", "day", day.Day.String(), "rows", day.AllRows())
		}
		return err
	})
	switch {
	case errors.Is(err, settlement.ErrNeeded):
		done.Kept, err = err.Error(), nil
	case kept != nil:
		done.Kept = withNext(kept, a.Next)
	}
	if done.Kept != "" {
		activity.GetLogger(ctx).Warn("a day past keeping stays", "why", done.Kept)
	}
	return done, err
}
