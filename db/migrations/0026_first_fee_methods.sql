-- +goose NO TRANSACTION
-- +goose Up
INSERT IGNORE INTO fee_methods (version, method, basis_points, fixed)
VALUES
  (1, 'card',     300, 100),
  (1, 'transfer', 150, 200),
  (1, 'mobile',   450,  50);
