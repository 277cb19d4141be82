package main

import (
	"context"
	"log/slog"
	"os"
	"runtime"

	"creatorpay/db"
	"creatorpay/internal/connect"
)

// databaseFlags are the flags of every command that uses the database.
type databaseFlags struct {
	MySQLDSN string `name:"mysql-dsn" env:"MYSQL_DSN" required:"" placeholder:"DSN" help:"Database, as user:password@tcp(host:3306)/database."`
}

// connections is enough to load or recompute on all of a machine's cores.
func connections() int { return 2*runtime.NumCPU() + 2 }

// open connects to a database whose schema is the one that this program needs.
func (f databaseFlags) open(ctx context.Context) (*db.DB, error) {
	database, err := f.openAnySchema(ctx)
	if err != nil {
		return nil, err
	}
	if err := database.CheckSchema(ctx); err != nil {
		_ = database.Close()
		return nil, err
	}
	return database, nil
}

func (f databaseFlags) openAnySchema(ctx context.Context) (*db.DB, error) {
	return db.Open(ctx, f.MySQLDSN, connections())
}

// temporalFlags are the flags of every command that shows links into the
// Temporal UI. The connection itself is made as Temporal's own tools make it.
type temporalFlags struct {
	TemporalUI string `name:"temporal-ui" env:"TEMPORAL_UI_URL" default:"http://localhost:8233" placeholder:"URL" help:"Address of the Temporal UI, for links."`
}

func connectTemporal(ctx context.Context) (*connect.Server, error) {
	// The SDK's own lines would break up tables and progress bars.
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	return connect.Temporal(ctx, quiet, nil)
}
