-- +goose NO TRANSACTION
-- +goose Up
-- What late views changed: per video, the figures of one closed day that were posted on a later one. The ordinals
-- are (from, to], within those of the settlement line of the day that posts them.
CREATE TABLE IF NOT EXISTS adjustments (
  posted_on      DATE   NOT NULL, -- the day whose settlement pays them
  video_id       BIGINT NOT NULL,
  watched_on     DATE   NOT NULL, -- the closed day that they belong to
  creator_id     BIGINT NOT NULL,
  views          BIGINT NOT NULL,
  self_views     BIGINT NOT NULL,
  repeat_views   BIGINT NOT NULL,
  played_seconds BIGINT NOT NULL,
  ad_views       BIGINT NOT NULL,
  views_from     BIGINT NOT NULL DEFAULT 0,
  views_to       BIGINT NOT NULL DEFAULT 0,
  ad_views_from  BIGINT NOT NULL DEFAULT 0,
  ad_views_to    BIGINT NOT NULL DEFAULT 0,
  video_amount   BIGINT NOT NULL DEFAULT 0, -- won; part of the amount of the settlement line
  ad_amount      BIGINT NOT NULL DEFAULT 0, -- won
  PRIMARY KEY (posted_on, video_id, watched_on),
  KEY adjustments_watched_on_video_id_idx (watched_on, video_id),
  KEY adjustments_posted_on_creator_id_idx (posted_on, creator_id), -- a statement's lines
  CONSTRAINT adjustments_figures_chk CHECK (LEAST(views, self_views, repeat_views, played_seconds, ad_views, video_amount, ad_amount) >= 0),
  CONSTRAINT adjustments_ordinals_chk CHECK (0 <= views_from AND views_from <= views_to AND 0 <= ad_views_from AND ad_views_from <= ad_views_to)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
