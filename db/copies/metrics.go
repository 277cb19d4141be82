package copies

import (
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/prometheus/client_golang/prometheus"
)

// outcome is what became of a call.
type outcome int

const (
	answered   outcome = iota
	passedOver         // a replica that cannot answer positively
	slow               // beyond the limit, a failure
	failed
	panics  // the reader's fault; says nothing against the copy
	refused // by the breaker, or since it reads wrongly
	full    // the bulkhead
	outcomeCount
)

var outcomeNames = [outcomeCount]string{"answered", "passed_over", "slow", "failed", "panicked", "refused", "full"}

// outcomes count a copy's calls.
type outcomes [outcomeCount]prometheus.Counter

func newOutcomes(copied string) (counters outcomes) {
	for i, name := range outcomeNames {
		counters[i] = prometheus.NewCounter(prometheus.CounterOpts{
			Name:        "creatorpay_copy_calls_total",
			Help:        "Calls on a copy of the books, by what became of them.",
			ConstLabels: prometheus.Labels{"copy": copied, "outcome": name},
		})
	}
	return counters
}

func (o *outcomes) count(became outcome) { o[became].Inc() }

// The states of a breaker, by growing distance from normal.
const (
	stateClosed   = 0
	stateHalfOpen = 1
	stateOpen     = 2
)

var (
	breakerState = prometheus.NewDesc("creatorpay_copy_breaker_state",
		"Whether a copy of the books is asked: 0 always, 1 on trial, 2 left alone.", []string{"copy"}, nil)
	primaryInUse = prometheus.NewDesc("creatorpay_primary_calls",
		"Calls on the primary that are under way.", nil, nil)
)

// Describe sends the descriptions of the metrics to the registry.
func (c *Copies) Describe(descriptions chan<- *prometheus.Desc) {
	prometheus.DescribeByCollect(c, descriptions)
}

// Collect sends the metrics: of each copy the state of its breaker and the
// counts of its calls, and how many are under way on the primary.
func (c *Copies) Collect(metrics chan<- prometheus.Metric) {
	for _, of := range c.all() {
		metrics <- prometheus.MustNewConstMetric(breakerState, prometheus.GaugeValue, of.state(), of.name)
		for _, counter := range of.outcomes {
			counter.Collect(metrics)
		}
	}
	metrics <- prometheus.MustNewConstMetric(primaryInUse, prometheus.GaugeValue, float64(c.primary.inUse.Load()))
}

// state is that which the next call meets: the breaker itself stays open until
// there is one.
func (g *guarded) state() float64 {
	state := g.breaker.State()
	switch {
	case state == circuitbreaker.ClosedState:
		return stateClosed
	case state == circuitbreaker.OpenState && g.breaker.RemainingDelay() > 0:
		return stateOpen
	default:
		return stateHalfOpen
	}
}
