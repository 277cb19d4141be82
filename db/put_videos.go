package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Refusal says that the item at Index of a batch was not stored, and why.
type Refusal struct {
	Index  int
	Column string // whose value is refused
	Reason string
}

// PutVideos stores videos, replacing those with the same ids. A video of an
// unknown creator is refused, and so is another creator or opening for a video
// that was ever counted: every day that counted it rests on them.
func (db *DB) PutVideos(ctx context.Context, videos []Video) ([]Refusal, error) {
	if len(videos) == 0 {
		return nil, nil
	}
	var refused []Refusal
	err := db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		refused = nil
		known, err := knownCreators(ctx, tx, videos)
		if err != nil {
			return err
		}
		accepted := make([]Video, 0, len(videos))
		for _, video := range videos {
			if known[video.CreatorID] {
				accepted = append(accepted, video)
			}
		}
		stored, err := lockVideos(ctx, tx, accepted)
		if err != nil {
			return err
		}
		var changed []Video
		for i, video := range videos {
			if !known[video.CreatorID] {
				refused = append(refused, Refusal{i, "creator_id", fmt.Sprintf("creator %d is unknown: import creators first", video.CreatorID)})
				continue
			}
			there := stored[video.ID]
			if column, reason := there.refuses(video); reason != "" {
				refused = append(refused, Refusal{i, column, reason})
			} else if there.Video != video {
				changed = append(changed, video)
				there.Video = video // for a later line of the same video
			}
		}
		return insertVideos(ctx, tx, changed, `
				creator_id = VALUES(creator_id),
				title = VALUES(title),
				duration_seconds = VALUES(duration_seconds),
				opening_views = VALUES(opening_views),
				opening_ad_views = VALUES(opening_ad_views)`)
	})
	if err != nil {
		return nil, fmt.Errorf("store videos: %w", err)
	}
	return refused, nil
}

// insertVideos stores videos; onDuplicate is what becomes of those that are
// there.
func insertVideos(ctx context.Context, tx *sqlx.Tx, videos []Video, onDuplicate string) error {
	return server.Put(ctx, tx, "videos", videos, `
		ON DUPLICATE KEY UPDATE `+onDuplicate)
}

func knownCreators(ctx context.Context, tx *sqlx.Tx, videos []Video) (map[int64]bool, error) {
	wanted := make([]int64, len(videos))
	for i, video := range videos {
		wanted[i] = video.CreatorID
	}
	found, err := server.SelectByIDs[int64](ctx, tx, `
		SELECT creator_id
		FROM creators
		WHERE creator_id IN (?)`, wanted)
	if err != nil {
		return nil, fmt.Errorf("look up creators: %w", err)
	}
	known := make(map[int64]bool, len(found))
	for _, id := range found {
		known[id] = true
	}
	return known, nil
}

// storedVideo is a video as the catalogue has it.
type storedVideo struct {
	Video
	CountedFrom sql.Null[settlement.Day] `db:"counted_from"` // first day that counted it
}

// lockVideos inserts the videos that are new and returns all of them as they are
// stored then, locked: no count can take them before the transaction ends, and
// what one took before can be seen. To look first and insert then would let
// another import, and a count, in between.
func lockVideos(ctx context.Context, tx *sqlx.Tx, videos []Video) (map[int64]*storedVideo, error) {
	if len(videos) == 0 {
		return nil, nil
	}
	// All who lock videos do so by id, so that they wait for each other in turn.
	ordered := slices.SortedStableFunc(slices.Values(videos), func(a, b Video) int { return cmp.Compare(a.ID, b.ID) })
	if err := insertVideos(ctx, tx, ordered, "video_id = VALUES(video_id)"); err != nil {
		return nil, err
	}
	wanted := make([]int64, len(ordered))
	for i, video := range ordered {
		wanted[i] = video.ID
	}
	found, err := server.SelectByIDs[storedVideo](ctx, tx, `
		SELECT
			video_id,
			creator_id,
			title,
			duration_seconds,
			opening_views,
			opening_ad_views,
			counted_from
		FROM videos
		WHERE video_id IN (?)
		FOR UPDATE`, wanted)
	if err != nil {
		return nil, fmt.Errorf("lock videos: %w", err)
	}
	stored := make(map[int64]*storedVideo, len(found))
	for i := range found {
		stored[found[i].ID] = &found[i]
	}
	return stored, nil
}

// keepsCounted says why a counted video stays as it is, and what to do.
const keepsCounted = "video %d has been counted since %s with %s %d, which never changes after that: leave it as it is; a video for another creator is a new video, with an id of its own"

// refuses says which column of the video cannot replace the stored one, and why;
// the reason is empty if all can.
func (v *storedVideo) refuses(video Video) (column, reason string) {
	if !v.CountedFrom.Valid {
		return "", ""
	}
	for _, fixed := range []struct {
		column      string
		stored, new int64
	}{
		{"creator_id", v.CreatorID, video.CreatorID},
		{"opening_views", v.OpeningViews, video.OpeningViews},
		{"opening_ad_views", v.OpeningAdViews, video.OpeningAdViews},
	} {
		if fixed.stored != fixed.new {
			return fixed.column, fmt.Sprintf(keepsCounted, v.ID, v.CountedFrom.V, fixed.column, fixed.stored)
		}
	}
	return "", ""
}
