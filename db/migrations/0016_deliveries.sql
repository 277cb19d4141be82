-- +goose NO TRANSACTION
-- +goose Up
-- The mail of each weekly statement. `sending` is stored before the first byte of the mail is sent: what is
-- found in that state later may have been received, and is not sent again unless an operator says so.
CREATE TABLE IF NOT EXISTS deliveries (
  starts_on  DATE         NOT NULL,            -- Monday of the week
  version    INT          NOT NULL,            -- of the statement
  creator_id BIGINT       NOT NULL,
  state      VARCHAR(8)   NOT NULL,            -- pending, sending, sent, rejected or unknown
  claim      VARCHAR(255) NOT NULL DEFAULT '', -- the attempt that is sending it or was the last to
  attempts   INT          NOT NULL DEFAULT 0,
  code       INT          NOT NULL DEFAULT 0,  -- the mail server's last answer; 0 if it gave none
  detail     VARCHAR(500) NOT NULL DEFAULT '', -- what it said
  changed_at DATETIME(3)  NOT NULL,            -- UTC
  PRIMARY KEY (starts_on, version, creator_id),
  KEY deliveries_starts_on_version_state_idx (starts_on, version, state),
  CONSTRAINT deliveries_state_chk CHECK (state COLLATE utf8mb4_bin IN ('pending', 'sending', 'sent', 'rejected', 'unknown')),
  CONSTRAINT deliveries_attempts_chk CHECK (attempts >= 0),
  CONSTRAINT deliveries_starts_on_chk CHECK (WEEKDAY(starts_on) = 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- When the next mail may be sent, over all workers (MAIL_RATE). One row.
CREATE TABLE IF NOT EXISTS mail_pace (
  id      INT         NOT NULL PRIMARY KEY,
  next_at DATETIME(6) NOT NULL -- UTC
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
INSERT IGNORE INTO mail_pace (id, next_at)
VALUES (1, '1970-01-01');
