-- +goose NO TRANSACTION
-- +goose Up
-- What the payments of a video come to on the day that settles them. A video with any row has a line. Rows that came
-- late are among the figures of the day that posts them, as are late views in those of daily_settlements.
CREATE TABLE IF NOT EXISTS daily_payments (
  starts_on  DATE   NOT NULL,
  video_id   BIGINT NOT NULL,
  creator_id BIGINT NOT NULL,
  payments   BIGINT NOT NULL,
  refunds    BIGINT NOT NULL,
  pending    BIGINT NOT NULL,
  cancelled  BIGINT NOT NULL,
  repeats    BIGINT NOT NULL,
  gross      BIGINT NOT NULL, -- won; payments less refunds
  fee        BIGINT NOT NULL, -- won; fees less what refunds gave back
  net        BIGINT NOT NULL, -- won
  PRIMARY KEY (starts_on, video_id),
  CONSTRAINT daily_payments_rows_chk CHECK (LEAST(payments, refunds, pending, cancelled, repeats) >= 0),
  CONSTRAINT daily_payments_net_chk CHECK (gross = fee + net)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
