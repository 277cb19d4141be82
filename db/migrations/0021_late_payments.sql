-- +goose NO TRANSACTION
-- +goose Up
-- Rows of the log of payments that came after their day had closed, and the open day that posts them. Their key is that
-- of the log.
CREATE TABLE IF NOT EXISTS late_payments (
  paid_on    DATE        NOT NULL,                                           -- the closed day
  video_id   BIGINT      NOT NULL,
  payment_id BIGINT      NOT NULL,
  paid_at    DATETIME(3) NOT NULL,                                           -- UTC
  status     VARCHAR(9)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payer_id   BIGINT      NOT NULL,
  amount     BIGINT      NOT NULL,                                           -- won
  method     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refund_of  BIGINT      NULL,
  posted_on  DATE        NOT NULL,                                           -- the day that settles it
  verdict    VARCHAR(9)  NOT NULL DEFAULT '',                                -- settled, refund, pending, cancelled or repeat; empty before it is judged
  PRIMARY KEY (paid_on, video_id, payment_id, paid_at, status),
  KEY late_payments_posted_on_video_id_idx (posted_on, video_id),
  KEY late_payments_payment_id_idx (payment_id),
  CONSTRAINT late_payments_verdict_chk CHECK (verdict COLLATE utf8mb4_bin IN ('', 'settled', 'refund', 'pending', 'cancelled', 'repeat'))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
