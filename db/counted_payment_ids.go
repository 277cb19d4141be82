package db

import (
	"container/heap"
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

// storePaymentIDs replaces the payment ids that the chunk has counted.
func storePaymentIDs(ctx context.Context, tx *sqlx.Tx, day settlement.Day, chunk Chunk, ids []int64) error {
	if chunk.Counts > 0 {
		if _, err := tx.ExecContext(ctx, `
			DELETE FROM counted_payment_ids
			WHERE starts_on = ? AND chunk = ?`, day, chunk.Number); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(idsParts(day, chunk.Number, ids, idsPerPart), idsPartsPerStatement) {
		if _, err := tx.NamedExecContext(ctx, `
			INSERT INTO counted_payment_ids (starts_on, first_id, chunk, steps)
			VALUES (:starts_on, :first_id, :chunk, :steps)`, part); err != nil {
			return err
		}
	}
	return nil
}

// idsPartsPerStatement keeps a statement below a megabyte, also if each step takes nine
// bytes.
const idsPartsPerStatement = 12

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
		SELECT starts_on, first_id, chunk, steps
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

// idsMerge goes through the parts' ids in order, and keeps those of several parts.
type idsMerge struct {
	open    idsHeap // with their next ids
	last    int64
	several []int64
	firsts  map[int]int64 // of each chunk
}

// add takes in a part that begins no earlier than those before it.
func (m *idsMerge) add(part idsPart) error {
	if err := m.until(part.First); err != nil {
		return err
	}
	if _, found := m.firsts[part.Chunk]; !found {
		m.firsts[part.Chunk] = part.First
	}
	heap.Push(&m.open, idsCursor{part.First, part.Steps})
	return nil
}

// until passes all ids up to the given one.
func (m *idsMerge) until(id int64) error {
	for len(m.open) > 0 && m.open[0].next <= id {
		first := &m.open[0]
		if first.next == m.last && (len(m.several) == 0 || m.several[len(m.several)-1] != m.last) {
			m.several = append(m.several, m.last)
		}
		m.last = first.next
		if len(first.steps) == 0 {
			heap.Pop(&m.open)
			continue
		}
		step, size := binary.Uvarint(first.steps)
		if size <= 0 {
			return fmt.Errorf("the ids after %d cannot be read: the table counted_payment_ids was changed by hand", first.next)
		}
		first.next += int64(step)
		first.steps = first.steps[size:]
		heap.Fix(&m.open, 0)
	}
	return nil
}

// idsCursor is where in a part the merge is.
type idsCursor struct {
	next  int64
	steps []byte
}

// idsHeap has the cursor with the smallest next id first, see [heap.Interface].
type idsHeap []idsCursor

func (h idsHeap) Len() int           { return len(h) }
func (h idsHeap) Less(i, j int) bool { return h[i].next < h[j].next }
func (h idsHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push adds a cursor at the end.
func (h *idsHeap) Push(cursor any) { *h = append(*h, cursor.(idsCursor)) }

// Pop takes the last cursor off.
func (h *idsHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
