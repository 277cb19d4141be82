-- +goose NO TRANSACTION
-- +goose Up
-- A fee rule is one version of the fees; its fees never change once a run used it, though there may be more.
CREATE TABLE IF NOT EXISTS fee_rules (
  version        BIGINT  NOT NULL PRIMARY KEY,
  holds_from     DATE    NOT NULL,
  kept_at_refund BOOLEAN NOT NULL, -- a refund gives back nothing of the fee; else its part of it
  UNIQUE KEY fee_rules_holds_from_idx (holds_from),
  CONSTRAINT fee_rules_kept_at_refund_chk CHECK (kept_at_refund IN (0, 1))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
