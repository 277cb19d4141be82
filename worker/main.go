// The worker runs workflows and activities until it gets SIGTERM or SIGINT. Any
// number of workers, on any number of machines, share the work.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"creatorpay/program/command"
	"creatorpay/program/connect"
	"creatorpay/program/logging"
	"creatorpay/program/settings"
	"creatorpay/worker/service"
)

func main() {
	var config struct {
		settings.Database `embed:""`
		settings.Replicas `embed:""`
		Service           service.Config `embed:""`
		Logging           logging.Config `embed:""`
	}
	kong.Parse(&config,
		kong.Name("worker"),
		kong.Description("Works on creatorpay's runs until it is told to stop.\n\n"+connect.EnvironmentHelp),
		kong.Vars(service.FlagDefaults()),
	)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, service.Backends{MySQLDSN: config.MySQLDSN, ReplicaDSNs: config.DSNs()}, config.Service, config.Logging)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "worker:", command.Explain(err))
		os.Exit(1)
	}
}

func run(ctx context.Context, backends service.Backends, config service.Config, log logging.Config) (err error) {
	if backends.Temporal, err = connect.TemporalOptions(); err != nil {
		return err
	}
	return service.Run(ctx, backends, config, logging.New(log))
}
