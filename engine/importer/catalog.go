package importer

import (
	"context"
	"math"
	"slices"

	"creatorpay/db"
)

var (
	creatorColumns = []string{"creator_id", "name", "email", "locale"}
	videoColumns   = []string{"video_id", "creator_id", "title", "duration_seconds", "opening_views", "opening_ad_views"}
)

// The longest texts that the database holds, in characters.
const (
	longestName  = 200
	longestTitle = 500
)

// catalogLines is how many creators, videos or earlier payments are stored at a time.
const catalogLines = 1000

func parseCreator(line *fields) db.Creator {
	return db.Creator{
		ID:     whole[int64](line, "creator_id", 1, math.MaxInt64),
		Name:   line.text("name", longestName),
		Email:  line.email("email"),
		Locale: line.choice("locale", "ko", "en"),
	}
}

func parseVideo(line *fields) db.Video {
	return db.Video{
		ID:              whole[int64](line, "video_id", 1, math.MaxInt64),
		CreatorID:       whole[int64](line, "creator_id", 1, math.MaxInt64),
		Title:           line.text("title", longestTitle),
		DurationSeconds: whole[int64](line, "duration_seconds", 0, math.MaxUint32),
		OpeningViews:    whole[int64](line, "opening_views", 0, math.MaxInt64),
		OpeningAdViews:  whole[int64](line, "opening_ad_views", 0, math.MaxInt64),
	}
}

// storeCreators stores creators: of two lines with the same id the later one holds.
func (im *importer) storeCreators(ctx context.Context, items []item[db.Creator]) (outcome, error) {
	return storeInOrder(ctx, im, items, func(ctx context.Context, creators []db.Creator) (int64, []db.Refusal, error) {
		return 0, nil, im.db.PutCreators(ctx, creators)
	})
}

// storeVideos stores videos: of two lines with the same id the later one holds.
func (im *importer) storeVideos(ctx context.Context, items []item[db.Video]) (outcome, error) {
	return storeInOrder(ctx, im, items, func(ctx context.Context, videos []db.Video) (int64, []db.Refusal, error) {
		refused, err := im.db.PutVideos(ctx, videos)
		return 0, refused, err
	})
}

// storeInOrder stores items in the order of the file. put tells how many of them were
// there already.
func storeInOrder[T any](ctx context.Context, im *importer, items []item[T], put func(context.Context, []T) (there int64, refused []db.Refusal, err error)) (done outcome, err error) {
	for part := range slices.Chunk(items, catalogLines) {
		there, refused, err := put(ctx, values(part))
		if err != nil {
			return done, err
		}
		for _, one := range refused {
			done.rejects = append(done.rejects, part[one.Index].reject(one.Column, one.Reason))
		}
		done.stored += int64(len(part)-len(refused)) - there
		done.alreadyThere += there
		advance(im, part)
	}
	return done, nil
}

func values[T any](items []item[T]) []T {
	all := make([]T, len(items))
	for i, one := range items {
		all[i] = one.value
	}
	return all
}
