package answers

import (
	"context"
	"errors"
	"fmt"

	"creatorpay/db"
	"creatorpay/db/copies"
	"creatorpay/settlement"
)

// Locale answers with the creator's language in the catalogue: ko or en. It may change at any time, so it is part of no
// sealed answer.
func (b *Books) Locale(ctx context.Context, creator int64) (string, error) {
	return catalogued(ctx, b, func(ctx context.Context, books *db.DB) (string, error) {
		known, err := requireCreator(ctx, books, creator)
		return known.Locale, err
	})
}

// Title answers with the title that the creator's video has in the catalogue now.
func (b *Books) Title(ctx context.Context, creator, video int64) (string, error) {
	return catalogued(ctx, b, func(ctx context.Context, books *db.DB) (string, error) {
		known, err := requireVideo(ctx, books, creator, video)
		return known.Title, err
	})
}

// catalogued reads the catalogue of the primary: that is one small question, and not more than to ask it how much it
// knows. Without the primary it is that of the copy that knows most closed days: what they rest on is in it.
func catalogued[T any](ctx context.Context, b *Books, read func(context.Context, *db.DB) (T, error)) (found T, err error) {
	question := func(ctx context.Context, books *db.DB) (err error) {
		found, err = read(ctx, books)
		return err
	}
	err = b.from.Primary(ctx, question)
	var unavailable *copies.Unavailable
	if errors.As(err, &unavailable) {
		_, err = b.from.List(ctx, settlement.Daily, nil, question)
	}
	return found, err
}

func videoNotFound(video int64) error { return ErrNotFound{What: fmt.Sprintf("video %d", video)} }

// requireCreator fails with an [ErrNotFound] where the copy does not know the creator.
func requireCreator(ctx context.Context, books *db.DB, creator int64) (db.Creator, error) {
	known, found, err := books.Creator(ctx, creator)
	if err == nil && !found {
		err = ErrNotFound{What: fmt.Sprintf("creator %d", creator)}
	}
	return known, err
}

// requireVideo fails with an [ErrNotFound] where the copy does not know the video as the creator's.
func requireVideo(ctx context.Context, books *db.DB, creator, video int64) (db.Video, error) {
	known, found, err := books.Video(ctx, video)
	if err == nil && (!found || known.CreatorID != creator) {
		err = videoNotFound(video)
	}
	return known, err
}
