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
	last *atomic.Pointer[namedServer] // that of the newest connection
}

// ResetSession is called by the pool before it hands the connection out again.
func (s sameServer) ResetSession(ctx context.Context) error {
	if s.isFormer() {
		return driver.ErrBadConn
	}
	return s.mysqlConn.ResetSession(ctx)
}

// IsValid is called by the pool when the connection comes back.
func (s sameServer) IsValid() bool { return !s.isFormer() && s.mysqlConn.IsValid() }

func (s sameServer) isFormer() bool { return s.last.Load().name != s.name }

// namedServer is the server that a connection came to.
type namedServer struct {
	name   string
	number int64 // of the connection, in the order in which they were begun
}

// asSameServer makes the connection one that ends when a newer one has come to another server. It notes where this one,
// which was begun as the number says, has come to, unless a newer one was noted.
func (c *sessionConnector) asSameServer(ctx context.Context, conn mysqlConn, number int64) (driver.Conn, error) {
	rows, err := conn.QueryContext(ctx, serverName, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for the name of the server: %w", err)
	}
	defer func() { _ = rows.Close() }()
	answer := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(answer); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("ask for the name of the server: %w", err)
	}
	here := &namedServer{fmt.Sprintf("%s", answer[0]), number}
	for {
		last := c.last.Load()
		if last != nil && last.number > number || c.last.CompareAndSwap(last, here) {
			return sameServer{conn, here.name, &c.last}, nil
		}
	}
}
