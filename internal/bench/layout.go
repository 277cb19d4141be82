package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"creatorpay/settlement"
)

// layout is how the processes are laid out over the machine's cores, to simulate
// machines of their own. The cores are lists as taskset has them, such as 0 or
// 2-3; all cores without one.
type layout struct {
	DatabaseCores string `placeholder:"CORES" help:"Keep the database to these cores, such as 0 or 2-3 (needs taskset)."`
	WorkerCores   string `placeholder:"CORES" help:"Keep the workers, Temporal and what else runs beside the database to these cores."`
	ReplicaCores  string `placeholder:"CORES" help:"Keep the replicas to these cores."`
	Workers       int    `default:"1" help:"How many workers."`
	Replicas      int    `help:"How many replicas the database has."`
	Scan          bool   `name:"scan-replicas" help:"Let the workers scan on the replicas."`
}

// Validate refuses what is said of replicas that there are none of.
func (l layout) Validate() error {
	if l.Replicas == 0 && (l.Scan || l.ReplicaCores != "") {
		return errors.New("--scan-replicas, --replica-cores: there are no replicas (--replicas)")
	}
	return nil
}

// String describes what differs from one worker with all cores for everything.
func (l layout) String() string {
	var parts []string
	if l.DatabaseCores != "" {
		parts = append(parts, "the database kept to core "+l.DatabaseCores)
	}
	if l.WorkerCores != "" {
		parts = append(parts, "all else kept to core "+l.WorkerCores)
	}
	if l.Workers != 1 {
		parts = append(parts, fmt.Sprintf("%d workers", l.Workers))
	}
	if l.Replicas > 0 {
		replicas := settlement.Count(l.Replicas, "replica")
		if l.ReplicaCores != "" {
			replicas += " kept to core " + l.ReplicaCores
		}
		if l.Scan {
			replicas += ", scanned"
		}
		parts = append(parts, replicas)
	}
	return strings.Join(parts, ", ")
}

// pin keeps the process and what it starts from now on to the cores.
func pin(ctx context.Context, pid int, cores string) error {
	if cores == "" {
		return nil
	}
	output, err := exec.CommandContext(ctx, "taskset", "--all-tasks", "--cpu-list", "--pid", cores, strconv.Itoa(pid)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("keep process %d to core %s: %w: %s", pid, cores, err, output)
	}
	return nil
}
