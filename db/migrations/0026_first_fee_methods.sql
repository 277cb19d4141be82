-- +goose NO TRANSACTION
-- +goose Up
INSERT IGNORE INTO fee_methods (version, method, basis_points, fixed, settles_from)
VALUES
  (1, 'card',     300, 100, '1970-01-01'),
  (1, 'transfer', 150, 200, '1970-01-01'),
  (1, 'mobile',   450,  50, '1970-01-01');
