package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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

// Emails are the mail addresses of the creators with ids from first to last, both
// included, that the catalogue has.
func (db *DB) Emails(ctx context.Context, first, last int64) (map[int64]string, error) {
	var creators []Creator
	if err := db.pool.SelectContext(ctx, &creators, `
		SELECT creator_id, email
		FROM creators
		WHERE creator_id BETWEEN ? AND ?`, first, last); err != nil {
		return nil, fmt.Errorf("read the addresses of creators %d to %d: %w", first, last, err)
	}
	emails := make(map[int64]string, len(creators))
	for _, creator := range creators {
		emails[creator.ID] = creator.Email
	}
	return emails, nil
}

// Creator is what the catalogue says of a creator, if it has one with the id.
func (db *DB) Creator(ctx context.Context, id int64) (creator Creator, found bool, err error) {
	err = db.pool.GetContext(ctx, &creator, `
		SELECT
			creator_id,
			name,
			email,
			locale
		FROM creators
		WHERE creator_id = ?`, id)
	return inCatalog(creator, "creator", id, err)
}

// Video is what the catalogue says of a video, if it has one with the id.
func (db *DB) Video(ctx context.Context, id int64) (video Video, found bool, err error) {
	err = db.pool.GetContext(ctx, &video, `
		SELECT
			video_id,
			creator_id,
			title,
			duration_seconds,
			opening_views,
			opening_ad_views
		FROM videos
		WHERE video_id = ?`, id)
	return inCatalog(video, "video", id, err)
}

// inCatalog tells whether the catalogue has what was read, by the error.
func inCatalog[T any](entry T, what string, id int64, err error) (T, bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return entry, false, nil
	}
	if err != nil {
		return entry, false, fmt.Errorf("read %s %d: %w", what, id, err)
	}
	return entry, true, nil
}
