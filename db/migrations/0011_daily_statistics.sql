-- +goose NO TRANSACTION
-- +goose Up
-- A video with any row in the day has a line, even if nothing counted.
CREATE TABLE IF NOT EXISTS daily_statistics (
  starts_on      DATE   NOT NULL,
  video_id       BIGINT NOT NULL,
  creator_id     BIGINT NOT NULL,
  views          BIGINT NOT NULL,
  self_views     BIGINT NOT NULL,
  repeat_views   BIGINT NOT NULL,
  played_seconds BIGINT NOT NULL,
  ad_views       BIGINT NOT NULL,
  PRIMARY KEY (starts_on, video_id),
  CONSTRAINT daily_statistics_figures_chk CHECK (LEAST(views, self_views, repeat_views, played_seconds, ad_views) >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
