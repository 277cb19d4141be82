-- +goose NO TRANSACTION
-- +goose Up
INSERT IGNORE INTO price_rules (version, holds_from)
VALUES (1, '1970-01-01');
