package server

import (
	"errors"
	"slices"
	"time"

	"github.com/go-sql-driver/mysql"
)

// These errors go on from the name of the setting that has the DSN. They say no word of what is wrong: the driver's and the server's would
// quote pieces of the DSN, and where one is not of its form, any piece may be the
// password.
var (
	errDSN        = errors.New("cannot be read: write it as user:password@tcp(host:3306)/database")
	errNoDatabase = errors.New("names no database: write it as user:password@tcp(host:3306)/database")
	errParameter  = errors.New("a parameter behind the ? is no setting of the server or of go-sql-driver")
)

// parseDSN reads the way to the database, with those of the driver's own
// settings that the programs rely on.
func parseDSN(dsn string) (*mysql.Config, error) {
	config, err := mysql.ParseDSN(dsn)
	// Without its @ or its last slash a password is taken for the network.
	if err != nil || !slices.Contains([]string{"tcp", "tcp4", "tcp6", "unix"}, config.Net) {
		return nil, errDSN
	}
	if config.DBName == "" {
		return nil, errNoDatabase
	}
	config.ParseTime = true
	config.Loc = time.UTC
	config.InterpolateParams = true // one round trip a statement instead of three
	config.ClientFoundRows = false  // package daylog tells by the rows that changed which ones are new
	config.ColumnsWithAlias = false
	config.Collation = ""              // some are unsafe where parameters are written into statements
	config.Logger = &mysql.NopLogger{} // what it would print is in the errors, too
	return config, config.Apply(mysql.TimeTruncate(0))
}
