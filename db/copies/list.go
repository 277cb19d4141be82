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
//
// A caller that keeps lists is asked first whether it has the one of the extent
// that the primary tells; if kept says so, nothing is read. It may be nil.
func (c *Copies) List(ctx context.Context, kind settlement.Kind, kept func(db.Extent) bool, read func(ctx context.Context, books *db.DB) error) (Through, error) {
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
	if kept != nil && kept(known) {
		return Through{Extent: known, Current: true}, nil
	}
	through := Through{Current: true}
	err = ask(ctx, append(c.inTurn(), c.primary), func(ctx context.Context, of *guarded) (err error) {
		through.Extent = known
		if !of.primary() {
			if through.Extent, err = c.asked.extent(ctx, of.books, kind); err != nil {
				return err
			}
			if through.Closed < known.Closed {
				return settlement.Errorf(settlement.ErrNotClosed, settlement.Period{Kind: kind}, "%d of %d %s periods are closed", through.Closed, known.Closed, kind)
			}
		}
		return read(ctx, of.books)
	})
	return through, err
}

// listWithoutPrimary goes on where the primary is unavailable.
func (c *Copies) listWithoutPrimary(ctx context.Context, kind settlement.Kind, read func(context.Context, *db.DB) error, unavailable *Unavailable) (Through, error) {
	type candidate struct {
		replica *guarded
		extent  db.Extent
	}
	var candidates []candidate
	for _, replica := range c.inTurn() {
		var extent db.Extent
		final, err := unavailable.ask(ctx, replica, func(ctx context.Context, of *guarded) (err error) {
			extent, err = c.asked.extent(ctx, of.books, kind)
			return err
		})
		if final && err != nil {
			return Through{}, err
		}
		if final {
			candidates = append(candidates, candidate{replica, extent})
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.extent.Closed, a.extent.Closed) })
	for _, best := range candidates {
		if final, err := unavailable.ask(ctx, best.replica, func(ctx context.Context, of *guarded) error {
			return read(ctx, of.books)
		}); final {
			return Through{Extent: best.extent}, err
		}
	}
	return Through{}, unavailable
}
