// Package faultproxy is a proxy between a program and its MySQL server that injects
// the faults of networks and servers into their connections. It knows just enough of
// the protocol to do so at a certain statement.
package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
)

// Fault is what becomes of one statement.
type Fault int

// The faults, the worse ones later.
const (
	// None lets the statement and its answer pass.
	None Fault = iota
	// Deadlock rolls the transaction back and answers as a server does that has
	// chosen it as the victim of a deadlock.
	Deadlock
	// CutAnswer cuts the connection within the answer.
	CutAnswer
	// CutAfter cuts the connection when the server has done the statement, before
	// any of its answer arrives: the program cannot know.
	CutAfter
	// CutBefore cuts the connection before the server gets the statement.
	CutBefore
)

// Proxy is a running proxy.
type Proxy struct {
	Addr string // host:port that programs connect to

	meet     func(statement string) Fault
	answered func(code uint16)
	listener net.Listener
	links    sync.WaitGroup

	mutex  sync.Mutex
	target string
	open   map[*link]struct{}
	closed bool
}

// Start opens a proxy to the server at target on a free loopback port. ctx
// bounds the start only.
//
// meet is asked what becomes of each statement, and the statement waits for its
// answer. It gets the text of a query or of what is to be prepared, and an empty
// one for the execution of a prepared statement. answered is told the number of
// each error that the server itself answers with. Both are called from many
// goroutines, and may be nil.
func Start(ctx context.Context, target string, meet func(statement string) Fault, answered func(code uint16)) (*Proxy, error) {
	if meet == nil {
		meet = func(string) Fault { return None }
	}
	if answered == nil {
		answered = func(uint16) {}
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the fault proxy: %w", err)
	}
	p := &Proxy{
		Addr: listener.Addr().String(), target: target, meet: meet, answered: answered,
		listener: listener, open: make(map[*link]struct{}),
	}
	p.links.Go(p.serve)
	return p, nil
}

// LeadTo has new connections come to another server, as a balancer does, and cuts those
// to all others.
func (p *Proxy) LeadTo(target string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.target = target
	for l := range p.open {
		if l.target != target {
			l.cut()
		}
	}
}

// Stop cuts all connections and waits until nothing is asked of meet any more.
func (p *Proxy) Stop() error {
	err := p.listener.Close()
	p.mutex.Lock()
	p.closed = true
	for l := range p.open {
		l.cut()
	}
	p.mutex.Unlock()
	p.links.Wait()
	if err != nil {
		return fmt.Errorf("stop the fault proxy: %w", err)
	}
	return nil
}

func (p *Proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			p.links.Go(func() { p.connect(client) })
		}
	}
}

// connect links a client to the server until either disconnects.
func (p *Proxy) connect(client net.Conn) {
	p.mutex.Lock()
	target := p.target
	p.mutex.Unlock()
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", target)
	if err != nil {
		_ = client.Close() // as if the server had refused the connection
		return
	}
	l := &link{proxy: p, target: target, client: client, server: server}
	defer l.cut()
	defer p.forget(l)
	if !p.keep(l) {
		return
	}
	var answers sync.WaitGroup
	answers.Go(func() {
		l.answers()
		l.cut()
	})
	l.statements()
	l.cut()
	answers.Wait()
}

// keep remembers a link for [Proxy.Stop] and [Proxy.LeadTo], which may have come before it.
func (p *Proxy) keep(l *link) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.open[l] = struct{}{}
	return !p.closed && l.target == p.target
}

func (p *Proxy) forget(l *link) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.open, l)
}
