package main

import (
	"context"
	"log/slog"
	"os"
	"runtime"
	"slices"

	"go.temporal.io/sdk/client"

	"creatorpay/db"
	"creatorpay/program/connect"
	"creatorpay/program/control"
	"creatorpay/program/settings"
)

// A command that takes a *db.DB or a *control.Server as a parameter of its Run is given
// one: its flags say of which server. What cannot be right is refused before that.

// opened is what has been opened for a command.
type opened struct{ closers []func() }

func (o *opened) add(closer func()) { o.closers = append(o.closers, closer) }

func (o *opened) close() {
	for _, closer := range slices.Backward(o.closers) {
		closer()
	}
}

// databaseFlags are the flags of every command that uses the database.
type databaseFlags struct {
	settings.Database `embed:""`
}

// ProvideDatabase connects to a database whose schema is the one that this program needs, on
// a server on which money is safe.
func (f databaseFlags) ProvideDatabase(ctx context.Context, opened *opened) (*db.DB, error) {
	database, err := open(ctx, f.MySQLDSN, (*db.DB).CheckServer)
	if err == nil {
		opened.add(func() { _ = database.Close() })
	}
	return database, err
}

// readerFlags are those of the commands that only read: they work where nobody can write.
type readerFlags struct {
	settings.Database `embed:""`
}

// ProvideDatabase does what that of databaseFlags does, but for what has to be written.
func (f readerFlags) ProvideDatabase(ctx context.Context, opened *opened) (*db.DB, error) {
	database, err := open(ctx, f.MySQLDSN, (*db.DB).CheckReads)
	if err == nil {
		opened.add(func() { _ = database.Close() })
	}
	return database, err
}

func open(ctx context.Context, dsn string, checkServer func(*db.DB, context.Context) error) (*db.DB, error) {
	database, err := db.Open(ctx, dsn, connections())
	if err != nil {
		return nil, err
	}
	for _, check := range []func(*db.DB, context.Context) error{(*db.DB).CheckSchema, checkServer} {
		if err := check(database, ctx); err != nil {
			_ = database.Close()
			return nil, err
		}
	}
	return database, nil
}

// connections is enough to load or recompute on all of a machine's cores.
func connections() int { return 2*runtime.NumCPU() + 2 }

// temporalFlags are the flags of every command that shows links into the
// Temporal UI. The connection itself is made as Temporal's own tools make it.
type temporalFlags struct {
	TemporalUI string `name:"temporal-ui" env:"TEMPORAL_UI_URL" default:"http://localhost:8233" placeholder:"URL" help:"Address of the Temporal UI, for links."`
}

// ProvideTemporal connects to Temporal.
func (f temporalFlags) ProvideTemporal(ctx context.Context, opened *opened) (*control.Server, error) {
	options, err := connect.TemporalOptions()
	if err != nil {
		return nil, err
	}
	temporal, err := connectTemporal(ctx, options, f.TemporalUI)
	if err == nil {
		opened.add(temporal.Close)
	}
	return temporal, err
}

func connectTemporal(ctx context.Context, options client.Options, ui string) (*control.Server, error) {
	// The SDK's own lines would break up tables and progress bars.
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	temporal, err := connect.Temporal(ctx, options, quiet)
	if err != nil {
		return nil, err
	}
	return &control.Server{Client: temporal, Namespace: options.Namespace, UI: ui}, nil
}

// servers are the flags of every command that uses both.
type servers struct {
	databaseFlags
	temporalFlags
}

// readServers are those of the commands that use both and only read the database.
type readServers struct {
	readerFlags
	temporalFlags
}
