-- +goose NO TRANSACTION
-- +goose Up
-- A price rule is one version of the prices; it never changes once a run used it.
CREATE TABLE IF NOT EXISTS price_rules (
  version    BIGINT NOT NULL PRIMARY KEY,
  holds_from DATE   NOT NULL,
  UNIQUE KEY price_rules_holds_from_idx (holds_from)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
