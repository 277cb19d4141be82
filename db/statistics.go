package db

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// StatisticsLine is one video's figures of one day.
type StatisticsLine struct {
	Day       settlement.Day `db:"starts_on"`
	VideoID   int64          `db:"video_id"`
	CreatorID int64          `db:"creator_id"`
	settlement.Statistics
}

var statisticsLineColumns = server.ColumnsOf(StatisticsLine{})

// Count is what counting one chunk gave.
type Count struct {
	Lines       []StatisticsLine // by video
	UnknownRows int64            // rows whose video is unknown: in no line
	Checksum    uint64           // of all rows read, those of unknown videos too

	Late        []daylog.LateView // late views that the day posts, with their verdicts
	UnknownLate int64             // late views whose video is unknown: not among Late
	Adjustments []Adjustment      // what Late come to, by video and origin day

	Payments *PaymentCount // nil where the day settles none
}

// Totals sums the lines, the adjustments as late views, and the payments. It fails
// with [settlement.ErrOutOfRange].
func (c Count) Totals() (sum settlement.Totals, err error) {
	if c.Payments != nil {
		if sum, err = c.Payments.totals(); err != nil {
			return sum, err
		}
	}
	for _, line := range c.Lines {
		if err := sum.Statistics.Add(line.Statistics); err != nil {
			return sum, fmt.Errorf("add up to video %d: %w", line.VideoID, err)
		}
	}
	for _, adjustment := range c.Adjustments {
		if err := sum.Add(settlement.Totals{Late: settlement.Late{LateRows: adjustment.Rows(), LateViews: adjustment.Views}}); err != nil {
			return sum, fmt.Errorf("add up late views to video %d: %w", adjustment.VideoID, err)
		}
	}
	return sum, nil
}

// StoreCount replaces what the chunk counted before, if anything, and marks the
// chunk as counted, in one transaction. With rows of unknown videos the chunk
// stays planned: it is counted again when they are known. A chunk that is not
// planned any more, or that was counted since it was read, is left alone: what was
// learned meanwhile is not in this count. It fails with an [settlement.ErrOwnerChanged] when a
// video got another creator meanwhile: the chunk has to be counted again.
func (db *DB) StoreCount(ctx context.Context, day settlement.Day, holder Holder, chunk Chunk, count Count, attempt int32) error {
	period := settlement.DailyPeriod(day)
	state := settlement.ChunkCounted
	payments := count.Payments
	if payments == nil {
		payments = &PaymentCount{}
	}
	if count.UnknownRows > 0 || count.UnknownLate > 0 || payments.UnknownRows > 0 {
		state = settlement.ChunkPlanned
	}
	first, last := payments.idRange()
	totals, err := count.Totals()
	if err != nil {
		return fmt.Errorf("store count of chunk %d of %s: %w", chunk.Number, day, err)
	}
	err = db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		fence, err := guard(ctx, tx, period, holder)
		if err != nil {
			return err
		}
		stored, err := findChunk(ctx, tx, period, chunk.Number, "FOR UPDATE")
		if err != nil || stored.State != settlement.ChunkPlanned || stored.Counts != chunk.Counts {
			return err
		}
		// The deletions of a chunk that has nothing yet would only wait for what its
		// neighbours are storing.
		if stored.Counts > 0 {
			if err := deleteCounted(ctx, tx, day, stored); err != nil {
				return err
			}
		}
		if err := server.Insert(ctx, tx, "daily_statistics", count.Lines); err != nil {
			return err
		}
		if err := db.Log.StoreVerdicts(ctx, tx, count.Late); err != nil {
			return err
		}
		if err := putAdjustments(ctx, tx, count.Adjustments); err != nil {
			return err
		}
		if count.Payments != nil {
			if err := db.storePayments(ctx, tx, day, stored.Number, count.Payments); err != nil {
				return err
			}
			if err := fixOwners(ctx, tx, paymentLines, day, stored.Range); err != nil {
				return err
			}
		}
		if err := fixOwners(ctx, tx, countedLines, day, stored.Range); err != nil {
			return err
		}
		_, err = tx.NamedExecContext(ctx, `
			UPDATE run_chunks
			SET
				state = :state,
				unknown_rows = :unknown_rows,
				`+statisticsColumns.Assigned()+`,
				`+lateColumns.Assigned()+`,
				checksum = :checksum,
				`+paymentColumns.Assigned()+`,
				late_payments = :late_payments,
				payments_checksum = :payments_checksum,
				first_payment = :first_payment,
				last_payment = :last_payment,
				fence = :fence,
				attempt = :attempt,
				counts = counts + 1,
				counted_at = :written_at
			WHERE kind = :kind AND starts_on = :starts_on AND version = :version AND chunk = :chunk`,
			chunkRow{
				runKey: keyOf(period),
				Chunk: Chunk{
					Number: chunk.Number, State: state, UnknownRows: count.UnknownRows, Checksum: count.Checksum,
					PaymentsChecksum: payments.Checksum, FirstPayment: first, LastPayment: last, Totals: totals,
				},
				Fence: fence, Attempt: attempt, WrittenAt: db.now(),
			})
		return err
	})
	if err != nil {
		return fmt.Errorf("store count of chunk %d of %s: %w", chunk.Number, day, err)
	}
	return nil
}

// Statistics are the day's lines in the range, by video.
func (db *DB) Statistics(ctx context.Context, day settlement.Day, videos settlement.Range) ([]StatisticsLine, error) {
	return all(func(each func(StatisticsLine) error) error {
		return db.EachStatistics(ctx, day, Lines{Creators: settlement.AllCreators, Videos: videos}, each)
	})
}

// EachStatistics hands over the day's lines as they are read, by video. Those of
// more than one creator are either everybody's or in no order.
func (db *DB) EachStatistics(ctx context.Context, day settlement.Day, lines Lines, handle func(StatisticsLine) error) error {
	from, by, args := lines.ofDay("daily_statistics", day)
	limit, most := lines.limit()
	err := server.Each(ctx, db.pool, handle, `
		SELECT `+statisticsLineColumns.Each("l.%s")+from+`
		ORDER BY `+by+`.video_id`+limit, append(args, most...)...)
	if err != nil {
		return fmt.Errorf("read statistics of %s: %w", day, err)
	}
	return nil
}
