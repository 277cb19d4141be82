package copies

import (
	"context"
	"sync"
)

// Health is whether this program can use a copy.
type Health struct {
	Copy   string   // primary, replica-1 …
	Err    error    // nil if it answers and has the schema of this program; names hosts and users
	Beyond []string // what the user may do beyond reading
}

// Health asks all copies at once, past their circuit breakers, whether they
// answer and have the schema of this program, and what their users may do. The
// primary comes first.
func (c *Copies) Health(ctx context.Context) []Health {
	all := c.all()
	health := make([]Health, len(all))
	var asked sync.WaitGroup
	for i, of := range all {
		asked.Go(func() {
			health[i] = Health{Copy: of.name, Err: of.books.CheckSchema(ctx)}
			if health[i].Err == nil {
				health[i].Beyond, health[i].Err = of.books.RightsBeyondReading(ctx)
			}
		})
	}
	asked.Wait()
	return health
}
