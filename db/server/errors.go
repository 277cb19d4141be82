package server

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"creatorpay/settlement"
)

// Error numbers of the server, the same on MySQL, MariaDB and TiDB where they do
// not say otherwise. The names are those of its manual.
const (
	UnknownDatabase uint16 = 1049
	UnknownColumn   uint16 = 1054
	ParseError      uint16 = 1064
	UnknownTable    uint16 = 1109
	NoSuchTable     uint16 = 1146
	valueOutOfRange uint16 = 1264 // for its column
	LockWaitTimeout uint16 = 1205
	lockDeadlock    uint16 = 1213
	LockNoWait      uint16 = 3572 // of NOWAIT; MariaDB's is LockWaitTimeout

	optionPreventsStatement uint16 = 1290 // read_only, for example
	readOnlyMode            uint16 = 1836

	hookFailed  uint16 = 3100 // of group replication, on a server that has lost its group
	notPrepared uint16 = 1047 // of Galera, on a node that has lost its cluster

	CheckViolated          uint16 = 3819
	CheckViolatedOnMariaDB uint16 = 4025

	RangeNotIncreasing   uint16 = 1493
	NotPartitioned       uint16 = 1505
	SameNamePartition    uint16 = 1517
	ReorganizeOutOfRange uint16 = 1520
	UnknownPartition     uint16 = 1735

	PrivilegeMissing uint16 = 1227

	dbAccessDenied       uint16 = 1044
	accessDenied         uint16 = 1045
	dupEntry             uint16 = 1062
	expressionOutOfRange uint16 = 1690

	// Of TiDB alone, as is none of these numbers of another server.
	forUpdateCannotRetry uint16 = 8002
	transactionRetryable uint16 = 8022
	schemaExpired        uint16 = 8027
	schemaChanged        uint16 = 8028
	writeConflict        uint16 = 9007
)

// lostNumbers are those of a transaction that lost a lock or a unique key to another one,
// or whose tables changed their layout.
var lostNumbers = []uint16{
	lockDeadlock, LockWaitTimeout, dupEntry,
	forUpdateCannotRetry, transactionRetryable, schemaExpired, schemaChanged, writeConflict,
}

// ErrorNumber is the number that the server gave its error, 0 if it is none of
// the server's.
func ErrorNumber(err error) uint16 {
	var server *mysql.MySQLError
	if errors.As(err, &server) {
		return server.Number
	}
	return 0
}

// lostToAnotherTx tells whether a transaction may be tried again because it lost
// a lock to another one or found a unique key that it could not see before, or on
// TiDB because others changed a row or a table's layout that it relied on.
func lostToAnotherTx(err error) bool { return slices.Contains(lostNumbers, ErrorNumber(err)) }

// IsOutOfRange tells whether a figure does not fit: into its column, or on TiDB into
// the column's type.
func IsOutOfRange(err error) bool {
	number := ErrorNumber(err)
	return number == valueOutOfRange || number == expressionOutOfRange
}

// inRange makes an error that says that a sum does not fit into a BIGINT, on the
// server or on its way here, a [settlement.ErrOutOfRange].
func inRange(err error) error {
	if err == nil || errors.Is(err, settlement.ErrOutOfRange) {
		return err
	}
	// The sums are exact decimals on the server; database/sql keeps no more of
	// the cause than its text.
	if IsOutOfRange(err) || strings.Contains(err.Error(), strconv.ErrRange.Error()) {
		return fmt.Errorf("%w: %w", settlement.ErrOutOfRange, err)
	}
	return err
}

func explainConnect(err error, config *mysql.Config) error {
	switch ErrorNumber(err) {
	case accessDenied, dbAccessDenied:
		return fmt.Errorf("MySQL at %s refuses user %q: check user and password in MYSQL_DSN (%w)", config.Addr, config.User, err)
	case UnknownDatabase:
		return fmt.Errorf("MySQL at %s has no database %q: create it (CREATE DATABASE %s) or name another in MYSQL_DSN", config.Addr, config.DBName, config.DBName)
	default:
		return fmt.Errorf("MySQL at %s cannot be reached: check that it runs and that MYSQL_DSN is right (%w)", config.Addr, err)
	}
}
