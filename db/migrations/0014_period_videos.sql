-- +goose NO TRANSACTION
-- +goose Up
-- The weeks and months of videos: the sums of their closed days. A video with any row in the period has a
-- line; its ordinals are 0 where nothing counted.
CREATE TABLE IF NOT EXISTS period_videos (
  kind           VARCHAR(8)   NOT NULL, -- weekly or monthly
  starts_on      DATE         NOT NULL,
  creator_id     BIGINT       NOT NULL,
  video_id       BIGINT       NOT NULL,
  title          VARCHAR(500) NOT NULL, -- as it was when the period closed
  views          BIGINT       NOT NULL,
  self_views     BIGINT       NOT NULL,
  repeat_views   BIGINT       NOT NULL,
  played_seconds BIGINT       NOT NULL,
  ad_views       BIGINT       NOT NULL,
  late_views     BIGINT       NOT NULL DEFAULT 0, -- counted views of earlier days that the days of the period paid
  late_played_seconds BIGINT  NOT NULL DEFAULT 0,
  late_ad_views  BIGINT       NOT NULL DEFAULT 0,
  views_from     BIGINT       NOT NULL, -- where the video's first settled day of the period began
  views_to       BIGINT       NOT NULL, -- where the last one ended
  ad_views_from  BIGINT       NOT NULL,
  ad_views_to    BIGINT       NOT NULL,
  video_amount   BIGINT       NOT NULL, -- won
  ad_amount      BIGINT       NOT NULL, -- won
  PRIMARY KEY (kind, starts_on, creator_id, video_id), -- a statement's lines lie together
  KEY period_videos_video_id_idx (kind, starts_on, video_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
