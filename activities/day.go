package activities

import (
	"context"
	"errors"
	"slices"

	"go.temporal.io/sdk/activity"

	"creatorpay/db"
	"creatorpay/settlement"
)

// BeginDay enters the run in the book under a new fence, or takes it over from
// a former workflow run. It is retried while the day before is not closed and
// nothing else has become of it than the run shows.
func (a *Activities) BeginDay(ctx context.Context, input BeginDayInput) (result BeginDayResult, err error) {
	err = a.asHolder(ctx, settlement.DailyPeriod(input.Day), func(holder db.Holder) error {
		run, err := a.DB.BeginDay(ctx, input.Day, holder, a.RepeatWindow)
		result.PriceRule = run.PriceRule
		return err
	})
	if unclosed, waits := mayWait(err, input.Wait); waits {
		result.Waiting, err = a.await(activity.GetInfo(ctx).Attempt, unclosed, input.Shown)
		return result, err
	}
	return result, err
}

// CollectLate fixes which late views and payments the day posts. It does so once:
// tried again or after a reset, they stay the same. Only payments that keep a chunk
// from being counted are collected again, with it.
func (a *Activities) CollectLate(ctx context.Context, input DayInput) (result CollectLateResult, err error) {
	err = a.asHolder(ctx, settlement.DailyPeriod(input.Day), func(holder db.Holder) error {
		result.LateRows, result.Mismatches, err = a.DB.CollectLate(ctx, input.Day, holder)
		return err
	})
	for _, mismatch := range result.Mismatches {
		reportMismatch(ctx, mismatch)
	}
	return result, err
}

// CheckDay holds the counted chunks against the logs (R10, R15): it names the chunks whose rows
// have become more or fewer since they were counted, or were left out, or that did not know of
// a payment's row in another chunk. Where there are none it fails when
// there are plays or payments of unknown videos.
func (a *Activities) CheckDay(ctx context.Context, input DayInput) (result CheckDayResult, err error) {
	period := settlement.DailyPeriod(input.Day)
	repaired, unknown := a.DB.CheckVideosKnown(ctx, input.Day)
	if errors.Is(unknown, settlement.ErrUnknownVideos) {
		var withdrawn bool
		if err := a.asHolder(ctx, period, func(holder db.Holder) (err error) {
			withdrawn, err = a.DB.WithdrawUnknown(ctx, input.Day, holder)
			return err
		}); err != nil {
			return result, err
		}
		if withdrawn {
			repaired, unknown = a.DB.CheckVideosKnown(ctx, input.Day)
		}
	}
	if unknown != nil && !errors.Is(unknown, settlement.ErrUnknownVideos) {
		return result, unknown
	}
	err = a.asHolder(ctx, period, func(holder db.Holder) error {
		result.Again, err = a.DB.Recount(ctx, input.Day, holder)
		return err
	})
	// A chunk that was counted without its unknown videos names them when it is counted again.
	if err == nil && len(result.Again) == 0 && unknown != nil {
		return result, unknown
	}
	result.Again = append(result.Again, repaired...)
	slices.Sort(result.Again)
	result.Again = slices.Compact(result.Again)
	return result, err
}

// RankDay stores the day's Top 5 (R9).
func (a *Activities) RankDay(ctx context.Context, input DayInput) error {
	return a.asHolder(ctx, settlement.DailyPeriod(input.Day), func(holder db.Holder) error {
		return a.DB.Rank(ctx, settlement.DailyPeriod(input.Day), holder)
	})
}

// CloseDay seals the day (R11). Where the database has lost which late rows the day posts, they are
// collected once more, and all its chunks are to be counted with them.
func (a *Activities) CloseDay(ctx context.Context, input DayInput) (result CloseDayResult, err error) {
	err = a.asHolder(ctx, settlement.DailyPeriod(input.Day), func(holder db.Holder) error {
		result.Totals, err = a.DB.CloseDay(ctx, input.Day, holder)
		return err
	})
	switch {
	case errors.Is(err, settlement.ErrRowsArrived):
		activity.GetLogger(ctx).Warn("rows arrived before the day closed", "day", input.Day.String(), "error", err)
		return CloseDayResult{}, nil
	case errors.Is(err, settlement.ErrLostLate):
		if _, lateErr := a.CollectLate(ctx, input); lateErr != nil {
			return result, lateErr
		}
		return a.unsettled(ctx, input.Day, err)
	case errors.Is(err, settlement.ErrUnsettled):
		return a.unsettled(ctx, input.Day, err)
	}
	result.Closed = err == nil
	return result, err
}

// unsettled are the chunks that were settled as far as the run knows, and are not: payments of earlier
// systems were imported since, or the database lost what it had stored.
func (a *Activities) unsettled(ctx context.Context, day settlement.Day, cause error) (result CloseDayResult, err error) {
	chunks, err := a.DB.Chunks(ctx, settlement.DailyPeriod(day))
	if err != nil {
		return result, err
	}
	for _, chunk := range chunks {
		if chunk.State != settlement.ChunkDone {
			result.Unsettled = append(result.Unsettled, PlannedChunk{Number: chunk.Number, State: chunk.State})
		}
	}
	if len(result.Unsettled) == 0 {
		return result, cause
	}
	activity.GetLogger(ctx).Warn("chunks of the day are to be counted or settled again", "day", day.String(), "error", cause)
	return result, nil
}

// FailDay records in the book of runs that the run failed.
func (a *Activities) FailDay(ctx context.Context, input FailDayInput) error {
	return a.fail(ctx, settlement.DailyPeriod(input.Day), input.Failure)
}
