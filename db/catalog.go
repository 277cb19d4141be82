package db

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/settlement"
)

// Creator is a person who owns videos and is paid for them.
type Creator struct {
	ID     int64  `db:"creator_id"`
	Name   string `db:"name"`
	Email  string `db:"email"`
	Locale string `db:"locale"` // ko or en
}

// Video is a creator's video. Its opening ordinals were used up in an earlier
// system: its first view here is number OpeningViews + 1 (R6).
type Video struct {
	ID              int64  `db:"video_id"`
	CreatorID       int64  `db:"creator_id"`
	Title           string `db:"title"`
	DurationSeconds int64  `db:"duration_seconds"`
	OpeningViews    int64  `db:"opening_views"`
	OpeningAdViews  int64  `db:"opening_ad_views"`
}

// Refusal says that the item at Index of a batch was not stored, and why.
type Refusal struct {
	Index  int
	Reason string
}

// PutCreators stores creators, replacing those with the same ids.
func (db *DB) PutCreators(ctx context.Context, creators []Creator) error {
	if len(creators) == 0 {
		return nil
	}
	_, err := db.pool.NamedExecContext(ctx, `
		INSERT INTO creators (creator_id, name, email, locale)
		VALUES (:creator_id, :name, :email, :locale)
		ON DUPLICATE KEY UPDATE
			name = VALUES(name),
			email = VALUES(email),
			locale = VALUES(locale)`, creators)
	if err != nil {
		return fmt.Errorf("store creators: %w", err)
	}
	return nil
}

// PutVideos stores videos, replacing those with the same ids. A video of an
// unknown creator is refused, and so is another creator or opening for a video
// that has closed days: they were settled by what it had then.
func (db *DB) PutVideos(ctx context.Context, videos []Video) ([]Refusal, error) {
	if len(videos) == 0 {
		return nil, nil
	}
	var refused []Refusal
	err := db.inTx(ctx, func(tx *sqlx.Tx) error {
		known, err := knownCreators(ctx, tx, videos)
		if err != nil {
			return err
		}
		fixed, err := settledVideos(ctx, tx, videos)
		if err != nil {
			return err
		}
		refused = nil
		accepted := make([]Video, 0, len(videos))
		for i, video := range videos {
			stored, settled := fixed[video.ID]
			switch {
			case !known[video.CreatorID]:
				refused = append(refused, Refusal{i, fmt.Sprintf("creator %d is unknown: import creators first", video.CreatorID)})
			case settled && stored.CreatorID != video.CreatorID:
				refused = append(refused, Refusal{i, fmt.Sprintf("video has settled days under creator %d", stored.CreatorID)})
			case settled && (stored.OpeningViews != video.OpeningViews || stored.OpeningAdViews != video.OpeningAdViews):
				refused = append(refused, Refusal{i, fmt.Sprintf("video has settled days with openings %d and %d", stored.OpeningViews, stored.OpeningAdViews)})
			default:
				accepted = append(accepted, video)
			}
		}
		if len(accepted) == 0 {
			return nil
		}
		_, err = tx.NamedExecContext(ctx, `
			INSERT INTO videos (video_id, creator_id, title, duration_seconds, opening_views, opening_ad_views)
			VALUES (:video_id, :creator_id, :title, :duration_seconds, :opening_views, :opening_ad_views)
			ON DUPLICATE KEY UPDATE
				creator_id = VALUES(creator_id),
				title = VALUES(title),
				duration_seconds = VALUES(duration_seconds),
				opening_views = VALUES(opening_views),
				opening_ad_views = VALUES(opening_ad_views)`, accepted)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store videos: %w", err)
	}
	return refused, nil
}

func knownCreators(ctx context.Context, tx *sqlx.Tx, videos []Video) (map[int64]bool, error) {
	wanted := make([]int64, len(videos))
	for i, video := range videos {
		wanted[i] = video.CreatorID
	}
	var found []int64
	query, args, err := sqlx.In(`
		SELECT creator_id
		FROM creators
		WHERE creator_id IN (?)`, wanted)
	if err != nil {
		return nil, err
	}
	if err := tx.SelectContext(ctx, &found, query, args...); err != nil {
		return nil, fmt.Errorf("look up creators: %w", err)
	}
	known := make(map[int64]bool, len(found))
	for _, id := range found {
		known[id] = true
	}
	return known, nil
}

// settledVideos are those of the videos that have results of some day, as they
// are stored now.
func settledVideos(ctx context.Context, tx *sqlx.Tx, videos []Video) (map[int64]Video, error) {
	wanted := make([]int64, len(videos))
	for i, video := range videos {
		wanted[i] = video.ID
	}
	query, args, err := sqlx.In(`
		SELECT
			v.video_id,
			v.creator_id,
			v.title,
			v.duration_seconds,
			v.opening_views,
			v.opening_ad_views
		FROM videos v
		WHERE v.video_id IN (?)
			AND EXISTS (SELECT 1 FROM daily_settlements s WHERE s.video_id = v.video_id)`, wanted)
	if err != nil {
		return nil, err
	}
	var found []Video
	if err := tx.SelectContext(ctx, &found, query, args...); err != nil {
		return nil, fmt.Errorf("look up settled videos: %w", err)
	}
	settled := make(map[int64]Video, len(found))
	for _, video := range found {
		settled[video.ID] = video
	}
	return settled, nil
}

// Owner is a video's creator, to tell self views from others (R2).
type Owner struct {
	VideoID   int64 `db:"video_id"`
	CreatorID int64 `db:"creator_id"`
}

// Owners are the known videos of the range with their creators, by video id.
func (db *DB) Owners(ctx context.Context, videos settlement.Range) ([]Owner, error) {
	where, args := rangeCondition("video_id", videos)
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

// rangeCondition is the SQL condition that column lies in the range.
func rangeCondition(column string, videos settlement.Range) (string, []any) {
	condition, args := "TRUE", []any(nil)
	if videos.From != nil {
		condition += " AND " + column + " >= ?"
		args = append(args, *videos.From)
	}
	if videos.Before != nil {
		condition += " AND " + column + " < ?"
		args = append(args, *videos.Before)
	}
	return condition, args
}

// Email is the creator's mail address.
func (db *DB) Email(ctx context.Context, creator int64) (email string, err error) {
	err = db.pool.GetContext(ctx, &email, `
		SELECT email
		FROM creators
		WHERE creator_id = ?`, creator)
	if err != nil {
		return "", fmt.Errorf("read the address of creator %d: %w", creator, err)
	}
	return email, nil
}
