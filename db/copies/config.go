package copies

import (
	"errors"
	"fmt"
	"time"
)

// Config is how copies are asked. Its tags make the command line's flags and
// environment variables.
type Config struct {
	Connections  int           `env:"API_CONNECTIONS" default:"16" help:"Connections to each copy of the books at most."`
	CallLimit    time.Duration `env:"API_CALL_LIMIT" default:"500ms" help:"How long a copy may take to answer; another one is asked then."`
	PrimaryCalls int           `env:"API_PRIMARY_CALLS" default:"8" help:"Calls at a time on the primary at most, so that readers leave it to the job."`
}

// leastCallLimit is the least that the servers can be told.
const leastCallLimit = time.Millisecond

// Validate says what is wrong with the settings, all of it at once.
func (c Config) Validate() error {
	var problems []error
	for _, count := range []struct {
		flag  string
		value int
	}{{"connections", c.Connections}, {"primary-calls", c.PrimaryCalls}} {
		if count.value < 1 {
			problems = append(problems, fmt.Errorf("--%s is %d: choose at least 1", count.flag, count.value))
		}
	}
	if c.CallLimit < leastCallLimit {
		problems = append(problems, fmt.Errorf("--call-limit is %s: choose at least %s", c.CallLimit, leastCallLimit))
	}
	return errors.Join(problems...)
}
