package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"creatorpay/internal/localstack"
	"creatorpay/program/logging"
	"creatorpay/settlement"
	"creatorpay/worker/service"
)

type devCommand struct {
	Dir      string         `default:".dev" type:"path" help:"Folder of the stack's data and logs."`
	TimeZone string         `env:"BUSINESS_TIME_ZONE" default:"${time_zone}" help:"Business time zone of a new database."`
	Replicas uint8          `default:"0" help:"How many replicas the database has: copies to read from, which follow it."`
	Worker   service.Config `embed:""`
	Logging  logging.Config `embed:""`
}

func (c devCommand) Run(ctx context.Context) error {
	calendar, err := settlement.NewCalendar(c.TimeZone)
	if err != nil {
		return fmt.Errorf("--time-zone: %w", err)
	}
	stack, err := localstack.Start(ctx, c.Dir, calendar, int(c.Replicas))
	if err != nil {
		return err
	}
	fmt.Printf(`Temporal UI  %s
Mail inbox   %s
Api          %s
MySQL        %s
%sSettings     set -a; . %s; set +a
Logs         %s
Stop with ^C.
`, stack.UI(), stack.Inbox(), stack.API(), stack.DSN, replicaLines(stack.Replicas), shortPath(localstack.EnvFile(c.Dir)), shortPath(filepath.Join(c.Dir, "*.log")))
	logger := logging.New(c.Logging)
	programs, ctx := errgroup.WithContext(ctx)
	programs.Go(func() error { return stack.Work(ctx, c.Worker, logger) })
	programs.Go(func() error { return stack.Answer(ctx, logger) })
	return errors.Join(programs.Wait(), stack.Stop())
}

func replicaLines(dsns []string) (lines string) {
	for _, dsn := range dsns {
		lines += "  replica    " + dsn + "\n"
	}
	return lines
}
