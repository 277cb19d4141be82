// The api answers creators and operators about closed periods until it gets
// SIGTERM or SIGINT. It writes nothing; any number of them run behind a load
// balancer.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"creatorpay/api/service"
	"creatorpay/program/command"
	"creatorpay/program/logging"
)

func main() {
	var config struct {
		Service service.Config `embed:""`
		Logging logging.Config `embed:""`
	}
	kong.Parse(&config,
		kong.Name("api"),
		kong.Description("Answers creators and operators about closed periods until it is told to stop.\n\nFlags that have an environment variable name it behind their text."),
	)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := service.Run(ctx, config.Service, logging.New(config.Logging))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "api:", command.Explain(err))
		os.Exit(1)
	}
}
