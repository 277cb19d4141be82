-- All plays in one grouping, less the creators' own plays, which the key finds, and the repeats: only the
-- viewers who played a video more than once, or so early that the day before matters, are looked at play
-- by play.
CREATE TEMPORARY TABLE repeats (
  video_id       BIGINT NOT NULL PRIMARY KEY,
  views          BIGINT NOT NULL,
  played_seconds BIGINT NOT NULL,
  ad_views       BIGINT NOT NULL
) ENGINE = InnoDB;
INSERT INTO repeats
SELECT l.video_id, COUNT(*), SUM(l.played_seconds), SUM(l.ad_views)
FROM (
  SELECT video_id, viewer_id
  FROM watch_log
  WHERE watched_on = :today AND viewer_id <> 0
  GROUP BY video_id, viewer_id
  HAVING COUNT(*) > 1 OR MIN(watched_at) < :start + INTERVAL 30 SECOND
) suspect
JOIN videos v ON v.video_id = suspect.video_id AND v.creator_id <> suspect.viewer_id
JOIN watch_log l ON l.watched_on = :today AND l.video_id = suspect.video_id AND l.viewer_id = suspect.viewer_id
WHERE EXISTS (
    SELECT 1
    FROM watch_log p
    WHERE p.watched_on = :today AND p.video_id = l.video_id AND p.viewer_id = l.viewer_id
      AND p.watched_at > l.watched_at - INTERVAL 30 SECOND
      AND (p.watched_at < l.watched_at OR (p.watched_at = l.watched_at AND p.view_id < l.view_id))
  )
  OR (
    l.watched_at < :start + INTERVAL 30 SECOND
    AND EXISTS (
      SELECT 1
      FROM watch_log p
      WHERE p.watched_on = :yesterday AND p.video_id = l.video_id AND p.viewer_id = l.viewer_id
        AND p.watched_at > l.watched_at - INTERVAL 30 SECOND
    )
  )
GROUP BY l.video_id;
CREATE TEMPORARY TABLE selfs (
  video_id       BIGINT NOT NULL PRIMARY KEY,
  views          BIGINT NOT NULL,
  played_seconds BIGINT NOT NULL,
  ad_views       BIGINT NOT NULL
) ENGINE = InnoDB;
INSERT INTO selfs
SELECT l.video_id, COUNT(*), SUM(l.played_seconds), SUM(l.ad_views)
FROM videos v
JOIN watch_log l ON l.watched_on = :today AND l.video_id = v.video_id AND l.viewer_id = v.creator_id
GROUP BY l.video_id;
INSERT INTO bench_statistics
SELECT
  :today,
  t.video_id,
  v.creator_id,
  t.views - COALESCE(s.views, 0) - COALESCE(r.views, 0),
  COALESCE(s.views, 0),
  COALESCE(r.views, 0),
  t.played_seconds - COALESCE(s.played_seconds, 0) - COALESCE(r.played_seconds, 0),
  t.ad_views - COALESCE(s.ad_views, 0) - COALESCE(r.ad_views, 0)
FROM (
  SELECT video_id, COUNT(*) AS views, SUM(played_seconds) AS played_seconds, SUM(ad_views) AS ad_views
  FROM watch_log
  WHERE watched_on = :today
  GROUP BY video_id
) t
JOIN videos v ON v.video_id = t.video_id
LEFT JOIN selfs s ON s.video_id = t.video_id
LEFT JOIN repeats r ON r.video_id = t.video_id;
DROP TEMPORARY TABLE repeats, selfs;
