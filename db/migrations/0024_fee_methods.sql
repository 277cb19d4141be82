-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS fee_methods (
  version      BIGINT      NOT NULL,
  method       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- of payment: card, transfer, mobile, ...
  basis_points BIGINT      NOT NULL, -- of the amount, in 1/10,000: 300 is 3 %
  fixed        BIGINT      NOT NULL, -- won of each payment, on top
  settles_from DATE        NOT NULL, -- no day before it has settled by this fee: the first one that was not closed when the fee was added
  PRIMARY KEY (version, method),
  CONSTRAINT fee_methods_version_fk FOREIGN KEY (version) REFERENCES fee_rules (version),
  CONSTRAINT fee_methods_method_chk CHECK (method <> ''),
  CONSTRAINT fee_methods_basis_points_chk CHECK (basis_points BETWEEN 0 AND 10000),
  CONSTRAINT fee_methods_fixed_chk CHECK (fixed >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
