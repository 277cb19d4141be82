// Package service is the api process: it connects, answers, says how it is, and
// drains when it is told to stop.
package service

import (
	"errors"
	"fmt"
	"net"
	"time"

	"creatorpay/api/access"
	v1 "creatorpay/api/v1"
	"creatorpay/db/copies"
	"creatorpay/program/settings"
)

// Config is what an api can be told. Its tags make the command line's flags and
// environment variables.
type Config struct {
	settings.Database `embed:""`
	Replicas          settings.Replicas `embed:""`
	Copies            copies.Config     `embed:"" group:"Copies of the books"`
	Access            access.Config     `embed:"" group:"Who may read"`
	V1                v1.Config         `embed:""`
	Listen            string            `env:"API_LISTEN" default:"127.0.0.1:8088" placeholder:"ADDR" help:"Answer on this address."`
	HealthListen      string            `env:"API_HEALTH_LISTEN" placeholder:"ADDR" help:"Serve /metrics, /healthz and /readyz on this address, such as 127.0.0.1:9091. Nothing is served without it."`
	MaxClients        int               `env:"API_MAX_CLIENTS" default:"10000" help:"Connections of clients at a time; further ones wait until one ends."`
	StopTimeout       time.Duration     `env:"API_STOP_TIMEOUT" default:"15s" help:"How long requests may go on after SIGTERM."`
}

// Validate says what is wrong with the settings, all of it at once.
func (c Config) Validate() error {
	var problems []error
	for _, address := range []struct{ flag, value string }{{"listen", c.Listen}, {"health-listen", c.HealthListen}} {
		if _, _, err := net.SplitHostPort(address.value); err != nil && address.value != "" {
			problems = append(problems, fmt.Errorf("--%s is %q: write it as 127.0.0.1:8088, or :8088 for all interfaces", address.flag, address.value))
		}
	}
	if c.Listen == "" {
		problems = append(problems, errors.New("--listen is empty: give the address to answer on"))
	}
	if c.MaxClients < 1 {
		problems = append(problems, fmt.Errorf("--max-clients is %d: at least one client must be able to connect", c.MaxClients))
	}
	if c.StopTimeout < 0 {
		problems = append(problems, fmt.Errorf("--stop-timeout is %s: it cannot be negative", c.StopTimeout))
	}
	return errors.Join(append(problems, c.Copies.Validate(), c.V1.Validate())...)
}
