-- +goose NO TRANSACTION
-- +goose Up
-- The log of payments, partitioned and with an epoch as the watch log, and clustered by what the daily job reads: a
-- day's rows by video and payment. What becomes of a payment later is a further row. A payment is looked up here, by its
-- id, for as long as its day is there.
CREATE TABLE IF NOT EXISTS payments (
  paid_on    DATE        NOT NULL,                                           -- business day of paid_at
  video_id   BIGINT      NOT NULL,
  payment_id BIGINT      NOT NULL,                                           -- of a refund: its own
  paid_at    DATETIME(3) NOT NULL,                                           -- UTC; the platform cuts it to milliseconds, MySQL would round it
  status     VARCHAR(9)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,     -- completed, pending or cancelled
  payer_id   BIGINT      NOT NULL,                                           -- 0 is anonymous
  amount     BIGINT      NOT NULL,                                           -- won; of a refund what is given back
  method     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'card',
  refund_of  BIGINT      NULL,                                               -- the payment that is given back
  epoch      MEDIUMINT UNSIGNED NOT NULL DEFAULT 1 /*T! -- */ INVISIBLE
  /*T! */,
  PRIMARY KEY (paid_on, video_id, payment_id, paid_at, status),
  KEY payments_epoch_idx (epoch),
  KEY payments_payment_id_idx (payment_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
PARTITION BY RANGE COLUMNS (paid_on) (
  PARTITION p0 VALUES LESS THAN ('1970-01-01')
);
