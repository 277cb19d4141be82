package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"creatorpay/internal/bench/load"
)

// asking is a way to ask one of the processes.
type asking struct {
	how string
	of  *answering
	// draw makes requests to send one after the other, from the first again after
	// the last. That takes CPU time: it is done before anything is measured.
	draw func(requests int) []load.Request
}

// drawFor makes as many requests as are sent at the rate in the time.
func (a asking) drawFor(rate int, lasting time.Duration) []load.Request {
	return a.draw(int(math.Ceil(float64(rate) * lasting.Seconds())))
}

// readLimit is what 99 in 100 requests are to take less than.
const readLimit = 20 * time.Millisecond

// measure asks in all ways, alone and while a daily run is going.
func (b *readBench) measure(ctx context.Context) error {
	kept := b.ask(b.warm, b.Kept)
	answers, err := record(ctx, b.warm, kept)
	if err != nil {
		return err
	}
	coldly := asking{cold, b.cold, func(requests int) []load.Request { return b.ask(b.cold, requests) }}
	warmly := asking{warm, b.warm, func(int) []load.Request { return kept }}
	known := b.warm.ifNoneMatch(kept, answers)
	ways := []asking{coldly, warmly, {conditional, b.warm, func(int) []load.Request { return known }}}
	for _, way := range ways {
		if err := b.measureRates(ctx, way); err != nil {
			return err
		}
	}
	if err := b.measureRuns(ctx, ways); err != nil {
		return err
	}
	if b.replicas > 0 {
		return nil // the floor is the same
	}
	return b.measureFloor(ctx, kept, answers)
}

func (b *readBench) measureFloor(ctx context.Context, kept []load.Request, answers map[string]recorded) error {
	floor, err := startFloor(ctx, filepath.Join(b.Dir, "floor.gob"), filepath.Join(b.Dir, "floor.log"), answers)
	if err != nil {
		return err
	}
	asked := make([]load.Request, len(kept))
	for i, request := range kept {
		asked[i] = request
		asked[i].URL = floor.URL + b.warm.uri(request)
	}
	err = b.measureRates(ctx, asking{bytesOnly, floor, func(int) []load.Request { return asked }})
	if stopErr := floor.stop(); err == nil {
		err = stopErr
	}
	return err
}

// measureRates asks at the given rates, and searches the highest that is
// answered in time.
func (b *readBench) measureRates(ctx context.Context, way asking) error {
	var holding, missing int
	for _, rate := range b.Rates {
		b.rest(ctx)
		one, err := b.attack(ctx, way, way.drawFor(rate, b.Lasting), rate, b.Lasting)
		if err != nil {
			return err
		}
		b.measured.Readings = append(b.measured.Readings, one)
		switch within := one.Within(readLimit); {
		case within:
			holding, missing = rate, 0 // a lower one that missed was bad luck
		case missing == 0:
			missing = rate
		}
	}
	found := highest{Asked: way.how, Replicas: b.replicas}
	found.Rate = load.Highest(holding, missing, b.Most, func(rate int) bool {
		for range 2 { // any program on the machine can spoil one try
			b.rest(ctx)
			one, err := b.attack(ctx, way, way.drawFor(rate, b.Trying), rate, b.Trying)
			if err == nil && one.Within(readLimit) {
				return true
			}
		}
		return false
	})
	b.measured.Highest = append(b.measured.Highest, found)
	fmt.Printf("%d replicas, %s: %d requests a second\n", b.replicas, way.how, found.Rate)
	return ctx.Err()
}

// measureRuns runs the day in turn alone and while readers ask at the first of
// the rates, then once while they ask at each other one.
func (b *readBench) measureRuns(ctx context.Context, ways []asking) error {
	for range b.Rounds {
		if err := b.measureRun(ctx, nil, 0); err != nil {
			return err
		}
		for _, way := range ways {
			if err := b.measureRun(ctx, &way, b.Rates[0]); err != nil {
				return err
			}
		}
	}
	for _, rate := range b.Rates[1:] {
		for _, way := range ways {
			if err := b.measureRun(ctx, &way, rate); err != nil {
				return err
			}
		}
	}
	return nil
}

// measureRun runs the day, alone or while readers ask.
func (b *readBench) measureRun(ctx context.Context, way *asking, rate int) error {
	one := runReading{Replicas: b.replicas}
	var requests []load.Request
	if way != nil {
		requests = way.drawFor(rate, longestRun)
	}
	b.rest(ctx)
	if err := b.makeOpen(ctx); err != nil {
		return err
	}
	running, ended := context.WithCancel(ctx)
	defer ended()
	run := make(chan error, 1)
	go func() {
		began := time.Now()
		_, err := b.runDaily(ctx, b.today)
		one.Took = time.Since(began)
		run <- err
		ended()
	}()
	if way != nil {
		reading, err := b.attack(running, *way, requests, rate, 0)
		if err != nil {
			return err
		}
		one.Reading = &reading
	}
	if err := <-run; err != nil {
		return err
	}
	b.measured.Runs = append(b.measured.Runs, one)
	return nil
}

// rest lets the api ask all copies again after an attack that was too much.
func (b *readBench) rest(ctx context.Context) {
	if !b.missed {
		return
	}
	select {
	case <-time.After(2 * breakerDelay):
	case <-ctx.Done():
	}
}

// attack sends the requests at the rate until the time is up or ctx ends, and
// tells what CPU time all processes used meanwhile.
func (b *readBench) attack(ctx context.Context, way asking, requests []load.Request, rate int, lasting time.Duration) (one reading, err error) {
	for _, server := range b.processes(way) {
		if *server.at(&one.CPU), err = cpuTime(server.pids...); err != nil {
			return one, err
		}
	}
	var next atomic.Int64
	began := time.Now()
	one.Asked, one.Replicas = way.how, b.replicas
	one.Result = load.Attack(ctx, rate, lasting, func() load.Request {
		return requests[int(next.Add(1)-1)%len(requests)]
	})
	one.Lasted = time.Since(began)
	b.missed = !one.Within(readLimit)
	for _, server := range b.processes(way) {
		used, err := cpuTime(server.pids...)
		if err != nil {
			return one, err
		}
		*server.at(&one.CPU) = used - *server.at(&one.CPU)
	}
	return one, nil
}

// longestRun is for how long different requests are drawn for a run, whose end is
// not known.
const longestRun = 10 * time.Second

// used is a place in the CPU times, and whose they are.
type used struct {
	at   func(*cpuTimes) *time.Duration
	pids []int
}

func (b *readBench) processes(way asking) []used {
	return []used{
		{func(c *cpuTimes) *time.Duration { return &c.Asking }, []int{os.Getpid()}},
		{func(c *cpuTimes) *time.Duration { return &c.Answering }, []int{way.of.process.Process.Pid}},
		{func(c *cpuTimes) *time.Duration { return &c.Primary }, []int{b.mysql.PID()}},
		{func(c *cpuTimes) *time.Duration { return &c.Replicas }, b.replicaPIDs()},
		{func(c *cpuTimes) *time.Duration { return &c.Job }, []int{b.server.PID(), b.workers[0].Process.Pid}},
	}
}

// ifNoneMatch are the requests of a reader who has the answers of the process;
// those without an ETag are asked for again.
func (a *answering) ifNoneMatch(requests []load.Request, answers map[string]recorded) []load.Request {
	known := make([]load.Request, len(requests))
	for i, request := range requests {
		known[i] = request
		if tag := answers[key(a.uri(request), request.Header)].Header.Get("ETag"); tag != "" {
			known[i].Header = request.Header.Clone()
			known[i].Header.Set("If-None-Match", tag)
		}
	}
	return known
}
