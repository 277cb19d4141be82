-- +goose NO TRANSACTION
-- +goose Up
INSERT IGNORE INTO price_tiers (version, paid_for, from_ordinal, unit_price)
VALUES
  (1, 'views',           1,  10000),
  (1, 'views',      100000,  11000),
  (1, 'views',      500000,  13000),
  (1, 'views',     1000000,  15000),
  (1, 'ad_views',        1, 100000),
  (1, 'ad_views',   100000, 120000),
  (1, 'ad_views',   500000, 150000),
  (1, 'ad_views',  1000000, 200000);
