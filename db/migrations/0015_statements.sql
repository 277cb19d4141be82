-- +goose NO TRANSACTION
-- +goose Up
-- What each creator earned in a week or month. The name and the language are kept as they were when the period closed;
-- the mail goes to the address that the catalogue has when it is sent.
CREATE TABLE IF NOT EXISTS statements (
  kind           VARCHAR(8)   NOT NULL,
  starts_on      DATE         NOT NULL,
  version        INT          NOT NULL,
  creator_id     BIGINT       NOT NULL,
  name           VARCHAR(200) NOT NULL,
  locale         CHAR(2)      NOT NULL,
  views          BIGINT       NOT NULL,
  self_views     BIGINT       NOT NULL,
  repeat_views   BIGINT       NOT NULL,
  played_seconds BIGINT       NOT NULL,
  ad_views       BIGINT       NOT NULL,
  late_views     BIGINT       NOT NULL DEFAULT 0, -- counted views of earlier days that the days of the period paid
  late_played_seconds BIGINT  NOT NULL DEFAULT 0,
  late_ad_views  BIGINT       NOT NULL DEFAULT 0,
  video_amount   BIGINT       NOT NULL,                       -- won
  ad_amount      BIGINT       NOT NULL,                       -- won
  payments       BIGINT       NOT NULL DEFAULT 0, -- settled; those of earlier days that came late are among the figures of payments
  refunds        BIGINT       NOT NULL DEFAULT 0,
  pending        BIGINT       NOT NULL DEFAULT 0,
  cancelled      BIGINT       NOT NULL DEFAULT 0,
  repeats        BIGINT       NOT NULL DEFAULT 0,
  gross          BIGINT       NOT NULL DEFAULT 0, -- won; payments less refunds
  fee            BIGINT       NOT NULL DEFAULT 0, -- won; fees less what refunds gave back
  net            BIGINT       NOT NULL DEFAULT 0, -- won
  negative       BOOLEAN      GENERATED ALWAYS AS (CAST(video_amount AS DECIMAL(20)) + ad_amount + net < 0) STORED /*T! -- */ INVISIBLE -- more was refunded than earned; decimals do not overflow
  /*T! */,
  contact        VARCHAR(320) NOT NULL DEFAULT '',            -- mail address for questions; this and the hashes are empty before the documents are first drawn
  payout_sha256  CHAR(64)     NOT NULL DEFAULT '',            -- of the documents, in hexadecimal
  top5_sha256    CHAR(64)     NOT NULL DEFAULT '',
  PRIMARY KEY (kind, starts_on, version, creator_id),
  KEY statements_kind_version_negative_creator_id_idx (kind, version, negative, creator_id), -- few are negative
  CONSTRAINT statements_kind_chk CHECK (kind COLLATE utf8mb4_bin IN ('weekly', 'monthly')),
  CONSTRAINT statements_locale_chk CHECK (locale COLLATE utf8mb4_bin IN ('ko', 'en')),
  CONSTRAINT statements_figures_chk CHECK (LEAST(views, self_views, repeat_views, played_seconds, ad_views, late_views, late_played_seconds, late_ad_views, video_amount, ad_amount, payments, refunds, pending, cancelled, repeats) >= 0),
  CONSTRAINT statements_net_chk CHECK (gross = fee + net),
  CONSTRAINT statements_starts_on_chk CHECK ((kind <> 'weekly' OR WEEKDAY(starts_on) = 0) AND (kind <> 'monthly' OR DAYOFMONTH(starts_on) = 1))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
