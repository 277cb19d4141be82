-- +goose NO TRANSACTION
-- +goose Up
-- What every program that uses this database must agree on.
CREATE TABLE IF NOT EXISTS settings (
  name  VARCHAR(64)  NOT NULL PRIMARY KEY,
  value VARCHAR(255) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
