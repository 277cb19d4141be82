package devstack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
)

// Ports are taken from below the ranges from which Linux (32768 up) and macOS (49152 up) serve
// outgoing connections. A server that is down for a moment then finds its port free when it comes
// back, and a client that knocks meanwhile cannot be connected to itself.
const (
	firstPort = 20000
	lastPort  = 32767
)

// given are the ports that this process was told: whoever asked for one may not listen yet, or be down for a moment.
var given sync.Map

// FreePort finds a loopback TCP port on which nobody listens, which no outgoing connection gets, and which it has not
// found before.
func FreePort(ctx context.Context) (int, error) {
	var config net.ListenConfig
	var err error
	for range 100 {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		if _, given := given.LoadOrStore(port, true); given {
			continue
		}
		var listener net.Listener
		if listener, err = config.Listen(ctx, "tcp", loopback(port)); err == nil {
			return port, listener.Close()
		}
	}
	return 0, fmt.Errorf("find a free port between %d and %d: %w", firstPort, lastPort, err)
}

func loopback(port int) string {
	return fmt.Sprintf("127.0.0.1:%d", port)
}
