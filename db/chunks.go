package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Chunk is a contiguous range of one period's videos: the work of one activity.
type Chunk struct {
	Number      int                   `db:"chunk"` // 1, 2, 3 ... in key order
	State       settlement.ChunkState `db:"state"`
	UnknownRows int64                 `db:"unknown_rows"`
	Checksum    uint64                `db:"checksum"` // of the rows read, in any order
	Counts      int                   `db:"counts"`   // how often it was counted, or a count of it that was under way became void

	PaymentsChecksum uint64 `db:"payments_checksum"` // of the payments rows read, in any order
	FirstPayment     *int64 `db:"first_payment"`     // smallest and largest id of the completed ones; nil without any
	LastPayment      *int64 `db:"last_payment"`
	settlement.Range
	settlement.Totals
}

var chunkColumns = server.ColumnsOf(Chunk{})

// chunkRow is what is written of a chunk.
type chunkRow struct {
	runKey
	Chunk
	Fence     int64     `db:"fence"`
	Attempt   int32     `db:"attempt"`
	WrittenAt time.Time `db:"written_at"`
}

// Chunks is the stored plan of the period with what has been done of it, in
// key order. It is empty before [DB.StorePlan].
func (db *DB) Chunks(ctx context.Context, period settlement.Period) ([]Chunk, error) {
	return chunks(ctx, db.pool, period)
}

func chunks(ctx context.Context, from sqlx.QueryerContext, period settlement.Period) (found []Chunk, err error) {
	err = sqlx.SelectContext(ctx, from, &found, `
		SELECT `+chunkColumns.List()+`
		FROM run_chunks
		WHERE kind = ? AND starts_on = ? AND version = ?
		ORDER BY chunk`, period.Kind, period.Start, runVersion)
	if err != nil {
		return nil, fmt.Errorf("read chunks of %s: %w", period, err)
	}
	return found, nil
}

// RangesOf are ranges with the borders of the chunks that together have every video
// once, also those that a gap between two chunks would leave out.
func RangesOf(chunks []Chunk) []settlement.Range {
	var borders []int64
	for _, chunk := range chunks {
		if chunk.From != nil {
			borders = append(borders, *chunk.From)
		}
	}
	slices.Sort(borders)
	return settlement.Split(slices.Compact(borders))
}

// Chunk is one chunk of the stored plan. Without it it fails with a [settlement.ErrLostRun].
func (db *DB) Chunk(ctx context.Context, period settlement.Period, number int) (Chunk, error) {
	return findChunk(ctx, db.pool, period, number, "")
}

func findChunk(ctx context.Context, from sqlx.QueryerContext, period settlement.Period, number int, lock string) (chunk Chunk, err error) {
	err = sqlx.GetContext(ctx, from, &chunk, `
		SELECT `+chunkColumns.List()+`
		FROM run_chunks
		WHERE kind = ? AND starts_on = ? AND version = ? AND chunk = ?
		`+lock, period.Kind, period.Start, runVersion, number)
	if errors.Is(err, sql.ErrNoRows) {
		return Chunk{}, lostPlan(period)
	}
	if err != nil {
		return Chunk{}, fmt.Errorf("read chunk %d of %s: %w", number, period, err)
	}
	return chunk, nil
}

// ChunkOf is the chunk of the stored plan that has the video.
func (db *DB) ChunkOf(ctx context.Context, period settlement.Period, video int64) (chunk Chunk, err error) {
	err = db.pool.GetContext(ctx, &chunk, `
		SELECT `+chunkColumns.List()+`
		FROM run_chunks
		WHERE kind = ? AND starts_on = ? AND version = ?
			AND (video_from IS NULL OR video_from <= ?) AND (video_before IS NULL OR video_before > ?)`,
		period.Kind, period.Start, runVersion, video, video)
	if err != nil {
		return Chunk{}, fmt.Errorf("find chunk of video %d on %s: %w", video, period, err)
	}
	return chunk, nil
}

// StorePlan keeps the ranges as the period's chunks. A plan that is there
// already stays: a period is planned once, so that a reset or a second run
// works on the same chunks.
func (db *DB) StorePlan(ctx context.Context, period settlement.Period, holder Holder, ranges []settlement.Range) error {
	rows := make([]chunkRow, len(ranges))
	for i, videos := range ranges {
		rows[i] = chunkRow{runKey: keyOf(period), Chunk: Chunk{Number: i + 1, State: settlement.ChunkPlanned, Range: videos}}
	}
	err := db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		// Alone: two attempts of one plan must not both find none.
		if _, err := lockRun(ctx, tx, period, holder, "FOR UPDATE"); err != nil {
			return err
		}
		stored, err := chunks(ctx, tx, period)
		if err != nil || len(stored) > 0 {
			return err
		}
		_, err = tx.NamedExecContext(ctx, `
			INSERT INTO run_chunks (kind, starts_on, version, chunk, video_from, video_before, state)
			VALUES (:kind, :starts_on, :version, :chunk, :video_from, :video_before, :state)`, rows)
		return err
	})
	if err != nil {
		return fmt.Errorf("store plan of %s: %w", period, err)
	}
	return nil
}

// settleChunk does the last work on a chunk, which sets its totals, and marks it
// as settled, in one transaction. A settled chunk is left alone.
func (db *DB) settleChunk(ctx context.Context, period settlement.Period, holder Holder, number int, work func(*sqlx.Tx, *Chunk) error) (chunk Chunk, err error) {
	err = db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		fence, err := guard(ctx, tx, period, holder)
		if err != nil {
			return err
		}
		chunk, err = findChunk(ctx, tx, period, number, "FOR UPDATE")
		if err != nil || chunk.State == settlement.ChunkDone {
			return err
		}
		if err := work(tx, &chunk); err != nil {
			return err
		}
		chunk.State = settlement.ChunkDone
		_, err = tx.NamedExecContext(ctx, `
			UPDATE run_chunks
			SET
				state = :state,
				`+totalsColumns.Assigned()+`,
				fence = :fence,
				done_at = :written_at
			WHERE kind = :kind AND starts_on = :starts_on AND version = :version AND chunk = :chunk`,
			chunkRow{runKey: keyOf(period), Chunk: chunk, Fence: fence, WrittenAt: db.now()})
		return err
	})
	if err != nil {
		return Chunk{}, fmt.Errorf("settle chunk %d of %s: %w", number, period, err)
	}
	return chunk, nil
}

// OwnRows is how many of the day's own rows of the watch log were counted.
func (c Chunk) OwnRows() int64 { return c.Statistics.Rows() + c.UnknownRows }

// RowsRead is how many of the day's own rows of both logs were counted.
func (c Chunk) RowsRead() int64 { return c.OwnRows() + c.OwnPayments() }
