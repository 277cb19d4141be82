-- +goose NO TRANSACTION
-- +goose Up
INSERT IGNORE INTO settings (name, value)
VALUES ('epoch', '1');
