package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"

	"creatorpay/settlement"
)

// outside is a contestant from outside: a command that is told by environment
// variables where the day is, and tells on its last line of standard output, as
// JSON, what it took and what came out (contestants/README.md).
type outside struct {
	Name    string
	Command string // of a shell
}

// UnmarshalText reads NAME=COMMAND.
func (o *outside) UnmarshalText(text []byte) error {
	o.Name, o.Command, _ = strings.Cut(string(text), "=")
	if o.Name == "" || strings.TrimSpace(o.Command) == "" {
		return fmt.Errorf("%q is not NAME=COMMAND", text)
	}
	if strings.ContainsAny(o.Name, "|\n") {
		return fmt.Errorf("the name %q does not fit into a table: take another one", o.Name)
	}
	return nil
}

// outsideResult is what a contestant from outside tells. What else it tells is
// left alone.
type outsideResult struct {
	TotalSeconds       float64 `json:"total_seconds"`
	CPUSeconds         float64 `json:"cpu_seconds"` // 0 if it does not tell
	StatisticsChecksum string  `json:"statistics_checksum"`
	SettlementChecksum string  `json:"settlement_checksum"`
}

// lastingOutput is for how long the output of a command is waited for that has ended.
const lastingOutput = 5 * time.Second

// measureOutside runs a round of the contestants from outside. One that fails is
// entered as failed and is not run again; the others go on.
func (r *rig) measureOutside(ctx context.Context, today settlement.Day, figures *size, command measureCommand) error {
	for _, c := range command.Contestants {
		if figures.failed(c.Name) {
			continue
		}
		if err := r.emptyTables(ctx); err != nil {
			return err
		}
		one, err := r.runOutside(ctx, today, c, command.ContestantTimeout)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			fmt.Fprintf(os.Stderr, "bench: %s failed: %s\n", c.Name, err)
			figures.fail(c.Name, err)
		default:
			figures.add(c.Name, one)
		}
	}
	return nil
}

// runOutside runs a contestant from outside once, and makes sure that its result
// is right.
func (r *rig) runOutside(ctx context.Context, today settlement.Day, c outside, timeout time.Duration) (one figure, err error) {
	environment, err := r.environment(today)
	if err != nil {
		return one, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("it took longer than %s (--contestant-timeout)", timeout))
	defer cancel()
	var output bytes.Buffer
	command := exec.CommandContext(ctx, "sh", "-c", c.Command)
	command.Env = append(os.Environ(), environment...)
	command.Stdout, command.Stderr = &output, os.Stderr
	// A group of its own, so that all that it has started ends with it.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = lastingOutput
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			return one, context.Cause(ctx)
		}
		return one, err
	}
	result, err := parseResult(output.Bytes())
	if err != nil {
		return one, err
	}
	for i, checksum := range []string{result.StatisticsChecksum, result.SettlementChecksum} {
		products, err := r.checksum(ctx, today, ofViews[i].product, ofViews[i].columns)
		if err != nil {
			return one, err
		}
		if checksum != products {
			return one, fmt.Errorf("its result is wrong: %s has %s, its own has %s", ofViews[i].product, products, checksum)
		}
	}
	return figure{Took: seconds(result.TotalSeconds), Client: seconds(result.CPUSeconds)}, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// parseResult reads the last line that is not blank.
func parseResult(output []byte) (result outsideResult, err error) {
	lines := bytes.Split(bytes.TrimSpace(output), []byte("\n"))
	last := lines[len(lines)-1]
	if err := json.Unmarshal(last, &result); err != nil {
		return result, fmt.Errorf("its last line of output is no result as JSON: %w: %.200q", err, last)
	}
	if result.TotalSeconds <= 0 {
		return result, errors.New("its result has no total_seconds above 0")
	}
	if result.StatisticsChecksum == "" || result.SettlementChecksum == "" {
		return result, errors.New("its result lacks statistics_checksum or settlement_checksum")
	}
	return result, nil
}

// environment tells a contestant from outside where the day is.
func (r *rig) environment(today settlement.Day) ([]string, error) {
	config, err := mysql.ParseDSN(r.mysql.DSN(databaseName))
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(config.Addr)
	if err != nil {
		return nil, err
	}
	return []string{
		"BENCH_HOST=" + host, "BENCH_PORT=" + port, "BENCH_USER=" + config.User, "BENCH_PASSWORD=" + config.Passwd, "BENCH_DATABASE=" + config.DBName,
		"BENCH_DAY=" + today.String(), "BENCH_DAY_START=" + r.calendar.Start(today).UTC().Format(time.DateTime),
		"BENCH_LOG=watch_log", "BENCH_STATISTICS=" + ofViews[0].other, "BENCH_SETTLEMENTS=" + ofViews[1].other,
	}, nil
}
