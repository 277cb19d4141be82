package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"creatorpay/db/probe"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Each file holds one statement that can be run again: MySQL commits DDL at
// once, so a migration that breaks off is completed by running it once more.
//
//go:embed migrations/*.sql
var migrations embed.FS

const settingTimeZone = "time_zone"

func (db *DB) migrator(options ...goose.ProviderOption) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectMySQL, db.pool.DB.DB, files,
		append(options, goose.WithDisableGlobalRegistry(true))...)
}

// Migrate brings the schema to the version that this program needs and fixes
// the business time zone, which every program on this database shares: days
// that were cut in one zone cannot go on in another, so a different zone is
// refused once one is set. A server on which money is not safe gets
// no table of the books, and on a Galera cluster the first migration fixes the node through which all
// programs write. It returns the versions that it applied.
func (db *DB) Migrate(ctx context.Context, calendar settlement.Calendar) ([]int64, error) {
	// Before anything is changed.
	if err := db.checkZone(ctx, calendar); err != nil && !errors.Is(err, settlement.ErrNotMigrated) {
		return nil, err
	}
	if err := probe.Prepare(ctx, db.pool); err != nil {
		return nil, err
	}
	if err := probe.Check(ctx, db.pool); err != nil {
		return nil, err
	}
	// Two migrations at once wait for each other.
	locker, err := lock.NewMySQLTableLocker()
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	migrator, err := db.migrator(goose.WithLocker(locker))
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	results, err := migrator.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	applied := make([]int64, len(results))
	for i, result := range results {
		applied[i] = result.Source.Version
	}
	if _, err := db.pool.ExecContext(ctx, `
		INSERT IGNORE INTO settings (name, value)
		VALUES (?, ?)`, settingTimeZone, calendar.Zone()); err != nil {
		return nil, fmt.Errorf("store time zone: %w", err)
	}
	// Another one may have stored it first.
	if err := db.checkZone(ctx, calendar); err != nil {
		return nil, err
	}
	return applied, db.chooseNode(ctx)
}

// checkZone refuses a calendar of another zone than the database's. It fails with a
// [settlement.ErrNotMigrated] where that has none.
func (db *DB) checkZone(ctx context.Context, calendar settlement.Calendar) error {
	stored, err := db.Calendar(ctx)
	if err != nil {
		return err
	}
	if stored.Zone() != calendar.Zone() {
		return fmt.Errorf("this database's business time zone is %s and cannot become %s: its days are cut in the first", stored.Zone(), calendar.Zone())
	}
	return nil
}

// CheckSchema fails with a [settlement.ErrSchema] when the schema is older or newer than
// this program. It changes nothing.
func (db *DB) CheckSchema(ctx context.Context) error {
	migrator, err := db.migrator()
	if err != nil {
		return fmt.Errorf("check schema: %w", err)
	}
	sources := migrator.ListSources()
	needs := sources[len(sources)-1].Version
	var has int64
	err = db.pool.GetContext(ctx, &has, `
		SELECT COALESCE(MAX(version_id), 0)
		FROM goose_db_version
		WHERE is_applied`)
	if err != nil && server.ErrorNumber(err) != server.NoSuchTable {
		return fmt.Errorf("check schema: %w", err)
	}
	if has != needs {
		return schemaError(has, needs)
	}
	return nil
}

func schemaError(has, needs int64) error {
	if has < needs {
		return settlement.Errorf(settlement.ErrNotMigrated, settlement.Period{}, "the database's schema is at version %d, this program needs %d", has, needs)
	}
	return settlement.Errorf(settlement.ErrSchema, settlement.Period{},
		"the database's schema is at version %d, newer than this program's %d: use the program that goes with it", has, needs)
}

// Calendar is the business calendar that [DB.Migrate] fixed.
func (db *DB) Calendar(ctx context.Context) (settlement.Calendar, error) {
	return readCalendar(ctx, db.pool)
}

func readCalendar(ctx context.Context, from sqlx.QueryerContext) (settlement.Calendar, error) {
	var zone string
	err := sqlx.GetContext(ctx, from, &zone, `
		SELECT value
		FROM settings
		WHERE name = ?`, settingTimeZone)
	if errors.Is(err, sql.ErrNoRows) || server.ErrorNumber(err) == server.NoSuchTable {
		return settlement.Calendar{}, settlement.Errorf(settlement.ErrNotMigrated, settlement.Period{}, "the database has no business time zone: it was not migrated")
	}
	if err != nil {
		return settlement.Calendar{}, fmt.Errorf("read time zone: %w", err)
	}
	return settlement.NewCalendar(zone)
}
