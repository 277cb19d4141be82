// Package generate makes up creators, videos and whole days of views and payments:
// the same for the same options, skewed as in real life, and with the borderline
// cases of the rules planted in them. It knows how many of its views count and
// what its payments come to, so what a run finds can be compared with it.
package generate

import (
	"errors"
	"fmt"
	"slices"

	"creatorpay/settlement"
)

// Options say what to generate. A day depends on neither From nor Days, but for
// rows of payments that began on an earlier day: those of payments before From are
// left out. Generating more days later continues the same data.
type Options struct {
	From           settlement.Day
	Days           int
	ViewsPerDay    int64 // each day has exactly as many
	PaymentsPerDay int64 // exactly as many begin on each day, some of which have further rows; 0: none
	Videos         int
	Creators       int
	Seed           uint64 // other seeds give other data
	Skew           Skew
}

// Skew says how a day's views, and payments, are spread over the videos.
type Skew string

// The ways to spread them.
const (
	Natural Skew = "natural" // few hits and a long tail, and uploads that are a hit at once
	Flat    Skew = "flat"    // every video has as many
	OneHit  Skew = "one-hit" // one video has half of them, all others have as many each
)

const (
	maxDays        = 3650
	maxViewsPerDay = idsPerDay
	maxCatalog     = 10_000_000
)

// Validate says what is wrong with the options, all of it at once.
func (o Options) Validate() error {
	var problems []error
	check := func(name string, value, least, most int64) {
		if value < least || value > most {
			problems = append(problems, fmt.Errorf("%s is %d: choose %d to %d", name, value, least, most))
		}
	}
	check("days", int64(o.Days), 1, maxDays)
	check("views per day", o.ViewsPerDay, 1, maxViewsPerDay)
	check("payments per day", o.PaymentsPerDay, 0, maxPaymentsPerDay)
	check("videos", int64(o.Videos), 1, maxCatalog)
	check("creators", int64(o.Creators), 1, maxCatalog)
	if !slices.Contains([]Skew{Natural, Flat, OneHit}, o.Skew) {
		problems = append(problems, fmt.Errorf("skew is %q: choose %s, %s or %s", o.Skew, Natural, Flat, OneHit))
	}
	if err := o.From.Validate(); err != nil {
		problems = append(problems, settlement.In("first day", err))
	}
	if len(problems) == 0 {
		return settlement.In("last day", (o.From + settlement.Day(o.Days) - 1).Validate())
	}
	return errors.Join(problems...)
}

// Report is what was generated.
type Report struct {
	Days          []Day
	Added         int64 // views that the database did not have before
	AddedPayments int64 // rows of payments that it did not have before
}

// Day is what was generated for one day. The figures are exact: no two views
// meet by chance in a way that the rules would notice.
type Day struct {
	Day       settlement.Day
	Expected  settlement.Statistics // what a run with the default repeat window counts (R1 to R3)
	Anonymous int64                 // of the views that count: those of viewers who are not signed in
	Repeats   Repeats               // of the repeat views: how they come about
	Sales     Sales
}

// Repeats are repeat views by how they come about.
type Repeats struct {
	Chain      int64 // 20 s after the previous play, which may be a repeat itself
	JustBefore int64 // 29.999 s after it
	SameStart  int64 // at the same time as it
	Midnight   int64 // soon after midnight, the previous play being on the day before
}

// Sales are the rows of payments of one day.
type Sales struct {
	Expected      settlement.PaymentFigures // what a run counts (R13), before fees: Net is Gross
	InParts       int64                     // of the refunds: those of a part of their payment
	PaidLater     int64                     // of the payments: those that were pending on an earlier day
	RefundedLater int64                     // of the refunds: those of a payment of an earlier day
	RepeatedLater int64                     // of the repeats: those of a payment of an earlier day
}
