package db

import (
	"context"
	"errors"
	"fmt"

	"creatorpay/db/probe"
	"creatorpay/db/server"
	"creatorpay/settlement"
)

// settingNode is the node of a Galera cluster through which all programs write.
const settingNode = "writing_node"

const writingNode = `
		SELECT value
		FROM settings
		WHERE name = '` + settingNode + `'`

// CheckServer refuses a server on which money is not safe: see [probe.Check]. On a
// Galera cluster it also keeps all connections from now on to the node through which
// the programs write. The database must have been migrated.
func (db *DB) CheckServer(ctx context.Context) error {
	if err := db.holdToNode(ctx); err != nil {
		return err
	}
	return probe.Check(ctx, db.pool)
}

// CheckReads refuses a server that reads wrongly: see [probe.CheckReads].
func (db *DB) CheckReads(ctx context.Context) error { return probe.CheckReads(ctx, db.pool) }

// IsRefusal tells whether a check has found that what is read from the server may be
// wrong. All other errors of checks leave that open, or will show in whatever is asked.
func IsRefusal(err error) bool {
	var refusal *probe.Refusal
	return errors.As(err, &refusal) || errors.Is(err, server.ErrCommitOrder)
}

func (db *DB) holdToNode(ctx context.Context) error {
	if !db.pool.Galera() {
		return nil
	}
	err := db.pool.HoldTo(ctx, writingNode)
	if errors.Is(err, server.ErrNoNode) {
		return settlement.Errorf(settlement.ErrNotMigrated, settlement.Period{}, "%s", err)
	}
	return err
}

// chooseNode has the programs write through the node of this connection, if they write
// through none yet.
func (db *DB) chooseNode(ctx context.Context) error {
	if !db.pool.Galera() {
		return nil
	}
	node, err := db.pool.Node(ctx)
	if err != nil {
		return fmt.Errorf("ask for the node of the Galera cluster: %w", err)
	}
	if _, err := db.pool.ExecContext(ctx, `
		INSERT IGNORE INTO settings (name, value)
		VALUES (?, ?)`, settingNode, node); err != nil {
		return fmt.Errorf("store the node that is written through: %w", err)
	}
	return db.holdToNode(ctx)
}

// errNotGalera says that a server has no nodes to choose from.
var errNotGalera = errors.New("the server is not a node of a Galera cluster")

// MoveToNode has all programs write through the node of this connection from now on,
// and gives its name. None may write through the former one any more: it is down, or they were all
// stopped.
func (db *DB) MoveToNode(ctx context.Context) (node string, err error) {
	if !db.pool.Galera() {
		return "", errNotGalera
	}
	if node, err = db.pool.Node(ctx); err != nil {
		return "", fmt.Errorf("ask for the node of the Galera cluster: %w", err)
	}
	if _, err := db.pool.ExecContext(ctx, `
		REPLACE INTO settings (name, value)
		VALUES (?, ?)`, settingNode, node); err != nil {
		return "", fmt.Errorf("store the node that is written through: %w", err)
	}
	return node, nil
}
