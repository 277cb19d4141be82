-- +goose NO TRANSACTION
-- +goose Up
-- Clustered by what the daily job reads: one range scan gives a day's plays by
-- video and viewer in the order in which they started. The partitions are made
-- by the application; p0 only gives the table its first border.
--
-- The epoch tells rows that came after a day closed from those that were there: each close raises its default, and so does
-- the check before it, so a row carries the number of the last one before it. It is invisible, because whoever writes to the log does
-- not set it; to TiDB, which has no invisible columns, the word is the rest of a line behind --. Its index finds the late
-- rows of a closed day without reading the others.
CREATE TABLE IF NOT EXISTS watch_log (
  watched_on     DATE         NOT NULL, -- business day in which the play started
  video_id       BIGINT       NOT NULL,
  viewer_id      BIGINT       NOT NULL, -- 0 is anonymous
  watched_at     DATETIME(3)  NOT NULL, -- UTC; the platform cuts it to milliseconds, MySQL would round it
  view_id        BIGINT       NOT NULL,
  played_seconds INT UNSIGNED NOT NULL,
  ad_views       INT UNSIGNED NOT NULL,
  epoch     MEDIUMINT UNSIGNED NOT NULL DEFAULT 1 /*T! -- */ INVISIBLE
  /*T! */,
  PRIMARY KEY (watched_on, video_id, viewer_id, watched_at, view_id),
  KEY watch_log_epoch_idx (epoch)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
PARTITION BY RANGE COLUMNS (watched_on) (
  PARTITION p0 VALUES LESS THAN ('1970-01-01')
);
