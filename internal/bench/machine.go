package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// machine is what the figures were measured on.
type machine struct {
	Cores    int
	Model    string
	MemoryGB int64
	Database string
	Go       string
	Date     string
}

// String is a sentence.
func (m machine) String() string {
	return fmt.Sprintf("%s on %s, %d cores, %d GiB, %s, %s.", m.Database, m.Model, m.Cores, m.MemoryGB, m.Go, m.Date)
}

// server is the database and its version, without the suffix of whoever built it.
func (m machine) server() string {
	name, suffix, _ := strings.Cut(m.Database, "-")
	if strings.HasPrefix(suffix, mariaDBName) {
		return mariaDBName + " " + name
	}
	if version, found := strings.CutPrefix(suffix, tiDBName+"-"); found { // the name is of the MySQL that it is like
		version, _, _ = strings.Cut(version, "-")
		return tiDBName + " " + strings.TrimPrefix(version, "v")
	}
	return name
}

// mariaDBName and tiDBName are the names by which MariaDB and TiDB go in their
// versions.
const (
	mariaDBName = "MariaDB"
	tiDBName    = "TiDB"
)

func (r *rig) describe(ctx context.Context) (m machine, err error) {
	m = machine{Cores: runtime.NumCPU(), Go: runtime.Version(), Date: time.Now().UTC().Format(time.DateOnly)}
	if err := r.sql.GetContext(ctx, &m.Database, "SELECT CONCAT(IF(VERSION() LIKE '%MariaDB%', '', 'MySQL '), VERSION())"); err != nil {
		return m, err
	}
	cpu, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return m, err
	}
	if _, after, found := bytes.Cut(cpu, []byte("model name\t: ")); found {
		name, _, _ := bytes.Cut(after, []byte("\n"))
		m.Model = string(name)
	}
	memory, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return m, err
	}
	var kilobytes int64
	_, err = fmt.Fscanf(strings.NewReader(string(memory)), "MemTotal: %d kB", &kilobytes)
	m.MemoryGB = kilobytes >> 20
	return m, err
}
