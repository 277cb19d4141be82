package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
)

// keepAlive heartbeats until stop is called, so that a lost worker is noticed
// soon and a cancellation reaches ctx. What is done is in the database, so the
// heartbeat carries no details.
func keepAlive(ctx context.Context) (stop func()) {
	const beatsPerTimeout = 4
	timeout := activity.GetInfo(ctx).HeartbeatTimeout
	if timeout == 0 {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		ticker := time.NewTicker(timeout / beatsPerTimeout)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				activity.RecordHeartbeat(ctx)
			case <-done:
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() { close(done) }
}
