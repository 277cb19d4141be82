// Package load asks an HTTP server at a constant rate, whatever it answers: the
// open model. A request that waits counts from when it was due, also if the one
// that asks is late.
package load

import (
	"context"
	"net/http"
	"strconv"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// Request is a GET that is sent.
type Request struct {
	URL    string
	Kind   string // what is asked, for errors; it may be empty
	Header http.Header
}

const (
	// connections are kept open, as a load balancer does; a request that finds none
	// free waits, which counts.
	connections = 512
	// timeout ends a request that nobody would wait for any more.
	timeout = 5 * time.Second
)

// NoAnswer stands in for the status of a request that got none.
const NoAnswer = "no answer"

// Attack sends requests at the rate, in requests a second, until the time is up
// or ctx is done, and waits for their answers. Without a time it goes on until
// ctx is done. next tells the request that is sent next; calls overlap.
func Attack(ctx context.Context, rate int, lasting time.Duration, next func() Request) Result {
	attacker := vegeta.NewAttacker(
		vegeta.Timeout(timeout), vegeta.MaxBody(0), vegeta.Redirects(vegeta.NoFollow),
		vegeta.Connections(connections), vegeta.MaxConnections(connections),
	)
	defer context.AfterFunc(ctx, func() { attacker.Stop() })()
	var sent []answer
	targets := func(target *vegeta.Target) error {
		request := next()
		target.Method, target.URL, target.Header = http.MethodGet, request.URL, request.Header
		return nil
	}
	for one := range attacker.Attack(targets, vegeta.ConstantPacer{Freq: rate, Per: time.Second}, lasting, "") {
		status := NoAnswer
		if one.Code != 0 {
			status = strconv.Itoa(int(one.Code))
		}
		sent = append(sent, answer{number: one.Seq, status: status, began: one.Timestamp, took: one.Latency})
	}
	return summarise(rate, sent)
}
