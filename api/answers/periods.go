package answers

import (
	"context"
	"errors"
	"time"

	"creatorpay/db"
	"creatorpay/settlement"
)

// PeriodPage is a part of the book of runs.
type PeriodPage struct {
	After settlement.Day // periods that start after this day; 0 for the first page
	Limit int            // how many at most, up to [MaxLimit]; 0 for [DefaultLimit]
}

// Periods are the runs of one kind, by the first days of their periods.
type Periods struct {
	Kind    settlement.Kind `json:"kind" enum:"daily,weekly,monthly"`
	Through *settlement.Day `json:"through" format:"date" doc:"The newest closed day that this list knows of; null before the first."`
	Periods []PeriodRun     `json:"periods" nullable:"false" doc:"By their first days. Without the primary only closed ones: a replica cannot say how the others stand."`
	Next    *settlement.Day `json:"-"` // PeriodPage.After of the next page; nil if there is none
}

// PeriodRun is one line of the book of runs. The totals are those of the closed period, and 0 before that.
type PeriodRun struct {
	Name           string              `json:"name" doc:"The period's name: 2024-05-09, 2024-W19 or 2024-05."`
	Kind           settlement.Kind     `json:"period" enum:"daily,weekly,monthly"`
	Start          settlement.Day      `json:"start" format:"date"`
	State          settlement.RunState `json:"state" enum:"running,failed,closed"`
	WorkflowID     string              `json:"workflow_id"`
	RunID          string              `json:"run_id" doc:"Of the workflow run that held the period last."`
	PriceRule      int64               `json:"price_rule" doc:"Version of the prices."`
	RepeatWindowMS int64               `json:"repeat_window_ms"`
	BeganAt        time.Time           `json:"began_at" doc:"When the last attempt began."`
	EndedAt        *time.Time          `json:"ended_at" doc:"When it failed or closed; null while it runs."`
	Failure        string              `json:"failure" doc:"Why the last attempt failed, empty otherwise."`
	settlement.Totals
}

// Periods answers operators with the runs of the kind whose periods hold any day from one to another, both included.
func (b *Books) Periods(ctx context.Context, kind settlement.Kind, from, to settlement.Day, page PeriodPage) (Periods, error) {
	if err := errors.Join(kind.Validate(), checkSpan(from, to)); err != nil {
		return Periods{}, err
	}
	limit, err := limitOf(page.Limit)
	if err != nil {
		return Periods{}, err
	}
	first, err := settlement.PeriodOf(kind, from)
	if err != nil {
		return Periods{}, err
	}
	var runs []db.Run
	through, err := b.from.List(ctx, kind, nil, func(ctx context.Context, books *db.DB) (err error) {
		runs, err = books.RunsBetween(ctx, kind, max(first.Start, page.After+1), to, limit+1)
		return err
	})
	if err != nil {
		return Periods{}, err
	}
	found := Periods{Kind: kind, Through: lastDay(kind, through), Periods: []PeriodRun{}}
	runs, found.Next = cut(runs, limit, func(run db.Run) settlement.Day { return run.StartsOn })
	for _, run := range runs {
		if !through.Current && run.State != settlement.Closed {
			continue
		}
		found.Periods = append(found.Periods, periodRun(run))
	}
	return found, nil
}

func periodRun(run db.Run) PeriodRun {
	return PeriodRun{
		Name: run.Period().String(), Kind: run.Kind, Start: run.StartsOn, State: run.State,
		WorkflowID: run.WorkflowID, RunID: run.Holder, PriceRule: run.PriceRule, RepeatWindowMS: run.WindowMS,
		BeganAt: run.BeganAt, EndedAt: run.EndedAt, Failure: run.Failure, Totals: run.Totals,
	}
}
