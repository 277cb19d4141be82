-- Of each 100 rows, in the order of time: 88 settled payments, 5 that said before that they were pending, 3
-- cancelled ones, 1 repeat, and 3 refunds, of which 2 are of payments of another day. Few videos sell much and
-- many little. What a payment is depends on its id alone, so that its other rows agree.
INSERT INTO payments (paid_on, video_id, payment_id, paid_at, status, payer_id, amount, method, refund_of)
WITH digits AS (
  SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
)
SELECT
  :today,
  1 + FLOOR(POW(:videos, CRC32(about) / 4294967296)) * 7919 % :videos,
  payment_id,
  :start + INTERVAL n * :span DIV :rows MICROSECOND,
  CASE WHEN slot < 5 THEN 'pending' WHEN slot IN (10, 11, 12) THEN 'cancelled' ELSE 'completed' END,
  CRC32(about + 1) % 1000000,
  IF(slot IN (97, 99), 500, 1000) * (1 + CRC32(about + 2) % 50),
  ELT(1 + CRC32(about + 3) % 10, 'card', 'card', 'card', 'card', 'card', 'card', 'transfer', 'transfer', 'mobile', 'mobile'),
  IF(slot >= 97, about, NULL)
FROM (
  SELECT
    n,
    n % 100 AS slot,
    :ids + n + CASE WHEN n % 100 < 5 THEN 5 WHEN n % 100 = 96 THEN -50 ELSE 0 END AS payment_id,
    CASE
      WHEN n % 100 < 5 THEN :ids + n + 5
      WHEN n % 100 IN (96, 97) THEN :ids + n - 50
      WHEN n % 100 > 97 THEN :refunded_ids + n - 50
      ELSE :ids + n
    END AS about
  FROM (
    SELECT :from + a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d AS n
    FROM digits a, digits b, digits c, digits d, digits e
  ) numbers
  WHERE n < :rows
) rows_of_day
ORDER BY 2, 3, 4
