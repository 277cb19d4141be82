package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"creatorpay/internal/localstack"
	"creatorpay/program/logging"
	"creatorpay/settlement"
	"creatorpay/worker/service"
)

type devCommand struct {
	Dir      string         `default:".dev" type:"path" help:"Folder of the stack's data and logs."`
	TimeZone string         `env:"BUSINESS_TIME_ZONE" default:"${time_zone}" help:"Business time zone of a new database."`
	Worker   service.Config `embed:""`
	Logging  logging.Config `embed:""`
}

func (c devCommand) Run(ctx context.Context) error {
	calendar, err := settlement.NewCalendar(c.TimeZone)
	if err != nil {
		return fmt.Errorf("--time-zone: %w", err)
	}
	stack, err := localstack.Start(ctx, c.Dir, calendar)
	if err != nil {
		return err
	}
	fmt.Printf(`Temporal UI  %s
Mail inbox   %s
MySQL        %s
Settings     set -a; . %s; set +a
Logs         %s
Stop with ^C.
`, stack.UI(), stack.Inbox(), stack.DSN, shortPath(localstack.EnvFile(c.Dir)), shortPath(filepath.Join(c.Dir, "*.log")))
	err = stack.Work(ctx, c.Worker, logging.New(c.Logging))
	return errors.Join(err, stack.Stop())
}
