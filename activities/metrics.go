package activities

import (
	"context"

	"go.temporal.io/sdk/activity"

	"creatorpay/settlement"
)

// The names of the project's own metrics, which a worker exports beside those
// of the SDK (durations and failures by activity type among them).
const (
	MetricRows        = "creatorpay_rows_counted" // of the watch log
	MetricPaymentRows = "creatorpay_payment_rows_counted"
	MetricChunks      = "creatorpay_chunks_done"      // by phase
	MetricRetries     = "creatorpay_activity_retries" // by activity type
	// MetricMismatches counts how often a closed day was found to have other rows
	// than were counted: once a day when late views are collected, and once by each
	// check of a part of the day before its week is rolled up.
	MetricMismatches = "creatorpay_closed_day_mismatch"
)

// The phases by which [MetricChunks] is counted.
const (
	phaseCounted  = "counted"
	phaseSettled  = "settled"
	phaseRolledUp = "rolled_up"
)

// reportMismatch counts and logs that a closed day has other rows than were
// counted.
func reportMismatch(ctx context.Context, mismatch settlement.Mismatch) {
	activity.GetMetricsHandler(ctx).Counter(MetricMismatches).Inc(1)
	activity.GetLogger(ctx).Warn("a closed day's rows are not those that were counted", "day", mismatch.Day.String(), "mismatch", mismatch.String())
}

// recordChunk counts a finished chunk.
func recordChunk(ctx context.Context, phase string) {
	activity.GetMetricsHandler(ctx).WithTags(map[string]string{"phase": phase}).Counter(MetricChunks).Inc(1)
}

// recordRows counts the rows of a log that a chunk read.
func recordRows(ctx context.Context, metric string, rows int64) {
	activity.GetMetricsHandler(ctx).Counter(metric).Inc(rows)
}
