package copies

import (
	"context"
	"sync"

	"creatorpay/db"
)

// Health is whether this program can use a copy.
type Health struct {
	Copy   string   // primary, replica-1 …
	Err    error    // nil if it answers, has the schema of this program, reads as it should, and shows a period's close after its rows; names hosts and users
	Beyond []string // what the user may do beyond reading
}

// Health asks all copies at once, past their circuit breakers, whether they
// answer, fit this program and can be relied on, and what their users may do. The
// primary comes first. A copy that is found to read wrongly is asked nothing from then
// on, until it is found to be all right.
func (c *Copies) Health(ctx context.Context) []Health {
	all := c.all()
	health := make([]Health, len(all))
	var asked sync.WaitGroup
	for i, of := range all {
		asked.Go(func() {
			health[i].Copy = of.name
			health[i].Beyond, health[i].Err = check(ctx, of.books)
			of.heed(health[i].Err)
		})
	}
	asked.Wait()
	return health
}

func check(ctx context.Context, books *db.DB) (beyond []string, err error) {
	if err := books.CheckSchema(ctx); err != nil {
		return nil, err
	}
	if err := books.CheckReads(ctx); err != nil {
		return nil, err
	}
	if err := books.CheckCommitOrder(ctx); err != nil {
		return nil, err
	}
	return books.RightsBeyondReading(ctx)
}
