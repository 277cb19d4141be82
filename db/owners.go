package db

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Owner is a video's creator, to tell self views from others (R2).
type Owner struct {
	VideoID   int64 `db:"video_id"`
	CreatorID int64 `db:"creator_id"`
}

// Owners are the known videos of the range with their creators, by video id.
func (db *DB) Owners(ctx context.Context, videos settlement.Range) ([]Owner, error) {
	where, args := server.Between("video_id", videos)
	var owners []Owner
	err := db.pool.SelectContext(ctx, &owners, `
		SELECT
			video_id,
			creator_id
		FROM videos
		WHERE `+where+`
		ORDER BY video_id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read owners of %s: %w", videos, err)
	}
	return owners, nil
}

// ownerChanged says that a video was counted for another creator than the
// catalogue has, 0 if the video is not there. Where it was imported while it was
// being counted, counting again fixes it.
func ownerChanged(video, countedAs, creator int64) error {
	if creator == 0 {
		return settlement.Errorf(settlement.ErrOwnerChanged, settlement.Period{},
			"video %d was counted for creator %d and is not in the catalogue any more: import it again, with that creator", video, countedAs)
	}
	return settlement.Errorf(settlement.ErrOwnerChanged, settlement.Period{},
		"video %d was counted for creator %d, but the catalogue has creator %d now", video, countedAs, creator)
}

// linesOf is a table with lines of videos, and its column with the day that counted
// them.
type linesOf struct{ table, day string }

// The tables that say for which creators a day has counted.
var (
	countedLines = []linesOf{{"daily_statistics", "starts_on"}, {"adjustments", "posted_on"}}
	paymentLines = []linesOf{{"daily_payments", "starts_on"}} // those of late rows among them
)

// fixOwners keeps the creators and the openings of the videos that the day has
// counted in the range of the tables from changing ever again: it marks those that no day
// counted before. An import that changes one of them either waits for this
// transaction and finds the mark, or came first: then a line that has the former
// creator is found here, and fails with an [settlement.ErrOwnerChanged].
func fixOwners(ctx context.Context, tx *sqlx.Tx, tables []linesOf, day settlement.Day, videos settlement.Range) error {
	for _, of := range tables {
		where, ends := server.Between("l.video_id", videos)
		var open []Owner // of the lines that a marked video does not bear out: few but on the first days
		if err := tx.SelectContext(ctx, &open, `
			SELECT
				l.video_id,
				l.creator_id
			FROM `+of.table+` l
			LEFT JOIN videos v ON v.video_id = l.video_id
			WHERE l.`+of.day+` = ? AND `+where+` AND (v.counted_from IS NULL OR v.creator_id <> l.creator_id)
			ORDER BY l.video_id`, append([]any{day}, ends...)...); err != nil {
			return fmt.Errorf("compare with owners: %w", err)
		}
		if err := markCounted(ctx, tx, day, open); err != nil {
			return err
		}
	}
	return nil
}

// markCounted marks videos and makes sure that the catalogue has the owners that they
// were counted for.
func markCounted(ctx context.Context, tx *sqlx.Tx, day settlement.Day, counted []Owner) error {
	ids := make([]int64, len(counted))
	for i, video := range counted {
		ids[i] = video.VideoID
	}
	if err := server.ExecByIDs(ctx, tx, `
		UPDATE videos
		SET counted_from = ?
		WHERE counted_from IS NULL AND video_id IN (?)`, ids, day); err != nil {
		return fmt.Errorf("mark counted videos: %w", err)
	}
	fixed, err := server.SelectByIDs[Owner](ctx, tx, `
		SELECT
			video_id,
			creator_id
		FROM videos
		WHERE video_id IN (?)`, ids)
	if err != nil {
		return fmt.Errorf("compare with owners: %w", err)
	}
	creators := make(map[int64]int64, len(fixed))
	for _, video := range fixed {
		creators[video.VideoID] = video.CreatorID
	}
	for _, video := range counted {
		if creator := creators[video.VideoID]; creator != video.CreatorID {
			return ownerChanged(video.VideoID, video.CreatorID, creator)
		}
	}
	return nil
}
