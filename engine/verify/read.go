package verify

import (
	"context"
	"errors"
	"math"
	"slices"

	"creatorpay/db"
	"creatorpay/engine/counting"
	"creatorpay/settlement"
)

// reader reads what is stored of the day's chunks, and counts them again.
type reader struct {
	db      *db.DB
	run     db.Run // closed
	logs    []log  // that have the day
	rule    settlement.PriceRule
	counter *counting.Counter
}

// open makes a reader of a closed day whose rows are still there.
func open(ctx context.Context, database *db.DB, day settlement.Day) (*reader, error) {
	run, err := database.ClosedRun(ctx, settlement.DailyPeriod(day))
	if err != nil {
		return nil, err
	}
	logs, err := logsOf(ctx, database, run)
	if err != nil {
		return nil, err
	}
	rule, err := database.Prices.Version(ctx, run.PriceRule)
	if err != nil {
		return nil, err
	}
	counter, err := counting.New(ctx, database, day, run.RepeatWindow())
	if err != nil {
		return nil, err
	}
	return &reader{db: database, run: run, logs: logs, rule: rule, counter: counter}, nil
}

// result is what verifying one chunk gave.
type result struct {
	rows        []Rows // in each of the logs
	differences []Difference
	totals      settlement.Totals // recomputed
	top         rankings          // recomputed
}

// same tells whether the chunk is as it was.
func (r result) same() bool {
	return len(r.differences) == 0 && !slices.ContainsFunc(r.rows, Rows.Bad)
}

func (r *reader) chunk(ctx context.Context, chunk db.Chunk) (found result, err error) {
	stored, err := r.stored(ctx, chunk)
	if err != nil {
		return result{}, err
	}
	recomputed, checksum, err := r.recompute(ctx, chunk.Range, stored)
	if err != nil {
		return result{}, err
	}
	if found.totals, err = recomputed.totals(); err != nil {
		return result{}, err
	}
	found.differences = compareChunk(chunk.Number, stored, recomputed)
	found.top.add(recomputed.statistics)
	for _, log := range r.logs {
		rows := Rows{Chunk: chunk, Payments: log.payments, Found: found.totals.Statistics.Rows() + recomputed.unknownRows, Checksum: checksum}
		if log.payments {
			if rows.Found, rows.Checksum, err = log.sum(ctx, log.onTime(r.run), chunk.Range); err != nil {
				return result{}, err
			}
		}
		if rows.Late, err = log.LateRows(ctx, log.onTime(r.run), chunk.Range); err != nil {
			return result{}, err
		}
		found.rows = append(found.rows, rows)
	}
	return found, nil
}

func (r *reader) stored(ctx context.Context, chunk db.Chunk) (stored chunkFigures, err error) {
	day := r.run.StartsOn
	stored.unknownRows = chunk.UnknownRows
	if stored.statistics, err = r.db.Statistics(ctx, day, chunk.Range); err != nil {
		return stored, err
	}
	if stored.late, err = r.db.Log.Posted(ctx, day, chunk.Range); err != nil {
		return stored, err
	}
	if stored.settlements, err = r.db.Settlements(ctx, day, chunk.Range); err != nil {
		return stored, err
	}
	if stored.adjustments, err = r.db.PostedAdjustments(ctx, day, chunk.Range); err != nil || !r.run.HasPayments() {
		return stored, err
	}
	if stored.payments.Lines, err = r.db.PaymentLines(ctx, day, chunk.Range); err != nil {
		return stored, err
	}
	of := db.Lines{Creators: settlement.AllCreators, Videos: chunk.Range}
	if err := r.db.EachPaymentAdjustment(ctx, r.run.Period(), of, func(line db.PaymentAdjustment) error {
		stored.payments.Adjustments = append(stored.payments.Adjustments, line)
		return nil
	}); err != nil {
		return stored, err
	}
	if stored.payments.Late, err = r.db.Payments.Posted(ctx, day, chunk.Range); err != nil {
		return stored, err
	}
	stored.payments.Refunds, err = r.db.Refunds(ctx, day, chunk.Range, math.MaxInt32)
	return stored, err
}

func (r *reader) recompute(ctx context.Context, videos settlement.Range, stored chunkFigures) (recomputed chunkFigures, checksum uint64, err error) {
	owners, err := r.db.Owners(ctx, videos)
	if err != nil {
		return recomputed, 0, err
	}
	owners = recordedOwners(owners, stored)
	count, err := r.counter.Count(ctx, videos, owners)
	if err != nil {
		return recomputed, 0, err
	}
	count.Payments, err = counting.Payments(ctx, r.db, r.run, videos, owners)
	unsettled := ""
	if errors.Is(err, settlement.ErrBadPayments) {
		unsettled, count.Payments = err.Error(), &stored.payments
	} else if err != nil {
		return recomputed, 0, err
	}
	counted, err := r.db.CountedVideos(ctx, r.run.StartsOn, videos)
	if err != nil {
		return recomputed, 0, err
	}
	recomputed, err = price(count, counted, r.rule)
	recomputed.unsettled = unsettled
	return recomputed, count.Checksum, err
}
