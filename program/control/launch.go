package control

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

// Range is a range of periods of one kind, both included.
type Range struct{ First, Last settlement.Period }

// String names the range.
func (r Range) String() string { return settlement.Span(r.First, r.Last) }

func (r Range) input() workflows.LaunchInput {
	return workflows.LaunchInput{Kind: r.First.Kind, First: r.First.Start, Last: r.Last.Start}
}

// Validate says what is wrong with the range.
func (r Range) Validate() error { return r.input().Validate() }

// Open are the periods of the range that are not closed, in order.
func (r Range) Open(ctx context.Context, books *db.DB) ([]db.OpenPeriod, error) {
	return books.OpenPeriods(ctx, r.First.Kind, r.First.Start, r.Last.Start)
}

// Closed are the parts of the range that are closed, given the open periods of it.
func (r Range) Closed(open []db.OpenPeriod) (closed []Range, err error) {
	periods, err := settlement.Periods(r.First.Kind, r.First.Start, r.Last.Start)
	if err != nil {
		return nil, err
	}
	goesOn := false // the last part with the next closed period
	for _, period := range periods {
		switch {
		case len(open) > 0 && open[0].Period == period:
			open, goesOn = open[1:], false
		case goesOn:
			closed[len(closed)-1].Last = period
		default:
			closed, goesOn = append(closed, Range{period, period}), true
		}
	}
	return closed, nil
}

// CheckOver refuses a range whose last period has not ended.
func (r Range) CheckOver(calendar settlement.Calendar, now time.Time) error {
	today := calendar.Day(now)
	if r.Last.End() <= today {
		return nil
	}
	current, err := settlement.PeriodOf(r.Last.Kind, today)
	if err != nil {
		return err
	}
	last, err := settlement.PeriodOf(r.Last.Kind, current.Start-1)
	if err != nil {
		return err
	}
	return fmt.Errorf("%s is not over yet in %s: the last %s period that is, is %s", r.Last, calendar.Zone(), r.Last.Kind, last)
}

// CheckFirst refuses what the run of the first open period itself would refuse. It returns the
// [settlement.ErrNotClosed] for which that run would wait, nil if for nothing.
func CheckFirst(ctx context.Context, books *db.DB, first settlement.Period, now time.Time) (waitsFor, err error) {
	err = books.Check(ctx, first, now)
	if errors.Is(err, settlement.ErrNotClosed) {
		return err, nil
	}
	return nil, err
}

// Launch runs the open periods of the range one after the other, outside of the schedule's own buffer: it works
// while the schedule is paused, and nothing in the buffer can wait for a period that is queued behind it.
func (s *Server) Launch(ctx context.Context, periods Range) (client.WorkflowRun, error) {
	return s.start(ctx, client.StartWorkflowOptions{
		ID:                    workflows.LaunchID(periods.First, periods.Last),
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:         "Runs " + periods.String(),
	}, "is running already", workflows.Launch, periods.input())
}

// Launched tells how a launch of the range ended, by its own result and by the book
// of runs, which may have been changed or restored meanwhile.
func (r Range) Launched(open []db.OpenPeriod, result error) error {
	switch {
	case result != nil:
		return fmt.Errorf("%s: %s", workflows.LaunchID(r.First, r.Last), workflows.Cause(result))
	case len(open) > 0:
		return fmt.Errorf("%s has ended, but not closed: %s of %s", workflows.LaunchID(r.First, r.Last), settlement.Count(len(open), "period"), r)
	default:
		return nil
	}
}
