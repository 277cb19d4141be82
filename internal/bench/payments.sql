-- All payments in one grouping, less the repeats and with what refunds give back, which are few. Ids grow from
-- day to day: of the earlier days only those are looked at that have ids of this one.
CREATE TEMPORARY TABLE repeats (
  payment_id BIGINT      NOT NULL,
  paid_at    DATETIME(3) NOT NULL,
  PRIMARY KEY (payment_id, paid_at)
) ENGINE = InnoDB;
INSERT INTO repeats
SELECT l.payment_id, l.paid_at
FROM (
  SELECT payment_id
  FROM payments
  WHERE paid_on = :today AND status = 'completed'
  GROUP BY payment_id
  HAVING COUNT(*) > 1
) suspect
JOIN payments l FORCE INDEX (payments_payment_id_idx) ON l.payment_id = suspect.payment_id AND l.paid_on = :today AND l.status = 'completed'
WHERE EXISTS (
  SELECT 1
  FROM payments p FORCE INDEX (payments_payment_id_idx)
  WHERE p.payment_id = l.payment_id AND p.paid_on = :today AND p.status = 'completed'
    AND (p.paid_at < l.paid_at OR (p.paid_at = l.paid_at AND p.video_id < l.video_id))
);
INSERT IGNORE INTO repeats
SELECT l.payment_id, l.paid_at
FROM (SELECT MIN(payment_id) AS first FROM payments WHERE paid_on = :today AND status = 'completed') ids
JOIN payments p ON p.paid_on < :today AND p.payment_id >= ids.first AND p.status = 'completed'
JOIN payments l FORCE INDEX (payments_payment_id_idx) ON l.payment_id = p.payment_id AND l.paid_on = :today AND l.status = 'completed';
CREATE TEMPORARY TABLE given (
  video_id BIGINT NOT NULL PRIMARY KEY,
  refunds  BIGINT NOT NULL,
  amount   BIGINT NOT NULL,
  fee      BIGINT NOT NULL
) ENGINE = InnoDB;
INSERT INTO given
SELECT video_id, COUNT(*), SUM(given_to - given_from), SUM(fee * given_to DIV paid - fee * given_from DIV paid)
FROM (
  SELECT
    l.video_id,
    p.amount AS paid,
    LEAST(p.amount, (p.amount * m.basis_points + m.fixed * 10000 + 5000) DIV 10000) AS fee,
    COALESCE(g.given, 0) + SUM(l.amount) OVER (PARTITION BY l.refund_of ORDER BY l.paid_at, l.payment_id) AS given_to,
    COALESCE(g.given, 0) + SUM(l.amount) OVER (PARTITION BY l.refund_of ORDER BY l.paid_at, l.payment_id) - l.amount AS given_from
  FROM payments l
  LEFT JOIN repeats r ON r.payment_id = l.payment_id AND r.paid_at = l.paid_at
  JOIN payments p FORCE INDEX (payments_payment_id_idx) ON p.payment_id = l.refund_of AND p.status = 'completed' AND p.paid_on <= :today
  JOIN fee_methods m ON m.version = 1 AND m.method = p.method
  LEFT JOIN (
    SELECT refund_of, MAX(given_to) AS given
    FROM payment_refunds
    WHERE settled_on < :today
    GROUP BY refund_of
  ) g ON g.refund_of = l.refund_of
  WHERE l.paid_on = :today AND l.status = 'completed' AND l.refund_of IS NOT NULL AND r.payment_id IS NULL
    AND NOT EXISTS (
      SELECT 1
      FROM payments q FORCE INDEX (payments_payment_id_idx)
      WHERE q.payment_id = p.payment_id AND q.status = 'completed' AND (q.paid_on < p.paid_on OR (q.paid_on = p.paid_on AND q.paid_at < p.paid_at))
    )
) refund
GROUP BY video_id;
INSERT INTO bench_payments
SELECT
  :today,
  t.video_id,
  v.creator_id,
  t.payments,
  COALESCE(g.refunds, 0),
  t.pending,
  t.cancelled,
  t.repeats,
  t.gross - COALESCE(g.amount, 0),
  t.fee - COALESCE(g.fee, 0),
  t.gross - COALESCE(g.amount, 0) - t.fee + COALESCE(g.fee, 0)
FROM (
  SELECT
    l.video_id,
    SUM(l.status = 'completed' AND l.refund_of IS NULL AND r.payment_id IS NULL) AS payments,
    SUM(l.status = 'pending') AS pending,
    SUM(l.status = 'cancelled') AS cancelled,
    SUM(l.status = 'completed' AND r.payment_id IS NOT NULL) AS repeats,
    SUM(IF(l.status = 'completed' AND l.refund_of IS NULL AND r.payment_id IS NULL, l.amount, 0)) AS gross,
    SUM(IF(l.status = 'completed' AND l.refund_of IS NULL AND r.payment_id IS NULL,
      LEAST(l.amount, (l.amount * m.basis_points + m.fixed * 10000 + 5000) DIV 10000), 0)) AS fee
  FROM payments l
  JOIN fee_methods m ON m.version = 1 AND m.method = l.method
  LEFT JOIN repeats r ON r.payment_id = l.payment_id AND r.paid_at = l.paid_at AND l.status = 'completed'
  WHERE l.paid_on = :today
  GROUP BY l.video_id
) t
JOIN videos v ON v.video_id = t.video_id
LEFT JOIN given g ON g.video_id = t.video_id;
DROP TEMPORARY TABLE repeats, given;
