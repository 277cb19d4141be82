-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS videos (
  video_id         BIGINT       NOT NULL PRIMARY KEY,
  creator_id       BIGINT       NOT NULL,
  title            VARCHAR(500) NOT NULL,
  duration_seconds INT UNSIGNED NOT NULL,
  opening_views    BIGINT       NOT NULL DEFAULT 0, -- ordinals used up in an earlier system (R6)
  opening_ad_views BIGINT       NOT NULL DEFAULT 0,
  counted_from     DATE         NULL, -- first day that counted it: from then on its creator and openings never change
  KEY videos_creator_id_idx (creator_id),
  CONSTRAINT videos_creator_id_fk FOREIGN KEY (creator_id) REFERENCES creators (creator_id),
  CONSTRAINT videos_openings_chk CHECK (LEAST(opening_views, opening_ad_views) >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
