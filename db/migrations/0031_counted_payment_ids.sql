-- +goose NO TRANSACTION
-- +goose Up
-- The ids of the payments of which the chunks of an open day have counted completed rows, by which the check finds those
-- that are in several chunks. Closing the day deletes them.
CREATE TABLE IF NOT EXISTS counted_payment_ids (
  starts_on DATE   NOT NULL,
  first_id  BIGINT NOT NULL, -- the first of this part of the chunk's ids
  chunk     INT    NOT NULL,
  steps     BLOB   NOT NULL, -- from each id to the next one, as unsigned varints
  PRIMARY KEY (starts_on, first_id, chunk)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
