package server

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/jmoiron/sqlx"
)

// galeraNode names the node of a Galera cluster that a connection has come to. The
// name alone is the host's where nobody has given one.
const galeraNode = `CONCAT(@@wsrep_node_name, ' (', @@hostname, ':', @@port, ')')`

// ErrNoNode says that nothing is written down of which node of a Galera cluster is
// written through.
var ErrNoNode = errors.New("the database is on a Galera cluster, and it is not written down through which node the programs write")

// errOtherNode says that a connection has come to another node than it should.
var errOtherNode = errors.New("row locks hold on one node only, so two runs could write at the same time and pay twice: " +
	"let MYSQL_DSN of all programs lead to that node alone")

// Galera tells whether the server is a node of a Galera cluster.
func (p *Pool) Galera() bool { return p.galera }

// Node names the node of a Galera cluster that one of the pool's connections is on.
func (p *Pool) Node(ctx context.Context) (node string, err error) {
	err = p.GetContext(ctx, &node, `SELECT `+galeraNode)
	return node, err
}

// HoldTo keeps the pool to one node of a Galera cluster, whose name the query gives: row
// locks hold on one node only. From now on every connection is asked, when it is
// opened, where it has come to, and every transaction of [Pool.InTx] when it begins; one on another
// node is refused. It costs a statement each, and is not for other servers.
func (p *Pool) HoldTo(ctx context.Context, query string) error {
	p.connector.node.Store(&query)
	p.closeIdle()
	return p.PingContext(ctx)
}

// checkNode fails when the connection has come to another node than it should.
func checkNode(ctx context.Context, conn driver.QueryerContext, query string) error {
	rows, err := conn.QueryContext(ctx, nodesOf(query), nil)
	if err != nil {
		return askNodeError(err)
	}
	defer func() { _ = rows.Close() }()
	nodes := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(nodes); err != nil && !errors.Is(err, io.EOF) {
		return askNodeError(err)
	}
	return requireNode(nodes[0], nodes[1])
}

// checkNodeOf fails when the transaction or connection is on another node than it should be. Until it ends
// a transaction shares a lock of what is written down: when that is changed on another node, Galera ends the
// transaction as by a deadlock. So a program that was not stopped before the others moved
// stores no results any more.
func (p *Pool) checkNodeOf(ctx context.Context, from sqlx.QueryerContext) error {
	if !p.galera {
		return nil
	}
	query := p.connector.node.Load()
	if query == nil {
		return nil
	}
	var is, should any
	if err := from.QueryRowxContext(ctx, nodesOf(*query+` LOCK IN SHARE MODE`)).Scan(&is, &should); err != nil {
		return askNodeError(err)
	}
	return requireNode(is, should)
}

// nodesOf asks for the node that a connection is on and the one that the query gives.
func nodesOf(query string) string { return `SELECT ` + galeraNode + `, (` + query + `)` }

func askNodeError(err error) error {
	return fmt.Errorf("ask for the node of the Galera cluster: %w", err)
}

// requireNode fails when the nodes are two, or when none should be written through.
func requireNode(is, should any) error {
	switch {
	case should == nil:
		return ErrNoNode
	case fmt.Sprintf("%s", is) != fmt.Sprintf("%s", should):
		return fmt.Errorf("this connection came to node %s of the Galera cluster, while the programs write through %s; %w", is, should, errOtherNode)
	}
	return nil
}
