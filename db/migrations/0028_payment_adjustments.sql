-- +goose NO TRANSACTION
-- +goose Up
-- What late rows of the payments log changed: per video, the part of the line of daily_payments that came after its own
-- day had closed.
CREATE TABLE IF NOT EXISTS payment_adjustments (
  posted_on  DATE   NOT NULL, -- the day whose settlement has them
  video_id   BIGINT NOT NULL,
  paid_on    DATE   NOT NULL, -- the closed day that they belong to
  creator_id BIGINT NOT NULL,
  payments   BIGINT NOT NULL,
  refunds    BIGINT NOT NULL,
  pending    BIGINT NOT NULL,
  cancelled  BIGINT NOT NULL,
  repeats    BIGINT NOT NULL,
  gross      BIGINT NOT NULL, -- won
  fee        BIGINT NOT NULL, -- won
  net        BIGINT NOT NULL, -- won
  PRIMARY KEY (posted_on, video_id, paid_on),
  KEY payment_adjustments_paid_on_video_id_idx (paid_on, video_id),
  KEY payment_adjustments_posted_on_creator_id_idx (posted_on, creator_id), -- a statement's lines
  CONSTRAINT payment_adjustments_rows_chk CHECK (LEAST(payments, refunds, pending, cancelled, repeats) >= 0),
  CONSTRAINT payment_adjustments_net_chk CHECK (gross = fee + net)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
