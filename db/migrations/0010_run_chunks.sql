-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS run_chunks (
  kind           VARCHAR(8)      NOT NULL,
  starts_on      DATE            NOT NULL,
  version        INT             NOT NULL,
  chunk          INT             NOT NULL,           -- 1, 2, 3 ... in key order
  video_from     BIGINT          NULL,               -- NULL: no lower end
  video_before   BIGINT          NULL,               -- NULL: no upper end
  state          VARCHAR(8)      NOT NULL,           -- planned, counted or done
  unknown_rows   BIGINT          NOT NULL DEFAULT 0, -- rows whose video is unknown: such a chunk stays planned
  views          BIGINT          NOT NULL DEFAULT 0,
  self_views     BIGINT          NOT NULL DEFAULT 0,
  repeat_views   BIGINT          NOT NULL DEFAULT 0,
  played_seconds BIGINT          NOT NULL DEFAULT 0,
  ad_views       BIGINT          NOT NULL DEFAULT 0,
  late_rows      BIGINT          NOT NULL DEFAULT 0, -- views of earlier days that are posted here
  late_views     BIGINT          NOT NULL DEFAULT 0, -- those of them that count
  checksum       BIGINT UNSIGNED NOT NULL DEFAULT 0, -- of the rows read, in any order
  video_amount   BIGINT          NOT NULL DEFAULT 0, -- won
  ad_amount      BIGINT          NOT NULL DEFAULT 0, -- won
  payments       BIGINT          NOT NULL DEFAULT 0, -- settled; those of earlier days that came late are among the figures of payments
  refunds        BIGINT          NOT NULL DEFAULT 0,
  pending        BIGINT          NOT NULL DEFAULT 0,
  cancelled      BIGINT          NOT NULL DEFAULT 0,
  repeats        BIGINT          NOT NULL DEFAULT 0,
  gross          BIGINT          NOT NULL DEFAULT 0, -- won; payments less refunds
  fee            BIGINT          NOT NULL DEFAULT 0, -- won; fees less what refunds gave back
  net            BIGINT          NOT NULL DEFAULT 0, -- won
  late_payments  BIGINT          NOT NULL DEFAULT 0, -- rows of earlier days among them
  payments_checksum BIGINT UNSIGNED NOT NULL DEFAULT 0, -- of the payments rows read, in any order
  first_payment  BIGINT          NULL,               -- smallest and largest id of those completed; NULL without any
  last_payment   BIGINT          NULL,
  fence          BIGINT          NOT NULL DEFAULT 0, -- of the run that wrote the row last
  attempt        INT             NOT NULL DEFAULT 0, -- of the activity that counted
  counts         INT             NOT NULL DEFAULT 0, -- how often the chunk was counted, or a count of it that was under way became void
  counted_at     DATETIME(3)     NULL,               -- UTC
  done_at        DATETIME(3)     NULL,               -- UTC
  PRIMARY KEY (kind, starts_on, version, chunk),
  KEY run_chunks_last_payment_idx (last_payment), -- which days may have seen a payment
  CONSTRAINT run_chunks_kind_chk CHECK (kind COLLATE utf8mb4_bin IN ('daily', 'weekly', 'monthly')),
  CONSTRAINT run_chunks_state_chk CHECK (state COLLATE utf8mb4_bin IN ('planned', 'counted', 'done')),
  CONSTRAINT run_chunks_videos_chk CHECK (video_from < video_before),
  CONSTRAINT run_chunks_figures_chk CHECK (LEAST(unknown_rows, views, self_views, repeat_views, played_seconds, ad_views, late_rows, late_views, video_amount, ad_amount, counts, payments, refunds, pending, cancelled, repeats, late_payments) >= 0),
  CONSTRAINT run_chunks_net_chk CHECK (gross = fee + net),
  CONSTRAINT run_chunks_starts_on_chk CHECK ((kind <> 'weekly' OR WEEKDAY(starts_on) = 0) AND (kind <> 'monthly' OR DAYOFMONTH(starts_on) = 1))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
