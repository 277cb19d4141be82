#!/bin/sh
# An example of a contestant from outside (README.md): the bench's own script by a window, through the mysql client.
set -eu
cd "$(dirname "$0")/.."

# What the bench compares: the result's lines of the day.
checksum() {
  echo "SELECT CONCAT(COUNT(*), ' rows, sum ', COALESCE(SUM(CRC32(CONCAT_WS(',', $2))), 0)) FROM $1 WHERE starts_on = '$BENCH_DAY'"
}

{
  echo "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;"
  echo "SET @began = SYSDATE(6);"
  sed -e "s/:today/'$BENCH_DAY'/g" -e "s/:yesterday/(DATE '$BENCH_DAY' - INTERVAL 1 DAY)/g" -e "s/:start/'$BENCH_DAY_START'/g" window.sql settle.sql
  cat <<SQL
SET @micros = TIMESTAMPDIFF(MICROSECOND, @began, SYSDATE(6));
SELECT JSON_OBJECT(
  'total_seconds', @micros / 1000000,
  'statistics_checksum', ($(checksum "$BENCH_STATISTICS" "starts_on, video_id, creator_id, views, self_views, repeat_views, played_seconds, ad_views")),
  'settlement_checksum', ($(checksum "$BENCH_SETTLEMENTS" "starts_on, video_id, creator_id, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount"))
);
SQL
} | MYSQL_PWD=$BENCH_PASSWORD mysql --host="$BENCH_HOST" --port="$BENCH_PORT" --user="$BENCH_USER" --batch --raw --skip-column-names "$BENCH_DATABASE"
