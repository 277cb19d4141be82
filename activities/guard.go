package activities

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
)

// Guard is around every activity of a worker, so that no activity can leave out
// what each must do: it heartbeats for as long as the activity works, and
// decides which of its errors are final. An activity that somebody started by
// itself, as newer servers let them, is refused: it is a step of a run, which
// holds the period and says in which order.
type Guard struct {
	interceptor.WorkerInterceptorBase
	// Next says what a person can do about an error, such as a command to type; it
	// may be nil, and may answer nothing.
	Next func(error) string
}

// InterceptActivity is called by the SDK for each activity.
func (g *Guard) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &guarded{interceptor.ActivityInboundInterceptorBase{Next: next}, g.Next}
}

type guarded struct {
	interceptor.ActivityInboundInterceptorBase
	next func(error) string
}

// ExecuteActivity runs the activity.
func (g *guarded) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	if info := activity.GetInfo(ctx); !info.IsWorkflowActivity() {
		return nil, finalError(TypeRefused, info.ActivityType.Name+" is a step of a run and was not done: start the run")
	}
	defer keepAlive(ctx)()
	result, err := g.Next.ExecuteActivity(ctx, in)
	return result, classify(err, g.next)
}
