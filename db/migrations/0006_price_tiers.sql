-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS price_tiers (
  version      BIGINT      NOT NULL,
  paid_for     VARCHAR(16) NOT NULL, -- views or ad_views
  from_ordinal BIGINT      NOT NULL,
  unit_price   BIGINT      NOT NULL, -- 1/10,000 won: 11000 is 1.1 won
  PRIMARY KEY (version, paid_for, from_ordinal),
  CONSTRAINT price_tiers_version_fk FOREIGN KEY (version) REFERENCES price_rules (version),
  CONSTRAINT price_tiers_paid_for_chk CHECK (paid_for COLLATE utf8mb4_bin IN ('views', 'ad_views')),
  CONSTRAINT price_tiers_from_ordinal_chk CHECK (from_ordinal >= 1),
  CONSTRAINT price_tiers_unit_price_chk CHECK (unit_price >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
