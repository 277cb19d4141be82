package devstack

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// tidbConfig is what has no flag. A table begins without a region of its own, so that a transaction is in one region as long as
// nobody splits one: TiDB then commits it in one step (see tidbSettings).
const tidbConfig = `split-table = false
enable-telemetry = false
`

// tidbSettings are the statements of whoever sets a server up. The first is what the programs need. With the others a
// transaction is stored by one write or not at all, also if the server is killed: the store that is part of the server keeps
// the locks of a commit in two steps in memory, and by them alone it would know after a crash what else was committed.
var tidbSettings = []string{
	"SET GLOBAL tidb_enable_check_constraint = ON",
	"SET GLOBAL tidb_enable_async_commit = OFF",
	"SET GLOBAL tidb_txn_commit_batch_size = 33554432", // bytes; regions are split before they get more at once
}

// tidbCommand is the command line of a TiDB that is its own store.
func (p mysqlProgram) tidbCommand(data string, port int, flags []string) []string {
	temp := mysqlTempDir(data)
	command := []string{
		p.path,
		"-store=unistore",
		"-path=" + data,
		"-temp-dir=" + temp,
		"-config=" + tidbConfigFile(data),
		"-host=127.0.0.1",
		"-P=" + strconv.Itoa(port),
		"-socket=", // none, as with mysqld
		"-report-status=false",
		"-log-slow-query=" + filepath.Join(temp, "slow.log"),
		"-L=error", // it warns of each lock that is waited for
	}
	return append(command, slices.DeleteFunc(slices.Clone(flags), func(flag string) bool {
		return strings.HasPrefix(flag, "--loose-")
	})...)
}

func tidbConfigFile(data string) string { return data + ".toml" }

// configureTiDB writes what has no flag. Without a folder of its own for it, TiDB would spill into one that all servers share.
func configureTiDB(data string) error {
	config := tidbConfig + "tmp-storage-path = " + strconv.Quote(mysqlTempDir(data)) + "\n"
	return os.WriteFile(tidbConfigFile(data), []byte(config), 0o600)
}

// settings are the statements that are part of the data of a fresh server.
func (p mysqlProgram) settings() []string {
	if p.product == tiDB {
		return tidbSettings
	}
	return nil
}

// fillTiDB makes the data of a fresh server under dir, as TiDB does by itself at its first start.
func (p mysqlProgram) fillTiDB(ctx context.Context, dir string) error {
	port, err := FreePort(ctx)
	if err != nil {
		return err
	}
	m := p.server(dir, port, nil)
	m.prepare = func(context.Context) error { return nil } // it is this
	if err := m.start(ctx); err != nil {
		return err
	}
	return errors.Join(m.exec(ctx, p.settings()...), m.Stop())
}
