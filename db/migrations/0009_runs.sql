-- +goose NO TRANSACTION
-- +goose Up
-- The book of runs. Its key is the last guard against settling a period twice.
CREATE TABLE IF NOT EXISTS runs (
  kind           VARCHAR(8)   NOT NULL,           -- daily, weekly or monthly
  starts_on      DATE         NOT NULL,           -- first day of the period
  version        INT          NOT NULL,
  state          VARCHAR(8)   NOT NULL,           -- running, failed or closed
  fence          BIGINT       NOT NULL,           -- grows whenever another workflow run takes over
  workflow_id    VARCHAR(255) NOT NULL,
  holder         VARCHAR(64)  NOT NULL,           -- workflow run that may write; all others are refused
  price_rule     BIGINT       NOT NULL,
  fee_rule       BIGINT       NOT NULL DEFAULT 0, -- 0 of days that began when there were no fees
  repeat_window_ms  BIGINT       NOT NULL,           -- ms
  views          BIGINT       NOT NULL DEFAULT 0, -- the totals are those of the closed period
  self_views     BIGINT       NOT NULL DEFAULT 0,
  repeat_views   BIGINT       NOT NULL DEFAULT 0,
  played_seconds BIGINT       NOT NULL DEFAULT 0,
  ad_views       BIGINT       NOT NULL DEFAULT 0,
  video_amount   BIGINT       NOT NULL DEFAULT 0, -- won
  ad_amount      BIGINT       NOT NULL DEFAULT 0, -- won
  payments       BIGINT       NOT NULL DEFAULT 0, -- settled; those of earlier days that came late are among the figures of payments
  refunds        BIGINT       NOT NULL DEFAULT 0,
  pending        BIGINT       NOT NULL DEFAULT 0,
  cancelled      BIGINT       NOT NULL DEFAULT 0,
  repeats        BIGINT       NOT NULL DEFAULT 0,
  gross          BIGINT       NOT NULL DEFAULT 0, -- won; payments less refunds
  fee            BIGINT       NOT NULL DEFAULT 0, -- won; fees less what refunds gave back
  net            BIGINT       NOT NULL DEFAULT 0, -- won
  late_payments  BIGINT       NOT NULL DEFAULT 0, -- rows of earlier days among them
  late_from      MEDIUMINT UNSIGNED NOT NULL DEFAULT 0, -- of a closed day: its rows from this epoch on came late
  payments_late_from MEDIUMINT UNSIGNED NOT NULL DEFAULT 1, -- the same of its payments: 0 while an open day settles some, 1 where it has none
  checked_from   MEDIUMINT UNSIGNED NOT NULL DEFAULT 0, -- of the last check: rows from this epoch on may have come after its count; 0 where it raised none
  checked_rows   BIGINT       NOT NULL DEFAULT 0, -- how many rows it counted
  payments_checked_from MEDIUMINT UNSIGNED NOT NULL DEFAULT 0, -- the same of payments; 0 also where the day had none
  payments_checked_rows BIGINT NOT NULL DEFAULT 0,
  checked_counts BIGINT       NOT NULL DEFAULT 0, -- how often the day's chunks had been counted, all together, when it looked at them
  late_collected_at DATETIME(3)  NULL,               -- UTC; when the late rows of both logs that the day posts were fixed
  late_rows      BIGINT       NOT NULL DEFAULT 0, -- views of earlier days that the day posts
  late_views     BIGINT       NOT NULL DEFAULT 0, -- those of them that count
  seals          JSON         NULL,               -- of a closed period: number and hash of its rows in each table
  failure        MEDIUMTEXT   NOT NULL,           -- why the last attempt failed, empty otherwise; may name every chunk
  began_at       DATETIME(3)  NOT NULL,           -- UTC; when the last attempt began
  ended_at       DATETIME(3)  NULL,               -- UTC; when it failed or closed
  PRIMARY KEY (kind, starts_on, version),
  CONSTRAINT runs_kind_chk CHECK (kind COLLATE utf8mb4_bin IN ('daily', 'weekly', 'monthly')),
  CONSTRAINT runs_state_chk CHECK (state COLLATE utf8mb4_bin IN ('running', 'failed', 'closed')),
  CONSTRAINT runs_figures_chk CHECK (LEAST(repeat_window_ms, views, self_views, repeat_views, played_seconds, ad_views, late_rows, late_views, video_amount, ad_amount, payments, refunds, pending, cancelled, repeats, late_payments) >= 0),
  CONSTRAINT runs_net_chk CHECK (gross = fee + net),
  CONSTRAINT runs_starts_on_chk CHECK ((kind <> 'weekly' OR WEEKDAY(starts_on) = 0) AND (kind <> 'monthly' OR DAYOFMONTH(starts_on) = 1))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
