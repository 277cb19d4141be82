package copies

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

// Through is how far a list goes.
type Through struct {
	db.Extent      // of the copy that the list was read from
	Current   bool // it has all that was closed on the primary when the list was asked for; false if the primary did not say
}

// List lets read list periods of the kind that are closed, or what belongs to
// them. The primary is asked how many they are, and the rows are read on the first
// copy that has as many: the replicas in turn, then the primary. Without the
// primary they are read on the replica that has most of them, and the list is
// not current. Errors, and what read has to heed, are as with [Copies.Closed].
func (c *Copies) List(ctx context.Context, kind settlement.Kind, read func(ctx context.Context, books *db.DB) error) (Through, error) {
	var known db.Extent
	err := c.Primary(ctx, func(ctx context.Context, books *db.DB) (err error) {
		known, err = c.asked.extent(ctx, books, kind)
		return err
	})
	var unavailable *Unavailable
	if errors.As(err, &unavailable) {
		return c.listWithoutPrimary(ctx, kind, read, unavailable)
	}
	if err != nil {
		return Through{}, err
	}
	through := Through{Current: true}
	err = ask(ctx, append(c.inTurn(), c.primary), func(ctx context.Context, g *guarded) (err error) {
		if through.Extent = known; g != c.primary {
			if through.Extent, err = c.asked.extent(ctx, g.books, kind); err != nil {
				return err
			}
		}
		if through.Closed < known.Closed {
			return settlement.Errorf(settlement.ErrNotClosed, settlement.Period{Kind: kind}, "%d of %d %s periods are closed", through.Closed, known.Closed, kind)
		}
		return read(ctx, g.books)
	})
	return through, err
}

func (c *Copies) listWithoutPrimary(ctx context.Context, kind settlement.Kind, read func(context.Context, *db.DB) error, unavailable *Unavailable) (Through, error) {
	type candidate struct {
		*guarded
		db.Extent
	}
	var candidates []candidate
	for _, replica := range c.inTurn() {
		found := candidate{guarded: replica}
		err := ask(ctx, []*guarded{replica}, func(ctx context.Context, g *guarded) (err error) {
			found.Extent, err = c.asked.extent(ctx, g.books, kind)
			return err
		})
		if err == nil {
			candidates = append(candidates, found)
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.Closed, a.Closed) })
	for _, found := range candidates {
		err := ask(ctx, []*guarded{found.guarded}, func(ctx context.Context, g *guarded) error { return read(ctx, g.books) })
		if err == nil {
			return Through{Extent: found.Extent}, nil
		}
	}
	return Through{}, unavailable
}
