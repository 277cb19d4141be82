// Package answers is what creators and operators are answered: reads of the books over several copies of them. It
// knows nothing of HTTP, nor of who is asking.
//
// A question about closed periods is answered by any copy on which they are closed. Only the primary may say that a
// period is not closed ([settlement.ErrNotClosed]) or that something is not there ([ErrNotFound]); without it such a
// question is a [copies.Unavailable].
package answers

import (
	"context"

	"creatorpay/db"
	"creatorpay/db/copies"
	"creatorpay/engine/statement"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// Books answers questions about closed periods from any copy of the books. It is safe for concurrent use.
type Books struct {
	from     *copies.Copies
	renderer *templates.Renderer
	seals    *known[string]
	commons  *known[*statement.Common] // of weeks
	lists    *lists
	// statementVideos is of how many videos one call reads a statement's lines.
	statementVideos int
}

// New answers from the copies, and draws documents with the renderer. Lists that it has read take so many bytes of
// memory; 0 keeps none.
func New(from *copies.Copies, renderer *templates.Renderer, memory uint64) *Books {
	return &Books{
		from: from, renderer: renderer,
		seals: newKnown[string](mostSeals), commons: newKnown[*statement.Common](mostCommons), lists: newLists(memory),
		statementVideos: defaultStatementVideos,
	}
}

// Sealed is an answer that never changes.
type Sealed[T any] struct {
	Value T
	// Seal names the rows that the answer rests on: a SHA-256 in hexadecimal. Equal seals, equal answers to the same
	// question. It is empty where something may still be added: such an answer must not be kept.
	Seal string
}

// sealed answers with what read makes of the first copy that has the period closed. A period that was seen closed is
// never said not to be.
func sealed[T any](ctx context.Context, b *Books, period settlement.Period, read func(context.Context, *db.DB, db.SealedRun) (T, error)) (answer Sealed[T], err error) {
	if err := period.Validate(); err != nil {
		return answer, err
	}
	err = b.from.Closed(ctx, period, func(ctx context.Context, books *db.DB, run db.SealedRun) (err error) {
		answer.Seal = run.Seal()
		answer.Value, err = read(ctx, books, run)
		return err
	})
	if settlement.KindOf(err) == settlement.ErrNotClosed {
		if _, seen := b.seals.GetIfPresent(period); seen {
			// With semi-synchronous replication a replica can show a close before the primary does.
			err = copies.Behind(err)
		}
	}
	if err != nil {
		return Sealed[T]{}, err
	}
	b.seals.Set(period, answer.Seal)
	return answer, nil
}

// ErrNotFound says that something is not there, or is of another creator: both in the same words. The primary has
// said so.
type ErrNotFound struct {
	What string // creator, video, statement or document, with what tells it apart
}

func (e ErrNotFound) Error() string { return e.What + " not found" }

// Unwrap makes it an answer of a copy, not a failure.
func (e ErrNotFound) Unwrap() error { return settlement.ErrNotFound }

// one is a creator as a range.
func one(creator int64) settlement.Creators {
	return settlement.Creators{First: creator, Last: creator}
}
