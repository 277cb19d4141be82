-- +goose NO TRANSACTION
-- +goose Up
-- What must be known of payments that the log does not have: a refund gives them back, and a further row of one is a
-- repeat. They are those of days that were dropped from the log, whose late ones stand in late_payments for ever, and
-- those from before the first day that was settled here, which an earlier system settled.
CREATE TABLE IF NOT EXISTS kept_payments (
  payment_id BIGINT      NOT NULL PRIMARY KEY,
  video_id   BIGINT      NOT NULL,
  paid_on    DATE        NOT NULL,
  paid_at    DATETIME(3) NOT NULL,                                           -- UTC
  amount     BIGINT      NOT NULL,                                           -- won
  method     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refunded   BIGINT      NOT NULL DEFAULT 0,                                 -- won that the earlier system has given back
  KEY kept_payments_paid_on_idx (paid_on),
  CONSTRAINT kept_payments_refunded_chk CHECK (0 <= refunded AND refunded <= amount)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
