package failover

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// address is where the programs find the server that takes the writes: it hands
// connections on to one server at a time, as a balancer does.
type address struct {
	listener net.Listener

	mutex  sync.Mutex
	target string              // host:port
	open   map[net.Conn]string // the ends of the connections, and to which server they lead
}

// newAddress leads to the server at target, host:port, until the end of the test.
func newAddress(t testing.TB, target string) *address {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	a := &address{listener: listener, target: target, open: map[net.Conn]string{}}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { a.connect(client) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		a.leadTo("")
		serving.Wait()
	})
	return a
}

// leadTo has new connections come to another server, and cuts those to all others.
func (a *address) leadTo(target string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.target = target
	for end, to := range a.open {
		if to != target {
			_ = end.Close()
		}
	}
}

// connect links a client with the server until either disconnects.
func (a *address) connect(client net.Conn) {
	defer func() { _ = client.Close() }() // that it is closed already is all right
	a.mutex.Lock()
	target := a.target
	a.mutex.Unlock()
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", target)
	if err != nil {
		return // as if the server had refused the connection
	}
	defer func() { _ = server.Close() }()
	defer a.forget(client, server)
	if !a.keep(target, client, server) {
		return
	}
	var answers sync.WaitGroup
	answers.Go(func() {
		_, _ = io.Copy(client, server) // ends with the connection
		_ = client.Close()
	})
	_, _ = io.Copy(server, client)
	_ = server.Close()
	answers.Wait()
}

// keep remembers the ends of a connection for leadTo, which may have come before it.
func (a *address) keep(target string, ends ...net.Conn) bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, end := range ends {
		a.open[end] = target
	}
	return target == a.target
}

func (a *address) forget(ends ...net.Conn) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, end := range ends {
		delete(a.open, end)
	}
}
