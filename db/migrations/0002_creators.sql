-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS creators (
  creator_id BIGINT       NOT NULL PRIMARY KEY, -- one id space with viewers
  name       VARCHAR(200) NOT NULL,
  email      VARCHAR(320) NOT NULL,
  locale     CHAR(2)      NOT NULL              -- ko or en
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
