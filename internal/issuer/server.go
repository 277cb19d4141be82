package issuer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

const (
	readHeaderTimeout = 10 * time.Second
	// answerTimeout is how long a running issuer may take to answer.
	answerTimeout = 5 * time.Second
)

// Server is an issuer that is served.
type Server struct {
	*Issuer
	web   *http.Server
	ended chan error
}

// addressFile is where a server writes its address, for [Running].
func addressFile(dir string) string { return filepath.Join(dir, "address") }

// Start serves the issuer of dir on a free loopback port. ctx bounds the start
// only.
func Start(ctx context.Context, dir string) (*Server, error) {
	server, err := start(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("start the issuer: %w", err)
	}
	return server, nil
}

func start(ctx context.Context, dir string) (*Server, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	issuer, err := Open("http://"+listener.Addr().String(), dir)
	if err == nil {
		err = renameio.WriteFile(addressFile(dir), []byte(issuer.URL), 0o600)
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	server := &Server{Issuer: issuer, web: &http.Server{Handler: issuer, ReadHeaderTimeout: readHeaderTimeout}, ended: make(chan error, 1)}
	go func() { server.ended <- server.web.Serve(listener) }()
	return server, nil
}

// Stop ends the server.
func (s *Server) Stop() error {
	err := s.web.Close()
	if end := <-s.ended; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	if err != nil {
		return fmt.Errorf("stop the issuer: %w", err)
	}
	return nil
}

// ErrNotRunning is returned when nobody serves the issuer of a folder.
var ErrNotRunning = errors.New("no issuer is running")

// Running is the issuer of dir, which another process serves. It fails with
// [ErrNotRunning].
func Running(ctx context.Context, dir string) (*Issuer, error) {
	address, err := os.ReadFile(addressFile(dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotRunning
	}
	if err != nil {
		return nil, err
	}
	issuer, err := Open(strings.TrimSpace(string(address)), dir)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, issuer.URL+discoveryPath, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, ErrNotRunning
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, ErrNotRunning
	}
	return issuer, nil
}
