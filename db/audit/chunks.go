package audit

import (
	"context"
	"fmt"

	"creatorpay/db"
	"creatorpay/settlement"
)

var chunksInvariant = Invariant{
	Name:    "chunks",
	Meaning: "the chunks of each period cover every video once, and all of them are settled",
	Remedy:  "the plan of a closed period was changed by hand: put its rows of run_chunks back from a backup",
	check: func(_ context.Context, a *audit) error {
		for _, kind := range kinds {
			for _, run := range a.runs[kind] {
				checkPlan(a, run.Period(), a.chunks[run.Period()])
			}
		}
		return nil
	},
}

func checkPlan(a *audit, period settlement.Period, chunks []db.Chunk) {
	if len(chunks) == 0 {
		a.found(period, "", "has no chunks")
		return
	}
	for i, chunk := range chunks {
		what := fmt.Sprintf("chunk %d", chunk.Number)
		if chunk.Number != i+1 {
			a.found(period, what, "is number %d of the plan", i+1)
		}
		if chunk.State != settlement.ChunkDone || chunk.UnknownRows != 0 {
			a.found(period, what, "is %s and has %s of unknown videos", chunk.State, settlement.Count(chunk.UnknownRows, "row"))
		}
		if chunk.From != nil && chunk.Before != nil && *chunk.From >= *chunk.Before {
			a.found(period, what, "has no videos: it begins with %d and ends before %d", *chunk.From, *chunk.Before)
		}
		switch {
		case i == 0 && chunk.From != nil:
			a.found(period, what, "has %s: the first chunk has no lower end", chunk)
		case i > 0 && (chunk.From == nil || chunks[i-1].Before == nil || *chunk.From != *chunks[i-1].Before):
			a.found(period, what, "has %s, the one before has %s", chunk, chunks[i-1])
		}
		if i == len(chunks)-1 && chunk.Before != nil {
			a.found(period, what, "has %s: the last chunk has no upper end", chunk)
		}
	}
}
