package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"creatorpay/internal/bench/load"
)

// answering is a process that answers over HTTP: an api, or the floor.
type answering struct {
	URL     string
	process *exec.Cmd
	ended   chan error
}

const (
	startTimeout  = 30 * time.Second
	startInterval = 50 * time.Millisecond
)

// startAnswering starts a program on a free port, with the variables of listening
// formed for it, and waits until it answers.
func startAnswering(ctx context.Context, logFile string, command []string, listening func(address string) []string) (_ *answering, err error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	output, err := os.Create(logFile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = output.Close() }()                                                                                    // the process has its own copy
	a := &answering{URL: "http://" + address, process: exec.Command(command[0], command[1:]...), ended: make(chan error, 1)} //nolint:noctx // stop ends it
	a.process.Stdout, a.process.Stderr = output, output
	a.process.Env = append(os.Environ(), listening(address)...)
	if err := a.process.Start(); err != nil {
		return nil, fmt.Errorf("start %s (make build): %w", command[0], err)
	}
	go func() { a.ended <- a.process.Wait() }()
	if err := a.awaitAnswer(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s does not answer, see %s: %w", command[0], logFile, err), a.stop())
	}
	return a, nil
}

func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func (a *answering) awaitAnswer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(startInterval)
	defer tick.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL+"/openapi.json", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			return response.Body.Close() // whatever it answers
		}
		select {
		case <-tick.C:
		case ended := <-a.ended:
			a.ended <- ended // for stop
			return errors.Join(err, ended)
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}

func (a *answering) stop() error {
	if err := a.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return <-a.ended
}

// uri is what the request asks the process for.
func (a *answering) uri(request load.Request) string { return strings.TrimPrefix(request.URL, a.URL) }

// breakerDelay is for how long the api leaves a copy alone that was asked too much:
// one attack is not to spoil the next ones.
const breakerDelay = time.Second

// apiOptions are what an api of the bench is started with.
type apiOptions struct {
	program  string
	logFile  string
	issuer   string
	replicas bool
	keep     bool // answers in memory
}

// apiSettings are those of the api that the bench changes: no limit of requests,
// and the breaker's delay.
var apiSettings = []string{"API_RATE=0", "API_BREAKER_DELAY=" + breakerDelay.String()}

// keepNothing is the setting of an api that keeps no answers.
const keepNothing = "API_KEEP=0"

// startAPI starts an api on the rig's databases.
func (r *rig) startAPI(ctx context.Context, options apiOptions) (*answering, error) {
	var replicas string
	if options.replicas {
		replicas = r.replicaDSNs()
	}
	return startAnswering(ctx, options.logFile, []string{options.program}, func(address string) []string {
		settings := append([]string{
			"API_LISTEN=" + address, "API_ISSUER=" + options.issuer,
			"MYSQL_DSN=" + r.mysql.DSN(databaseName), "MYSQL_REPLICA_DSNS=" + replicas,
		}, apiSettings...)
		if !options.keep {
			settings = append(settings, keepNothing)
		}
		return settings
	})
}
