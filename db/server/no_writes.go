package server

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// noWritesNumbers are those of a server that others have taken over from, or that has
// not taken over yet.
var noWritesNumbers = []uint16{OptionPreventsStatement, ReadOnlyMode, hookFailed, notPrepared}

// noWrites says of a server that refuses to write what it may be, and closes the connections
// to it that nobody uses: the address may lead to another server by now, which only new
// connections come to. Other errors stay as they are.
func (p *Pool) noWrites(err error) error {
	if !slices.Contains(noWritesNumbers, ErrorNumber(err)) {
		return err
	}
	p.closeIdle()
	return fmt.Errorf("MySQL at %s takes no writes now: it is a replica, or another server is to take its place (%w)", p.Address, err)
}

// closeIdle closes the connections that nobody uses at the moment.
func (p *Pool) closeIdle() {
	p.SetMaxIdleConns(0)
	p.SetMaxIdleConns(p.Stats().MaxOpenConnections)
}

// ExecContext executes a statement in a transaction of its own.
func (p *Pool) ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	result, err := p.DB.ExecContext(ctx, statement, args...)
	return result, p.noWrites(err)
}
