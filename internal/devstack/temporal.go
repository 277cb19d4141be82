package devstack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
)

// Temporal is a private Temporal server with its UI, both on the loopback interface, with the
// namespace "default". What it knows outlives the process.
type Temporal struct {
	server
	Address string // of the gRPC frontend, host:port
	UIURL   string // of the web UI
}

// StartTemporal starts a dev server on free ports, with its database under dir. The program is
// `temporal` from the PATH, else the one that `make setup` builds. flags are further flags of
// `temporal server start-dev`, for instance a search attribute to register.
//
// A directory that is already in use by a stack, or a server that is not usable within a minute, is
// an error. ctx bounds the start only.
func StartTemporal(ctx context.Context, dir string, flags ...string) (*Temporal, error) {
	t, err := newTemporal(ctx, dir, flags)
	if err != nil {
		return nil, fmt.Errorf("start temporal: %w", err)
	}
	if err := t.start(ctx); err != nil {
		return nil, err
	}
	return t, nil
}

// newTemporal is a server that has not been started yet.
func newTemporal(ctx context.Context, dir string, flags []string) (*Temporal, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	program, err := findTemporal()
	if err != nil {
		return nil, err
	}
	port, err := FreePort(ctx)
	if err != nil {
		return nil, err
	}
	uiPort, err := FreePort(ctx)
	if err != nil {
		return nil, err
	}
	t := &Temporal{Address: loopback(port), UIURL: "http://" + loopback(uiPort)}
	t.server = server{
		name:    "temporal",
		dir:     dir,
		command: append(temporalCommand(program, filepath.Join(dir, "temporal.db"), port, uiPort), flags...),
		prepare: func(context.Context) error { return nil },
		ready:   t.ping,
	}
	return t, nil
}

func temporalCommand(program, database string, port, uiPort int) []string {
	return []string{
		program, "server", "start-dev",
		"--ip", "127.0.0.1",
		"--port", strconv.Itoa(port),
		"--ui-port", strconv.Itoa(uiPort),
		"--db-filename", database,
		"--log-level", "warn",
		// What is committed survives a killed server (a power cut could cost the last moments), at the speed
		// of a database in memory: a third of the time per activity of the default settings.
		"--sqlite-pragma", "journal_mode=WAL",
		"--sqlite-pragma", "synchronous=NORMAL",
		// An activity starts with the answer to the workflow task that asked for it, and no task has to be
		// forwarded between partitions: together about four times the activities per second.
		"--dynamic-config-value", "system.enableActivityEagerExecution=true",
		"--dynamic-config-value", "matching.numTaskqueueReadPartitions=1",
		"--dynamic-config-value", "matching.numTaskqueueWritePartitions=1",
	}
}

// findTemporal prefers the PATH to .dev/bin of the checkout that the working directory is in.
func findTemporal() (string, error) {
	if path, err := exec.LookPath("temporal"); err == nil {
		return filepath.Abs(path)
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			if path, err := exec.LookPath(filepath.Join(dir, ".dev", "bin", "temporal")); err == nil {
				return path, nil
			}
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("temporal is neither on the PATH nor in .dev/bin of this checkout; run `make setup`")
		}
	}
}

// ping tells whether the frontend is healthy and the default namespace takes requests.
func (t *Temporal) ping(ctx context.Context) error {
	c, err := client.DialContext(ctx, client.Options{
		HostPort: t.Address,
		Logger:   log.NewStructuredLogger(slog.New(slog.DiscardHandler)), // the server may not be up yet
	})
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return err
	}
	_, err = c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: client.DefaultNamespace})
	return err
}
