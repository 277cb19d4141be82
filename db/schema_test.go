package db

import (
	"testing"

	"creatorpay/settlement"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func TestMigrateAgainAppliesNothing(t *testing.T) {
	db := openEmpty(t)
	applied, err := db.Migrate(t.Context(), seoul)
	require.NoError(t, err)
	require.NotEmpty(t, applied)

	applied, err = db.Migrate(t.Context(), seoul)
	require.NoError(t, err)
	require.Empty(t, applied)
	require.NoError(t, db.CheckSchema(t.Context()))
}

func TestMigrationsAtOnceApplyEachVersionOnce(t *testing.T) {
	db := openEmpty(t)
	var applied [3][]int64
	var group errgroup.Group
	for i := range applied {
		group.Go(func() (err error) {
			applied[i], err = db.Migrate(t.Context(), seoul)
			return err
		})
	}
	require.NoError(t, group.Wait())
	once := map[int64]int{}
	for _, versions := range applied {
		for _, version := range versions {
			once[version]++
		}
	}
	require.NotEmpty(t, once)
	for version, times := range once {
		require.Equal(t, 1, times, "version %d", version)
	}
	require.NoError(t, db.CheckSchema(t.Context()))
}

func TestMigrateMendsWhatBrokeOff(t *testing.T) {
	db := openMigrated(t)
	// The server did everything, but the migrator did not live to note it.
	exec(t, db, `DELETE FROM goose_db_version WHERE version_id > 0`)

	applied, err := db.Migrate(t.Context(), seoul)
	require.NoError(t, err)
	require.Len(t, applied, read[int](t, db, `SELECT COUNT(*) FROM goose_db_version WHERE version_id > 0`))
	require.NoError(t, db.CheckSchema(t.Context()))
}

func TestMigrateRefusesAnotherTimeZone(t *testing.T) {
	db := openMigrated(t)
	exec(t, db, `DELETE FROM goose_db_version ORDER BY version_id DESC LIMIT 1`) // there is something to apply

	_, err := db.Migrate(t.Context(), calendarOf("Europe/Berlin"))
	require.ErrorContains(t, err, "Asia/Seoul and cannot become Europe/Berlin")
	require.ErrorIs(t, db.CheckSchema(t.Context()), settlement.ErrNotMigrated, "nothing is applied")

	calendar, err := db.Calendar(t.Context())
	require.NoError(t, err)
	require.Equal(t, "Asia/Seoul", calendar.Zone())
}

func TestCheckSchemaRefusesAnEmptyDatabase(t *testing.T) {
	err := openEmpty(t).CheckSchema(t.Context())
	require.ErrorIs(t, err, settlement.ErrNotMigrated)
	require.ErrorContains(t, err, "is at version 0")
}

func TestCheckSchemaRefusesAnOlderSchema(t *testing.T) {
	db := openMigrated(t)
	exec(t, db, `DELETE FROM goose_db_version ORDER BY version_id DESC LIMIT 1`)

	require.ErrorIs(t, db.CheckSchema(t.Context()), settlement.ErrNotMigrated)
}

func TestCheckSchemaRefusesANewerSchema(t *testing.T) {
	db := openMigrated(t)
	exec(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`)

	var schema *settlement.Error
	require.ErrorAs(t, db.CheckSchema(t.Context()), &schema)
	require.Equal(t, settlement.ErrSchema, schema.Kind)
	require.ErrorContains(t, schema, "newer than this program's")
}

func TestCalendarSaysThatTheDatabaseIsNotMigrated(t *testing.T) {
	db := openMigrated(t)
	exec(t, db, `DELETE FROM settings`)

	_, err := db.Calendar(t.Context())
	require.ErrorIs(t, err, settlement.ErrNotMigrated)
}
