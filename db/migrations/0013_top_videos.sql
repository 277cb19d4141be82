-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS top_videos (
  kind       VARCHAR(8)   NOT NULL,
  starts_on  DATE         NOT NULL,
  metric     VARCHAR(16)  NOT NULL, -- views or played_seconds
  video_rank INT          NOT NULL, -- 1 is the first
  video_id   BIGINT       NOT NULL,
  title      VARCHAR(500) NOT NULL, -- as it was when the period was ranked
  value      BIGINT       NOT NULL,
  PRIMARY KEY (kind, starts_on, metric, video_rank),
  UNIQUE KEY top_videos_kind_starts_on_metric_video_id_idx (kind, starts_on, metric, video_id),
  CONSTRAINT top_videos_kind_chk CHECK (kind COLLATE utf8mb4_bin IN ('daily', 'weekly', 'monthly')),
  CONSTRAINT top_videos_metric_chk CHECK (metric COLLATE utf8mb4_bin IN ('views', 'played_seconds')),
  CONSTRAINT top_videos_video_rank_chk CHECK (video_rank >= 1),
  CONSTRAINT top_videos_value_chk CHECK (value >= 0),
  CONSTRAINT top_videos_starts_on_chk CHECK ((kind <> 'weekly' OR WEEKDAY(starts_on) = 0) AND (kind <> 'monthly' OR DAYOFMONTH(starts_on) = 1))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
