package activities

import (
	"context"

	"go.temporal.io/sdk/activity"
)

// The names of the project's own metrics, which a worker exports beside those
// of the SDK (durations and failures by activity type among them).
const (
	MetricRows    = "creatorpay_rows_counted"
	MetricChunks  = "creatorpay_chunks_done"      // by phase: counted or settled
	MetricRetries = "creatorpay_activity_retries" // by activity type
	// MetricMismatches counts, with each look back, the closed days whose rows
	// are not those that were counted.
	MetricMismatches = "creatorpay_closed_day_mismatch"
)

// recordMismatches counts closed days that no longer match their rows.
func recordMismatches(ctx context.Context, days int) {
	activity.GetMetricsHandler(ctx).Counter(MetricMismatches).Inc(int64(days))
}

// recordChunk counts a finished chunk and the rows that it read.
func recordChunk(ctx context.Context, phase string, rows int64) {
	handler := activity.GetMetricsHandler(ctx)
	handler.Counter(MetricRows).Inc(rows)
	handler.WithTags(map[string]string{"phase": phase}).Counter(MetricChunks).Inc(1)
}
