package replication

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	up                = describe("up", "1 if the replica answers and, as far as the user may know, receives and applies, else 0.")
	lagTransactions   = describe("lag_transactions", "Transactions that the primary has and the replica has not. Absent when it is not known.")
	strayTransactions = describe("stray_transactions", "Transactions that the replica has and the primary has not: if there are any, the replica must be made anew. Absent when it is not known.")
	lagSeconds        = describe("lag_seconds", "Seconds since what the replica applies now was committed, as its server tells it. Absent when it does not.")
)

func describe(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("creatorpay_replica_"+name, help, []string{"replica"}, nil)
}

// What became of a scan on a replica.
const (
	scanRead     = "read"
	scanBehind   = "behind"    // passed over
	scanStray    = "stray"     // passed over
	scanFailed   = "failed"    // passed over: down, broken off, or with rows that led to an error
	scanNotAsked = "not_asked" // left alone after it was passed over
)

var scanOutcomes = []string{scanRead, scanBehind, scanStray, scanFailed, scanNotAsked}

func newScanOutcomes() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "creatorpay_replica_scans_total",
		Help: "Scans of the logs that a replica was to do, by what became of them. All but those with the outcome read were done by another server.",
	}, []string{"replica", "outcome"})
}

func (s *Scans) count(replica *scanned, outcome string) {
	s.became.WithLabelValues(replica.Address, outcome).Inc()
}

// Describe makes Scans a [prometheus.Collector].
func (s *Scans) Describe(to chan<- *prometheus.Desc) { s.became.Describe(to) }

// Collect sends how many scans there were.
func (s *Scans) Collect(to chan<- prometheus.Metric) { s.became.Collect(to) }

// Describe makes a Watch a [prometheus.Collector].
func (w *Watch) Describe(to chan<- *prometheus.Desc) {
	for _, of := range []*prometheus.Desc{up, lagTransactions, strayTransactions, lagSeconds} {
		to <- of
	}
}

// Collect looks at the replicas at each scrape.
func (w *Watch) Collect(to chan<- prometheus.Metric) {
	for _, state := range w.Look(context.Background()) {
		gauge := func(of *prometheus.Desc, value int64) {
			to <- prometheus.MustNewConstMetric(of, prometheus.GaugeValue, float64(value), state.Replica)
		}
		if !state.Follows() {
			gauge(up, 0)
		} else {
			gauge(up, 1)
		}
		if state.Down == nil && state.Incomparable == nil {
			gauge(lagTransactions, state.Missing)
			gauge(strayTransactions, state.Stray)
		}
		if state.Seconds != nil {
			gauge(lagSeconds, *state.Seconds)
		}
	}
}
