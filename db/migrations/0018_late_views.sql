-- +goose NO TRANSACTION
-- +goose Up
-- Views that came after their day had closed, and the open day that posts them. Their key is that of the watch log.
CREATE TABLE IF NOT EXISTS late_views (
  watched_on     DATE         NOT NULL,            -- the closed day in which the play started
  video_id       BIGINT       NOT NULL,
  viewer_id      BIGINT       NOT NULL,
  watched_at     DATETIME(3)  NOT NULL,            -- UTC
  view_id        BIGINT       NOT NULL,
  played_seconds INT UNSIGNED NOT NULL,
  ad_views       INT UNSIGNED NOT NULL,
  posted_on      DATE         NOT NULL,            -- the day that pays it
  verdict        VARCHAR(8)   NOT NULL DEFAULT '', -- counted, self or repeat; empty before it is judged
  PRIMARY KEY (watched_on, video_id, viewer_id, watched_at, view_id),
  KEY late_views_posted_on_video_id_idx (posted_on, video_id),
  CONSTRAINT late_views_verdict_chk CHECK (verdict COLLATE utf8mb4_bin IN ('', 'counted', 'self', 'repeat'))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
