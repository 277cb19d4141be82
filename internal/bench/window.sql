-- Every play beside the one before it, by a window over the whole day and the last half minute of the
-- day before.
INSERT INTO bench_statistics
SELECT
  :today,
  judged.video_id,
  judged.creator_id,
  SUM(NOT self AND NOT again),
  SUM(self),
  SUM(again),
  SUM(IF(self OR again, 0, played_seconds)),
  SUM(IF(self OR again, 0, ad_views))
FROM (
  SELECT
    play.video_id,
    v.creator_id,
    play.played_seconds,
    play.ad_views,
    play.viewer_id = v.creator_id AS self,
    play.viewer_id <> 0
      AND play.viewer_id <> v.creator_id
      AND play.before_at IS NOT NULL
      AND play.watched_at < play.before_at + INTERVAL 30 SECOND AS again
  FROM (
    SELECT
      watched_on, video_id, viewer_id, watched_at, played_seconds, ad_views,
      LAG(watched_at) OVER (PARTITION BY video_id, viewer_id ORDER BY watched_at, view_id) AS before_at
    FROM watch_log
    WHERE watched_on = :today
      OR (watched_on = :yesterday AND watched_at > :start - INTERVAL 30 SECOND)
  ) play
  JOIN videos v ON v.video_id = play.video_id
  WHERE play.watched_on = :today
) judged
GROUP BY judged.video_id, judged.creator_id;
