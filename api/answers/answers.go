// Package answers is what creators and operators are answered: reads of the books over several copies of them. It
// knows nothing of HTTP, nor of who is asking.
//
// A question about closed periods is answered by any copy on which they are closed. Only the primary may say that a
// period is not closed ([settlement.ErrNotClosed]) or that something is not there ([ErrNotFound]); without it such a
// question is a [copies.Unavailable].
package answers

import (
	"context"
	"errors"

	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// Copies are the primary and its replicas.
type Copies interface {
	Primary(ctx context.Context, read func(context.Context, *db.DB) error) error
}

// Books answers questions about closed periods from any copy of the books. It is safe for concurrent use.
type Books struct {
	from     Copies
	renderer *templates.Renderer
}

// New answers from the copies, and draws documents with the renderer.
func New(from Copies, renderer *templates.Renderer) *Books {
	return &Books{from: from, renderer: renderer}
}

// Sealed is an answer that never changes.
type Sealed[T any] struct {
	Value T
	// Seal names the rows that the answer rests on: a SHA-256 in hexadecimal. Equal seals, equal answers to the same
	// question. It is empty where something may still be added: such an answer must not be kept.
	Seal string
}

// Page is a part of a list that is ordered by video.
type Page struct {
	After int64 // id of the video after which the page begins; 0 for the first page
	Limit int   // how many videos at most, up to [MaxLimit]; 0 for [DefaultLimit]
}

// How many lines a page has.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// ErrNotFound says that something is not there, or is of another creator: both in the same words. The primary has
// said so.
type ErrNotFound struct {
	What string // creator, video, statement or document, with what tells it apart
}

func (e ErrNotFound) Error() string { return e.What + " not found" }

var errStub = errors.New("not written yet")

// Seal is what the answers about the period are sealed with: see [Sealed]. A closed period is asked for once, and then
// remembered: there is no database needed any more. Otherwise it fails with a [settlement.ErrNotClosed].
func (b *Books) Seal(ctx context.Context, period settlement.Period) (string, error) {
	return "", errStub
}
