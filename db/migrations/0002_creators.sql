-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS creators (
  creator_id BIGINT       NOT NULL PRIMARY KEY, -- one id space with viewers
  name       VARCHAR(200) NOT NULL,
  email      VARCHAR(320) NOT NULL,
  locale     CHAR(2)      NOT NULL,
  CONSTRAINT creators_locale_chk CHECK (locale COLLATE utf8mb4_bin IN ('ko', 'en'))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
