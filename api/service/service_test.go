package service

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

// serve answers with the handler until the context ends; what answer returns
// then comes from the channel.
func serve(ctx context.Context, t *testing.T, config Config, handler http.HandlerFunc) (address string, ended <-chan error) {
	t.Helper()
	listener, err := listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	result := make(chan error, 1)
	go func() {
		result <- answer(ctx, listener, config, handler, slog.New(slog.DiscardHandler))
	}()
	return listener.Addr().String(), result
}

func TestARequestThatHasBegunIsAnsweredAfterTheSignalToStop(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	begun, goOn := make(chan struct{}), make(chan struct{})
	address, ended := serve(ctx, t, Config{MaxClients: 1, StopTimeout: time.Minute}, func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-goOn
		_, _ = io.WriteString(w, "answered")
	})
	answers := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + address)
		if err != nil {
			answers <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answers <- string(body)
	}()
	<-begun
	stop()
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, time.Minute, time.Millisecond, "nobody new is let in")
	close(goOn)
	require.Equal(t, "answered", <-answers)
	require.NoError(t, <-ended)
}

func TestARequestThatOutlivesTheStopTimeoutIsCutOffAndSaid(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	begun, left := make(chan struct{}), make(chan struct{})
	address, ended := serve(ctx, t, Config{MaxClients: 1, StopTimeout: time.Millisecond}, func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		close(left)
	})
	go func() {
		if response, err := http.Get("http://" + address); err == nil {
			_ = response.Body.Close()
		}
	}()
	<-begun
	stop()
	require.ErrorContains(t, <-ended, "requests went on for 1ms after the signal and were cut off")
	<-left
}

func TestAHeaderThatNoTokenNeedsIsRefused(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	address, _ := serve(ctx, t, Config{MaxClients: 1}, func(http.ResponseWriter, *http.Request) { t.Error("it was let in") })
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer conn.Close()
	go func() { // the server may stop reading
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "+strings.Repeat("a", 1<<20)+"\r\n\r\n")
	}()
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, response.StatusCode)
}

func TestConfig_NamesEverySettingThatCannotBeRight(t *testing.T) {
	var config Config
	_ = kong.ApplyDefaults(&config) // fails, as it does not know the database
	require.NoError(t, config.Validate())

	config.Listen, config.HealthListen, config.MaxClients, config.StopTimeout = "8088", "nowhere", 0, -1
	err := config.Validate()
	for _, flag := range []string{"--listen is \"8088\"", "--health-listen is \"nowhere\"", "--max-clients is 0", "--stop-timeout is -1ns"} {
		require.ErrorContains(t, err, flag)
	}
	config.Listen = ""
	require.ErrorContains(t, config.Validate(), "--listen is empty")
}
