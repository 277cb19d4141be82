-- +goose NO TRANSACTION
-- +goose Up
-- A video of which something counted that day has a line. The ordinals are
-- (from, to]: the next settled day of the video begins at "to" (R7).
CREATE TABLE IF NOT EXISTS daily_settlements (
  starts_on     DATE   NOT NULL,
  video_id      BIGINT NOT NULL,
  creator_id    BIGINT NOT NULL,
  views_from    BIGINT NOT NULL,
  views_to      BIGINT NOT NULL,
  ad_views_from BIGINT NOT NULL,
  ad_views_to   BIGINT NOT NULL,
  video_amount  BIGINT NOT NULL, -- won
  ad_amount     BIGINT NOT NULL, -- won
  PRIMARY KEY (starts_on, video_id),
  KEY daily_settlements_video_id_starts_on_idx (video_id, starts_on), -- finds where a video's last settled day ended
  CONSTRAINT daily_settlements_ordinals_chk CHECK (0 <= views_from AND views_from <= views_to AND 0 <= ad_views_from AND ad_views_from <= ad_views_to),
  CONSTRAINT daily_settlements_amounts_chk CHECK (LEAST(video_amount, ad_amount) >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
