-- +goose NO TRANSACTION
-- +goose Up
-- What must be known of the payments of days that were dropped from the log: a refund gives them back, and a further row
-- of one is a repeat. Late ones stand in late_payments for ever.
CREATE TABLE IF NOT EXISTS dropped_payments (
  payment_id BIGINT      NOT NULL PRIMARY KEY,
  video_id   BIGINT      NOT NULL,
  paid_on    DATE        NOT NULL,
  paid_at    DATETIME(3) NOT NULL,                                           -- UTC
  amount     BIGINT      NOT NULL,                                           -- won
  method     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
