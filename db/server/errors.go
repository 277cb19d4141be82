package server

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"creatorpay/settlement"
)

// Error numbers of the server, the same on MySQL and MariaDB. The names are
// those of its manual.
const (
	UnknownDatabase uint16 = 1049
	UnknownColumn   uint16 = 1054
	UnknownTable    uint16 = 1109
	NoSuchTable     uint16 = 1146
	ValueOutOfRange uint16 = 1264 // for its column
	LockWaitTimeout uint16 = 1205
	LockDeadlock    uint16 = 1213

	RangeNotIncreasing   uint16 = 1493
	SameNamePartition    uint16 = 1517
	ReorganizeOutOfRange uint16 = 1520
	UnknownPartition     uint16 = 1735

	PrivilegeMissing uint16 = 1227

	dbAccessDenied       uint16 = 1044
	accessDenied         uint16 = 1045
	dupEntry             uint16 = 1062
	parseError           uint16 = 1064
	expressionOutOfRange uint16 = 1690
)

// ErrorNumber is the number that the server gave its error, 0 if it is none of
// the server's.
func ErrorNumber(err error) uint16 {
	var server *mysql.MySQLError
	if errors.As(err, &server) {
		return server.Number
	}
	return 0
}

// LostToAnotherTx tells whether a transaction may be tried again because it lost
// a lock to another one, or a unique key that it could not see yet.
func LostToAnotherTx(err error) bool {
	switch ErrorNumber(err) {
	case LockDeadlock, LockWaitTimeout, dupEntry:
		return true
	default:
		return false
	}
}

// inRange makes an error that says that a sum does not fit into a BIGINT, on the
// server or on its way here, a [settlement.ErrOutOfRange].
func inRange(err error) error {
	if err == nil || errors.Is(err, settlement.ErrOutOfRange) {
		return err
	}
	number := ErrorNumber(err)
	// The sums are exact decimals on the server; database/sql keeps no more of
	// the cause than its text.
	if number == ValueOutOfRange || number == expressionOutOfRange || strings.Contains(err.Error(), strconv.ErrRange.Error()) {
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
