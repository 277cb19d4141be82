-- +goose NO TRANSACTION
-- +goose Up
INSERT IGNORE INTO fee_rules (version, holds_from, kept_at_refund)
VALUES (1, '1970-01-01', FALSE);
