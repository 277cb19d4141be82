package copies

import (
	"errors"
	"fmt"
	"time"
)

// Config is how copies are asked. Its tags make the command line's flags and
// environment variables.
type Config struct {
	Connections     int           `env:"API_CONNECTIONS" default:"16" help:"Connections to each copy of the books at most, and calls at a time on each replica."`
	CallLimit       time.Duration `env:"API_CALL_LIMIT" default:"500ms" help:"How long a copy may take to answer; another one is asked then."`
	BreakerCalls    int           `env:"API_BREAKER_CALLS" default:"100" help:"Calls on a copy, the last ones, that its circuit breaker looks at."`
	BreakerFailures int           `env:"API_BREAKER_FAILURES" default:"50" help:"Percentage of these calls that have to fail for the copy to be left alone."`
	BreakerDelay    time.Duration `env:"API_BREAKER_DELAY" default:"10s" help:"How long a copy is left alone; more than --call-limit."`
	BreakerTrials   int           `env:"API_BREAKER_TRIALS" default:"3" help:"Calls on trial at a time after that, and how many have to succeed; one that fails leaves the copy alone again."`
	PrimaryCalls    int           `env:"API_PRIMARY_CALLS" default:"8" help:"Calls at a time on the primary at most, so that readers leave it to the job; no more than --connections."`
}

// Validate says what is wrong with the settings, all of it at once.
func (c Config) Validate() error {
	var problems []error
	for _, setting := range []struct {
		flag        string
		value, most int
	}{
		{"connections", c.Connections, 10_000},
		{"breaker-calls", c.BreakerCalls, 10_000},
		{"breaker-failures", c.BreakerFailures, 100},
		{"breaker-trials", c.BreakerTrials, 10_000},
		{"primary-calls", c.PrimaryCalls, 10_000},
	} {
		if setting.value < 1 || setting.value > setting.most {
			problems = append(problems, fmt.Errorf("--%s is %d: choose 1 to %d", setting.flag, setting.value, setting.most))
		}
	}
	if c.PrimaryCalls > c.Connections {
		problems = append(problems, fmt.Errorf("--primary-calls is %d: choose at most --connections, which is %d", c.PrimaryCalls, c.Connections))
	}
	if c.CallLimit < time.Millisecond { // servers know no less
		problems = append(problems, fmt.Errorf("--call-limit is %s: choose at least 1ms", c.CallLimit))
	}
	// A call that began before the copy was left alone must not end as one on trial.
	if c.BreakerDelay <= c.CallLimit {
		problems = append(problems, fmt.Errorf("--breaker-delay is %s: choose more than --call-limit, which is %s", c.BreakerDelay, c.CallLimit))
	}
	return errors.Join(problems...)
}

// failures is how many of the last calls have to fail, rounded up.
func (c Config) failures() int { return (c.BreakerCalls*c.BreakerFailures + 99) / 100 }
