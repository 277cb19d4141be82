package workflows

import (
	"strings"

	"go.temporal.io/sdk/workflow"
)

// setDetails shows the text as the run's current details, below the alarm if
// there is one.
func (p *progressTracker) setDetails(ctx workflow.Context, text string) {
	workflow.SetCurrentDetails(ctx, p.alarm()+text)
}

// alarm names the closed days whose rows are not those that were counted.
func (p *progressTracker) alarm() string {
	if len(p.mismatches) == 0 {
		return ""
	}
	days := make([]string, len(p.mismatches))
	for i, mismatch := range p.mismatches {
		days[i] = mismatch.String()
	}
	return "**ALARM: rows of closed days vanished or were changed**, nothing was adjusted for them: " + strings.Join(days, "; ") +
		". See which with `starter verify --date DAY`.\n\n"
}
