package server

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
)

// noWritesNumbers are those of a server that others have taken over from, or that has
// not taken over yet.
var noWritesNumbers = []uint16{optionPreventsStatement, readOnlyMode, hookFailed, notPrepared}

// NoWrites says of a server that refuses to write what it may be, and closes the connections
// to it that nobody uses: the address may lead to another server by now, which only new
// connections come to. So it does where a node of Galera is not the one that is written through. Other errors stay as they are.
func (p *Pool) NoWrites(err error) error {
	if errors.Is(err, errOtherNode) {
		p.closeIdle()
		return err
	}
	if !slices.Contains(noWritesNumbers, ErrorNumber(err)) {
		return err
	}
	p.closeIdle()
	if ErrorNumber(err) == hookFailed {
		return fmt.Errorf("MySQL at %s cannot commit: it has lost its group, or the transaction is larger than group_replication_transaction_size_limit, which its error log tells (%w)", p.Address, err)
	}
	return fmt.Errorf("MySQL at %s takes no writes now: it is a replica, or another server is to take its place (%w)", p.Address, err)
}

// OnWriter lets read read on a connection to the server that takes the writes. A connection that was opened before another server took
// over may still lead to the former one, which can be behind: whoever has just written to the new one would not find
// there what came before. It is closed then, and the error is that of a write.
func (p *Pool) OnWriter(ctx context.Context, read func(from sqlx.QueryerContext) error) error {
	conn, err := p.Connx(ctx)
	if err != nil {
		return err
	}
	if err = p.requireWriter(ctx, conn); err == nil {
		err = read(conn)
	}
	_ = conn.Close() // first: only what nobody uses is closed
	return p.NoWrites(err)
}

// requireWriter fails as a write would on a connection to a server that takes none.
func (p *Pool) requireWriter(ctx context.Context, conn *sqlx.Conn) error {
	if err := p.checkNodeOf(ctx, conn); err != nil {
		return err
	}
	var readOnly string // a number or a word, by server and version
	if err := conn.GetContext(ctx, &readOnly, `SELECT @@GLOBAL.read_only`); err != nil {
		return fmt.Errorf("ask the server whether it takes writes: %w", err)
	}
	if readOnly != "0" && readOnly != "OFF" {
		return &mysql.MySQLError{Number: optionPreventsStatement, Message: "read_only = " + readOnly}
	}
	return nil
}

// closeIdle closes the connections that nobody uses at the moment.
func (p *Pool) closeIdle() {
	p.SetMaxIdleConns(0)
	p.SetMaxIdleConns(p.Stats().MaxOpenConnections)
}

// ExecContext executes a statement in a transaction of its own.
func (p *Pool) ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	result, err := p.DB.ExecContext(ctx, statement, args...)
	return result, p.NoWrites(err)
}
