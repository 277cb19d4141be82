-- +goose NO TRANSACTION
-- +goose Up
-- The newest epoch of each log.
INSERT IGNORE INTO settings (name, value)
VALUES ('epoch', '1'), ('payments_epoch', '1');
