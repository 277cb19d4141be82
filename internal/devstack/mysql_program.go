package devstack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// mysqlDirs are where the server is found when it is not on the PATH: Debian keeps it out of a
// normal user's PATH, Homebrew does so with versioned formulas.
var mysqlDirs = []string{
	"/usr/sbin",
	"/usr/local/sbin",
	"/usr/libexec",
	"/opt/homebrew/bin",
	"/opt/homebrew/opt/mysql/bin",
	"/opt/homebrew/opt/mysql@8.4/bin",
	"/opt/homebrew/opt/mariadb/bin",
	"/usr/local/bin",
	"/usr/local/opt/mysql/bin",
	"/usr/local/opt/mysql@8.4/bin",
	"/usr/local/opt/mariadb/bin",
	"/usr/local/mysql/bin",
}

// product is whose server a program is.
type product int

const (
	mySQL product = iota
	mariaDB
	tiDB
)

// productOf reads it off what the program says of its version.
func productOf(version string) product {
	switch {
	case strings.Contains(version, "MariaDB"):
		return mariaDB
	case strings.HasPrefix(version, "Release Version:"): // and more lines, none of which names it
		return tiDB
	default:
		return mySQL
	}
}

// mysqlProgram is an installed server, of MySQL or of one that speaks its protocol.
type mysqlProgram struct {
	path    string
	version string // as the program tells it
	product product
}

func findMySQL(ctx context.Context) (mysqlProgram, error) {
	path, err := findMySQLPath()
	if err != nil {
		return mysqlProgram{}, err
	}
	version, err := exec.CommandContext(ctx, path, "-V").Output()
	if err != nil {
		return mysqlProgram{}, fmt.Errorf("run %s -V: %w", path, err)
	}
	return mysqlProgram{path: path, version: string(version), product: productOf(string(version))}, nil
}

func findMySQLPath() (string, error) {
	if path := os.Getenv("MYSQLD"); path != "" {
		path, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("the environment's MYSQLD: %w", err)
		}
		return filepath.Abs(path)
	}
	for _, name := range []string{"mysqld", "mariadbd"} {
		for _, dir := range append([]string{""}, mysqlDirs...) {
			if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
				return filepath.Abs(path)
			}
		}
	}
	return "", errors.New("neither mysqld nor mariadbd is on the PATH and MYSQLD is not set; run `make setup`")
}

// command is the command line that serves the data directory on port. flags are further flags, which win.
func (p mysqlProgram) command(data string, port int, flags []string) []string {
	if p.product == tiDB {
		return p.tidbCommand(data, port, flags)
	}
	command := append([]string{p.path}, p.commonFlags()...)
	command = append(command,
		"--datadir="+data,
		"--pid-file="+data+".pid",
		// A folder of its own: a starting MariaDB deletes all temporary tables that it finds there, whoever uses them.
		"--tmpdir="+mysqlTempDir(data),
		"--bind-address=127.0.0.1",
		"--port="+strconv.Itoa(port),
		"--socket=", // none: its path could be too long (about 100 bytes)
		"--innodb-buffer-pool-size=1G",
		"--innodb-flush-log-at-trx-commit=1",
		"--character-set-server=utf8mb4",
	)
	if p.product == mariaDB {
		command = append(command, "--innodb-log-file-size=512M")
	} else {
		command = append(command,
			"--innodb-redo-log-capacity=512M",
			"--skip-log-bin",
			"--mysqlx=OFF",
		)
	}
	return append(command, flags...)
}

// prepareFolder makes what the command needs beside the data.
func (p mysqlProgram) prepareFolder(data string) error {
	if err := os.MkdirAll(mysqlTempDir(data), 0o750); err != nil || p.product != tiDB {
		return err
	}
	return configureTiDB(data)
}

// commonFlags come first on every command line of the server.
func (p mysqlProgram) commonFlags() []string {
	flags := []string{"--no-defaults", "--performance-schema=OFF"}
	if os.Geteuid() == 0 {
		// In this spelling mariadb-install-db passes it on untouched; otherwise it would also change the
		// owner of files in the system's plugin folder.
		flags = append(flags, "--loose-user=root")
	}
	if p.product == mySQL {
		flags = append(flags, "--secure-file-priv=NULL") // the built-in default is a folder that need not exist
	}
	return flags
}

// initialise makes the data directory, unless it exists. It appears whole or not at all.
func (p mysqlProgram) initialise(ctx context.Context, data string) (err error) {
	if _, err := os.Stat(data); err == nil {
		return nil
	}
	fresh, err := os.MkdirTemp(filepath.Dir(data), filepath.Base(data)+".new-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(fresh)) }()
	made := mysqlDataDir(fresh)
	if err := errors.Join(os.Mkdir(made, 0o750), p.prepareFolder(made)); err != nil {
		return err
	}
	if err := p.fill(ctx, fresh); err != nil {
		return fmt.Errorf("create the data directory: %w", err)
	}
	// MySQL's server id; the server makes up another one, so that copies of the directory differ in it.
	if err := os.Remove(filepath.Join(made, "auto.cnf")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(made, data); err != nil && !errors.Is(err, fs.ErrExist) { // somebody was quicker
		return err
	}
	return nil
}

// fill makes the data of a fresh server under dir, in the empty folders for it and for temporary files.
func (p mysqlProgram) fill(ctx context.Context, dir string) error {
	if p.product == tiDB {
		return p.fillTiDB(ctx, dir)
	}
	data := mysqlDataDir(dir)
	command, err := p.initCommand(ctx, data)
	if err != nil {
		return err
	}
	// A folder of its own here, too (see command). The variable, as the installer splits a flag at spaces.
	command.Env = append(command.Environ(), "TMPDIR="+mysqlTempDir(data))
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%w; %s", err, quoteCause("the output of "+command.Path, output))
	}
	return nil
}

func (p mysqlProgram) initCommand(ctx context.Context, data string) (*exec.Cmd, error) {
	if p.product == mySQL {
		return exec.CommandContext(ctx, p.path, append(p.commonFlags(), "--initialize-insecure", "--datadir="+data)...), nil
	}
	script, err := p.findInstallScript()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, script, append(p.commonFlags(),
		"--datadir="+data,
		"--auth-root-authentication-method=normal", // root without a password also over TCP
		"--skip-test-db",
		"--force", // works without DNS
	)...)
	command.Env = append(os.Environ(), "MYSQLD_BOOTSTRAP="+p.path)
	return command, nil
}

// findInstallScript looks beside the server, where it is laid out, and then on the PATH.
func (p mysqlProgram) findInstallScript() (string, error) {
	const name = "mariadb-install-db"
	if path, err := filepath.EvalSymlinks(p.path); err == nil {
		dir := filepath.Dir(path)
		for _, scripts := range []string{dir, filepath.Join(dir, "../bin"), filepath.Join(dir, "../scripts")} {
			if script, err := exec.LookPath(filepath.Join(scripts, name)); err == nil {
				return script, nil
			}
		}
	}
	script, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s belongs to the MariaDB server %s but was not found beside it nor on the PATH", name, p.path)
	}
	return script, nil
}
