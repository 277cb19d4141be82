package answers

import (
	"context"

	"github.com/maypok86/otter/v2"

	"creatorpay/db"
	"creatorpay/db/copies"
	"creatorpay/settlement"
)

// lineBytes is about what a line of a list takes.
const lineBytes = 256

// lists are those that were read, as they are until another period closes.
type lists = otter.Cache[listKey, any]

// listKey names a list among those of which so many periods of the kind were closed.
type listKey struct {
	kind     settlement.Kind
	closed   int64
	question string
}

// list is a list that grows with the periods that close.
type list interface{ lines() int }

func newLists(memory uint64) *lists {
	return otter.Must(&otter.Options[listKey, any]{
		MaximumWeight: max(1, memory), // 0 would be no limit; no list weighs as little as 1
		Weigher:       func(_ listKey, of any) uint32 { return lineBytes * uint32(1+of.(list).lines()) },
	})
}

// listed is the list that read makes of a copy, and how far it goes. It is read once for as long as no further period
// of the kind closes: the rows of those that have closed never change.
func listed[T list](ctx context.Context, b *Books, kind settlement.Kind, question string, read func(context.Context, *db.DB) (T, error)) (found T, through copies.Through, err error) {
	has := false
	through, err = b.from.List(ctx, kind, func(now db.Extent) bool {
		var kept any
		if kept, has = b.lists.GetIfPresent(listKey{kind, now.Closed, question}); has {
			found = kept.(T)
		}
		return has
	}, func(ctx context.Context, books *db.DB) (err error) {
		found, err = read(ctx, books)
		return err
	})
	if err == nil && !has && through.Current {
		b.lists.Set(listKey{kind, through.Closed, question}, found)
	}
	return found, through, err
}
