package db

import (
	"container/heap"
	"encoding/binary"
	"fmt"
)

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
			return fmt.Errorf("the ids after %d cannot be read, counted_payment_ids was changed by hand: delete the day's rows from it, "+
				"and its chunks are counted again", first.next)
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
