package server

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// serverName asks which server a connection has come to. Nodes of TiDB have one answer, since any of them
// may be asked: they are in front of one store.
var serverName = `SELECT CONCAT(@@server_id` + notToTiDB(`, ' ', @@hostname, ':', @@port`) + `)`

// mysqlConn is all that a connection of the driver can do for the pool and for scans.
type mysqlConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// sameServer is a connection that is not used again once the pool has come to another
// server. Where an address is given to another one, connections that were opened before
// may still lead to the former one: who read there what is behind, and wrote through a newer
// connection, would store what does not fit together.
type sameServer struct {
	mysqlConn
	name string
	last *atomic.Pointer[string] // name of the server that the newest connection came to
}

// ResetSession is called by the pool before it hands the connection out again.
func (s sameServer) ResetSession(ctx context.Context) error {
	if *s.last.Load() != s.name {
		return driver.ErrBadConn
	}
	return s.mysqlConn.ResetSession(ctx)
}

// whileSame notes where the connection has come to.
func (c *sessionConnector) whileSame(ctx context.Context, conn mysqlConn) (driver.Conn, error) {
	rows, err := conn.QueryContext(ctx, serverName, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for the name of the server: %w", err)
	}
	defer func() { _ = rows.Close() }()
	answer := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(answer); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("ask for the name of the server: %w", err)
	}
	name := fmt.Sprintf("%s", answer[0])
	c.last.Store(&name)
	return sameServer{conn, name, &c.last}, nil
}
