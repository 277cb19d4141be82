// Package service is the worker process: it connects, checks that it fits the
// database, works, and drains when it is told to stop.
package service

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"time"

	"creatorpay/settlement"
)

// Config is what a worker can be told. Its tags make the command line's flags
// and environment variables.
type Config struct {
	Slots           int           `env:"WORKER_SLOTS" default:"${slots}" help:"Activities at a time; each has a database connection of its own."`
	Listen          string        `env:"WORKER_LISTEN" placeholder:"ADDR" help:"Serve /metrics, /healthz and /readyz on this address, such as 127.0.0.1:9090. Nothing is served without it."`
	RepeatWindow    time.Duration `env:"REPEAT_WINDOW" default:"30s" help:"A play is a repeat if it starts less than this after the same viewer's previous play of the video; 0 switches the rule off. Runs that have begun keep theirs."`
	PartitionsAhead int           `env:"PARTITIONS_AHEAD" default:"7" help:"Days after the one being run that get room in the watch log."`
	KeepDays        int           `env:"KEEP_DAYS" default:"0" help:"Days of the watch log that stay before the one being run; older closed days are dropped. 0 keeps all."`
	StopTimeout     time.Duration `env:"WORKER_STOP_TIMEOUT" default:"30s" help:"How long running activities may go on after SIGTERM."`
}

// Validate says what is wrong with the settings, all of it at once.
func (c Config) Validate() error {
	var problems []error
	if c.Slots < 1 {
		problems = append(problems, fmt.Errorf("--slots is %d: at least one activity must run", c.Slots))
	}
	if err := settlement.ValidateRepeatWindow(c.RepeatWindow); err != nil {
		problems = append(problems, fmt.Errorf("--repeat-window: %w", err))
	}
	if c.PartitionsAhead < 0 {
		problems = append(problems, fmt.Errorf("--partitions-ahead is %d: it cannot be negative", c.PartitionsAhead))
	}
	if c.KeepDays < 0 {
		problems = append(problems, fmt.Errorf("--keep-days is %d: it cannot be negative", c.KeepDays))
	}
	return errors.Join(problems...)
}

// FlagDefaults are the defaults that Config's tags name and this machine
// decides. A scan keeps the database busy about as long as its worker, so two
// slots a core keep both busy.
func FlagDefaults() map[string]string {
	return map[string]string{"slots": strconv.Itoa(2 * runtime.NumCPU())}
}
