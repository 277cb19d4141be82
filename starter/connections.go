package main

import (
	"context"
	"log/slog"
	"os"
	"runtime"

	"go.temporal.io/sdk/client"

	"creatorpay/db"
	"creatorpay/program/connect"
)

// connections is enough to load or recompute on all of a machine's cores.
func connections() int { return 2*runtime.NumCPU() + 2 }

// open connects to a database whose schema is the one that this program needs.
func open(ctx context.Context, dsn string) (*db.DB, error) {
	database, err := db.Open(ctx, dsn, connections())
	if err != nil {
		return nil, err
	}
	if err := database.CheckSchema(ctx); err != nil {
		_ = database.Close()
		return nil, err
	}
	return database, nil
}

// databaseFlags are the flags of every command that uses the database.
type databaseFlags struct {
	connect.Database `embed:""`
}

func (f databaseFlags) open(ctx context.Context) (*db.DB, error) { return open(ctx, f.MySQLDSN) }

// withServers does work that needs the database and Temporal.
func withServers(ctx context.Context, mysql databaseFlags, flags temporalFlags, work func(*db.DB, *temporalServer) error) error {
	database, err := mysql.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = database.Close() }()
	temporal, err := flags.connect(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	return work(database, temporal)
}

// temporalFlags are the flags of every command that shows links into the
// Temporal UI. The connection itself is made as Temporal's own tools make it.
type temporalFlags struct {
	TemporalUI string `name:"temporal-ui" env:"TEMPORAL_UI_URL" default:"http://localhost:8233" placeholder:"URL" help:"Address of the Temporal UI, for links."`
}

// temporalServer is a connection to Temporal and what links into its UI need.
type temporalServer struct {
	client.Client
	namespace string
	ui        string
}

func (f temporalFlags) connect(ctx context.Context) (*temporalServer, error) {
	options, err := connect.TemporalOptions()
	if err != nil {
		return nil, err
	}
	return connectTemporal(ctx, options, f.TemporalUI)
}

func connectTemporal(ctx context.Context, options client.Options, ui string) (*temporalServer, error) {
	// The SDK's own lines would break up tables and progress bars.
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	temporal, err := connect.Temporal(ctx, options, quiet)
	if err != nil {
		return nil, err
	}
	return &temporalServer{Client: temporal, namespace: options.Namespace, ui: ui}, nil
}
