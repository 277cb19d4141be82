-- +goose NO TRANSACTION
-- +goose Up
-- Payments of which one day has completed rows in several videos, and the video whose row is settled. Chunks of other
-- videos are counted by it.
CREATE TABLE IF NOT EXISTS contested_payments (
  starts_on  DATE   NOT NULL,
  payment_id BIGINT NOT NULL,
  video_id   BIGINT NOT NULL, -- of the first completed row; 0: a chunk was counted by what it found itself, the check decides
  PRIMARY KEY (starts_on, payment_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
