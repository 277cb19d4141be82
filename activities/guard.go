package activities

import (
	"context"

	"go.temporal.io/sdk/interceptor"
)

// Guard is around every activity of a worker, so that no activity can leave out
// what each must do: it heartbeats for as long as the activity works, and
// decides which of its errors are final.
type Guard struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity is called by the SDK for each activity.
func (*Guard) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &guarded{interceptor.ActivityInboundInterceptorBase{Next: next}}
}

type guarded struct {
	interceptor.ActivityInboundInterceptorBase
}

// ExecuteActivity runs the activity.
func (g *guarded) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	defer keepAlive(ctx)()
	result, err := g.Next.ExecuteActivity(ctx, in)
	return result, classify(err)
}
