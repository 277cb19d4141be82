package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
	"golang.org/x/sync/errgroup"

	"creatorpay/api/access"
	"creatorpay/api/answers"
	"creatorpay/api/observe"
	"creatorpay/api/pages"
	v1 "creatorpay/api/v1"
	"creatorpay/db/copies"
	"creatorpay/db/replication"
	"creatorpay/templates"
)

// What one client can take of the server. A header is a token and a cookie at
// most; an answer is a page of lines or a document of some hundred kilobytes.
const (
	maxHeaderBytes    = 64 << 10
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 2 * time.Minute
)

// Run answers until ctx ends, then lets requests that have begun finish. It
// starts whatever copies of the database are down: /readyz says whether it can
// answer. It refuses settings that cannot be right.
func Run(ctx context.Context, config Config, logger *slog.Logger) error {
	if err := config.Validate(); err != nil {
		return err
	}
	from, err := copies.Open(config.MySQLDSN, config.Replicas.DSNs(), config.Copies, logger)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	following, err := replication.Open(config.MySQLDSN, config.Replicas.DSNs())
	if err != nil {
		return err
	}
	defer following.Close()
	readers, err := access.New(config.Access, logger)
	if err != nil {
		return err
	}
	renderer, err := templates.NewRenderer()
	if err != nil {
		return err
	}
	listener, err := listen(ctx, config.Listen)
	if err != nil {
		return err
	}
	health := newHealth(from, logger)
	seen := observe.New(logger)
	health.registry.MustRegister(seen, following)
	handler := mount(answers.New(from, renderer, config.V1.Memory()/4), readers, seen, config, logger) //nolint:contextcheck // requests bring their own

	group, ctx := errgroup.WithContext(ctx)
	if config.HealthListen != "" {
		group.Go(func() error { return health.serve(ctx, config.HealthListen) })
	}
	group.Go(func() error {
		return answer(ctx, listener, config, handler, logger)
	})
	group.Go(func() error { readers.Run(ctx); return nil })
	group.Go(func() error { health.look(ctx); return nil })
	return group.Wait()
}

// mount puts all that is answered under its paths.
func mount(books *answers.Books, readers *access.Access, seen *observe.Requests, config Config, logger *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	asJSON := v1.New(books, readers, config.V1, seen, logger)
	for _, pattern := range v1.Patterns {
		mux.Handle(pattern, asJSON)
	}
	mux.Handle("/", pages.New(books, readers, config.V1.Memory()*3/4, seen, logger))
	return mux
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w: choose another address with --listen (API_LISTEN)", address, err)
	}
	return listener, nil
}

// answer serves clients until ctx ends, then lets those finish that wait for an
// answer.
func answer(ctx context.Context, listener net.Listener, config Config, handler http.Handler, logger *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		MaxHeaderBytes:    maxHeaderBytes,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug), // what clients do wrong
	}
	drained := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), config.StopTimeout)
		defer cancel()
		drained <- server.Shutdown(ctx)
	})
	defer stop()
	logger.Info("answering", "address", listener.Addr().String())
	if err := server.Serve(netutil.LimitListener(listener, config.MaxClients)); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("answer: %w", err)
	}
	if err := <-drained; err != nil {
		_ = server.Close()
		return fmt.Errorf("requests went on for %s after the signal and were cut off: %w", config.StopTimeout, err)
	}
	logger.Info("stopped")
	return nil
}
