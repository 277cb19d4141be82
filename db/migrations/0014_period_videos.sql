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
  payments       BIGINT       NOT NULL DEFAULT 0, -- settled; those of earlier days that came late are among the figures of payments
  refunds        BIGINT       NOT NULL DEFAULT 0,
  pending        BIGINT       NOT NULL DEFAULT 0,
  cancelled      BIGINT       NOT NULL DEFAULT 0,
  repeats        BIGINT       NOT NULL DEFAULT 0,
  gross          BIGINT       NOT NULL DEFAULT 0, -- won; payments less refunds
  fee            BIGINT       NOT NULL DEFAULT 0, -- won; fees less what refunds gave back
  net            BIGINT       NOT NULL DEFAULT 0, -- won
  PRIMARY KEY (kind, starts_on, creator_id, video_id), -- a statement's lines lie together
  KEY period_videos_kind_starts_on_video_id_idx (kind, starts_on, video_id),
  CONSTRAINT period_videos_kind_chk CHECK (kind COLLATE utf8mb4_bin IN ('weekly', 'monthly')),
  CONSTRAINT period_videos_figures_chk CHECK (LEAST(views, self_views, repeat_views, played_seconds, ad_views, late_views, late_played_seconds, late_ad_views, video_amount, ad_amount, payments, refunds, pending, cancelled, repeats) >= 0),
  CONSTRAINT period_videos_net_chk CHECK (gross = fee + net),
  CONSTRAINT period_videos_ordinals_chk CHECK (0 <= views_from AND views_from <= views_to AND 0 <= ad_views_from AND ad_views_from <= ad_views_to),
  CONSTRAINT period_videos_starts_on_chk CHECK ((kind <> 'weekly' OR WEEKDAY(starts_on) = 0) AND (kind <> 'monthly' OR DAYOFMONTH(starts_on) = 1))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
