package db

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// idsPerPart bounds the memory that the check takes for each chunk. Steps take nine bytes
// at most: a part fits the column.
const idsPerPart = 7000

// idsPart is a part of the payment ids that a chunk has counted.
type idsPart struct {
	Day   settlement.Day `db:"starts_on"`
	First int64          `db:"first_id"`
	Chunk int            `db:"chunk"`
	Steps []byte         `db:"steps"`
}

var idsPartColumns = server.ColumnsOf(idsPart{})

// idsParts are the ids, which are in order and each there once, so many a part.
func idsParts(day settlement.Day, chunk int, ids []int64, perPart int) (parts []idsPart) {
	for ids := range slices.Chunk(ids, perPart) {
		part := idsPart{Day: day, First: ids[0], Chunk: chunk, Steps: make([]byte, 0, len(ids))}
		for i, id := range ids[1:] {
			part.Steps = binary.AppendUvarint(part.Steps, uint64(id-ids[i]))
		}
		parts = append(parts, part)
	}
	return parts
}

// idsPartsPerStatement keeps a statement below a megabyte, also if each step takes nine
// bytes.
const idsPartsPerStatement = 12

// storePaymentIDs stores the payment ids that the chunk has counted.
func storePaymentIDs(ctx context.Context, tx *sqlx.Tx, day settlement.Day, chunk int, ids []int64) error {
	for parts := range slices.Chunk(idsParts(day, chunk, ids, idsPerPart), idsPartsPerStatement) {
		if err := server.Insert(ctx, tx, "counted_payment_ids", parts); err != nil {
			return err
		}
	}
	return nil
}

// deletePaymentIDs deletes those of a chunk that is counted again.
func deletePaymentIDs(ctx context.Context, tx *sqlx.Tx, day settlement.Day, chunk int) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM counted_payment_ids
		WHERE starts_on = ? AND chunk = ?`, day, chunk)
	return err
}

// dropPaymentIDs deletes what the check of a day needed.
func dropPaymentIDs(ctx context.Context, tx *sqlx.Tx, day settlement.Day) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM counted_payment_ids
		WHERE starts_on = ?`, day)
	return err
}

// inSeveralChunks are the payment ids that several of the day's chunks have counted,
// in order, and the first that each chunk has, by its number. Memory grows with the
// chunks and with what is found.
func (db *DB) inSeveralChunks(ctx context.Context, day settlement.Day) (several []int64, firsts map[int]int64, err error) {
	merge := idsMerge{firsts: map[int]int64{}}
	err = server.Each(ctx, db.pool, merge.add, `
		SELECT `+idsPartColumns.List()+`
		FROM counted_payment_ids
		WHERE starts_on = ?
		ORDER BY first_id, chunk`, day)
	if err == nil {
		err = merge.until(math.MaxInt64)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("look for payments of %s in several chunks: %w", day, err)
	}
	return merge.several, merge.firsts, nil
}
