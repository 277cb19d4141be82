INSERT INTO bench_settlements
SELECT
  :today,
  n.video_id,
  n.creator_id,
  n.views_from,
  n.views_to,
  n.ad_views_from,
  n.ad_views_to,
  (
    SELECT SUM(GREATEST(0, LEAST(n.views_to, t.last_ordinal) - GREATEST(n.views_from, t.from_ordinal - 1)) * t.unit_price) DIV 10000
    FROM (
      SELECT from_ordinal, unit_price, COALESCE(LEAD(from_ordinal) OVER (ORDER BY from_ordinal) - 1, 9223372036854775807) AS last_ordinal
      FROM price_tiers
      WHERE version = 1 AND paid_for = 'views'
    ) t
  ),
  (
    SELECT SUM(GREATEST(0, LEAST(n.ad_views_to, t.last_ordinal) - GREATEST(n.ad_views_from, t.from_ordinal - 1)) * t.unit_price) DIV 10000
    FROM (
      SELECT from_ordinal, unit_price, COALESCE(LEAD(from_ordinal) OVER (ORDER BY from_ordinal) - 1, 9223372036854775807) AS last_ordinal
      FROM price_tiers
      WHERE version = 1 AND paid_for = 'ad_views'
    ) t
  )
FROM (
  SELECT
    s.video_id,
    s.creator_id,
    COALESCE(p.views_to, v.opening_views) AS views_from,
    COALESCE(p.views_to, v.opening_views) + s.views AS views_to,
    COALESCE(p.ad_views_to, v.opening_ad_views) AS ad_views_from,
    COALESCE(p.ad_views_to, v.opening_ad_views) + s.ad_views AS ad_views_to
  FROM bench_statistics s
  JOIN videos v ON v.video_id = s.video_id
  LEFT JOIN (
    SELECT video_id, MAX(starts_on) AS starts_on
    FROM daily_settlements FORCE INDEX (daily_settlements_video_id_starts_on_idx)
    WHERE starts_on < :today
    GROUP BY video_id
  ) last ON last.video_id = s.video_id
  LEFT JOIN daily_settlements p ON p.starts_on = last.starts_on AND p.video_id = last.video_id
  WHERE s.starts_on = :today AND s.views > 0
) n;
