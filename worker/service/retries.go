package service

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"creatorpay/activities"
)

// countRetries counts every try of an activity after its first.
type countRetries struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity is called by the SDK for each activity.
func (c *countRetries) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &countedActivity{interceptor.ActivityInboundInterceptorBase{Next: next}}
}

type countedActivity struct {
	interceptor.ActivityInboundInterceptorBase
}

// ExecuteActivity runs the activity; its metrics handler carries its type.
func (c *countedActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	if activity.GetInfo(ctx).Attempt > 1 {
		activity.GetMetricsHandler(ctx).Counter(activities.MetricRetries).Inc(1)
	}
	return c.Next.ExecuteActivity(ctx, in)
}
