package server

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// galeraNode names the node of a Galera cluster that a connection has come to. The
// name alone is the host's where nobody has given one.
const galeraNode = `CONCAT(@@wsrep_node_name, ' (', @@hostname, ':', @@port, ')')`

// ErrNoNode says that nothing is written down of which node of a Galera cluster is
// written through.
var ErrNoNode = errors.New("the database is on a Galera cluster, and it is not written down through which node the programs write")

// Galera tells whether the server is a node of a Galera cluster.
func (p *Pool) Galera() bool { return p.galera }

// Node names the node of a Galera cluster that one of the pool's connections is on.
func (p *Pool) Node(ctx context.Context) (node string, err error) {
	err = p.GetContext(ctx, &node, `SELECT `+galeraNode)
	return node, err
}

// HoldTo keeps the pool to one node of a Galera cluster, whose name the query gives: row
// locks hold on one node only. From now on every connection is asked, when it is
// opened, where it has come to; one of another node is refused. It costs a statement
// a connection, and is not for other servers.
func (p *Pool) HoldTo(ctx context.Context, query string) error {
	statement := `SELECT ` + galeraNode + `, (` + query + `)`
	p.connector.node.Store(&statement)
	p.closeIdle()
	return p.PingContext(ctx)
}

// checkNode fails when the connection has come to another node than it should.
func checkNode(ctx context.Context, conn driver.QueryerContext, statement string) error {
	rows, err := conn.QueryContext(ctx, statement, nil)
	if err != nil {
		return fmt.Errorf("ask for the node of the Galera cluster: %w", err)
	}
	defer func() { _ = rows.Close() }()
	nodes := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(nodes); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("ask for the node of the Galera cluster: %w", err)
	}
	is, should := nodes[0], nodes[1]
	switch {
	case should == nil:
		return ErrNoNode
	case fmt.Sprintf("%s", is) != fmt.Sprintf("%s", should):
		return fmt.Errorf("this connection came to node %s of the Galera cluster, while the programs write through %s; row locks hold on one node only, "+
			"so two runs could write at the same time and pay twice: let MYSQL_DSN of all programs lead to that node alone", is, should)
	}
	return nil
}
