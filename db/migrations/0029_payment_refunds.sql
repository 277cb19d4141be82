-- +goose NO TRANSACTION
-- +goose Up
-- Each refund that was settled, and which part of its payment it gave back: won (given_from, given_to] of what was paid,
-- as ordinals of views. So no won is given back twice, and none beyond the payment.
CREATE TABLE IF NOT EXISTS payment_refunds (
  payment_id BIGINT      NOT NULL PRIMARY KEY, -- of the refund
  refund_of  BIGINT      NOT NULL,             -- the payment
  video_id   BIGINT      NOT NULL,
  settled_on DATE        NOT NULL,             -- the day that settled it
  paid_on    DATE        NOT NULL,             -- its own day, an earlier one if it came late
  paid_at    DATETIME(3) NOT NULL,             -- UTC
  paid       BIGINT      NOT NULL,             -- won of the payment
  paid_fee   BIGINT      NOT NULL,             -- won of the payment's fee
  fee_rule   BIGINT      NOT NULL,             -- the version by which the payment has it
  given_from BIGINT      NOT NULL,             -- won given back before this refund
  given_to   BIGINT      NOT NULL,
  fee_back   BIGINT      NOT NULL,             -- won of the fee that this refund gave back
  UNIQUE KEY payment_refunds_refund_of_given_from_idx (refund_of, given_from),
  KEY payment_refunds_settled_on_video_id_idx (settled_on, video_id),
  CONSTRAINT payment_refunds_given_chk CHECK (0 <= given_from AND given_from < given_to AND given_to <= paid),
  CONSTRAINT payment_refunds_fee_chk CHECK (0 <= fee_back AND fee_back <= paid_fee AND paid_fee <= paid)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
