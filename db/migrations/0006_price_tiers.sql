-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS price_tiers (
  version      BIGINT      NOT NULL,
  paid_for     VARCHAR(16) NOT NULL, -- views or ad_views
  from_ordinal BIGINT      NOT NULL,
  unit_price   BIGINT      NOT NULL, -- 1/10,000 won: 11000 is 1.1 won
  PRIMARY KEY (version, paid_for, from_ordinal),
  CONSTRAINT price_tiers_version_fk FOREIGN KEY (version) REFERENCES price_rules (version)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
