package devstack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Cluster is a primary and its replicas, which replicate it by GTID. Its methods are not safe for concurrent use.
type Cluster struct {
	Primary  *MySQL
	Replicas []*Replica
}

// ErrNoReplicas means that the server is not one that others follow by GTID.
var ErrNoReplicas = errors.New("TiDB has no replicas that follow a primary by GTID")

// StartReplicated starts a primary as [StartMySQL] does, with a binary log, and so many replicas of it under dir, too. Replicas are
// read-only, also for root where the server can be (super_read_only of MySQL), durable, and have small buffer pools. flags are
// further server flags of all of them.
//
// Without replicas it is a server without a binary log. With some it is an [ErrNoReplicas] on TiDB.
//
// At every start a replica gets a copy of the primary's data as it is then, and follows from there: what the primary did meanwhile
// without a binary log is in it.
func StartReplicated(ctx context.Context, dir string, replicas int, flags ...string) (_ *Cluster, err error) {
	c := &Cluster{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start replicated mysql: %w", err), c.Kill())
		}
	}()
	if c.Primary, err = newMySQL(ctx, dir, flags); err != nil {
		return nil, err
	}
	if replicas > 0 {
		if c.Primary.IsTiDB() {
			return nil, ErrNoReplicas
		}
		c.Primary.replicate(1, flags)
	}
	for i := range replicas {
		replica, err := newReplica(ctx, replicaDir(dir, strconv.Itoa(i+1)), i+2, flags)
		if err != nil {
			return nil, err
		}
		c.Replicas = append(c.Replicas, replica)
	}
	if err := c.copyPrimary(ctx); err != nil {
		return nil, err
	}
	return c, c.start(ctx)
}

// replicaDir is the directory of the replica of that name, within that of its primary.
func replicaDir(dir, name string) string { return filepath.Join(dir, "replica-"+name) }

// copyPrimary gives the replicas the data of the primary, which is down, and makes that data first if there is none.
func (c *Cluster) copyPrimary(ctx context.Context) error {
	return c.Primary.whileDown(ctx, func() error {
		if err := c.Primary.prepare(ctx); err != nil {
			return err
		}
		for _, replica := range c.Replicas {
			if err := replica.whileDown(ctx, func() error { return copyData(c.Primary.dir, replica.dir) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// copyData replaces the data directory of a server that is down by that of another one.
func copyData(from, to string) error {
	data := mysqlDataDir(to)
	if err := os.RemoveAll(data); err != nil {
		return err
	}
	if err := os.CopyFS(data, os.DirFS(mysqlDataDir(from))); err != nil {
		return err
	}
	// MySQL's server id, which no two servers of a replication may share; the server makes up another one.
	if err := os.Remove(filepath.Join(data, "auto.cnf")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Backup copies the data of the server, which must be down, to a folder.
func (m *MySQL) Backup(ctx context.Context, to string) error {
	return m.whileDown(ctx, func() error { return copyData(m.dir, to) })
}

// Restore puts a backup in the place of the data of the server, which must be down. A replica goes on from there.
func (m *MySQL) Restore(ctx context.Context, from string) error {
	return m.whileDown(ctx, func() error { return copyData(from, m.dir) })
}

func (c *Cluster) start(ctx context.Context) error {
	if err := c.Primary.start(ctx); err != nil {
		return err
	}
	starts, ctx := errgroup.WithContext(ctx)
	for _, replica := range c.Replicas {
		starts.Go(func() error {
			if err := replica.start(ctx); err != nil {
				return err
			}
			return replica.join(ctx, c.Primary)
		})
	}
	return starts.Wait()
}

// CatchUp waits until all replicas have applied what the primary has committed by now.
func (c *Cluster) CatchUp(ctx context.Context) error {
	for _, replica := range c.Replicas {
		if err := replica.CatchUp(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Stop stops all servers in order, the primary last.
func (c *Cluster) Stop() error { return c.end((*server).Stop) }

// Kill kills all servers.
func (c *Cluster) Kill() error { return c.end((*server).Kill) }

func (c *Cluster) end(end func(*server) error) (err error) {
	for _, replica := range c.Replicas {
		err = errors.Join(err, end(&replica.server))
	}
	if c.Primary != nil {
		err = errors.Join(err, end(&c.Primary.server))
	}
	return err
}

// LogTail quotes the last lines of each server's log.
func (c *Cluster) LogTail() string {
	logs := []string{c.Primary.LogTail()}
	for _, replica := range c.Replicas {
		logs = append(logs, replica.LogTail())
	}
	return strings.Join(logs, "\n")
}
