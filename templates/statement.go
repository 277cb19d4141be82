// Package templates turns a creator's statement into what the creator gets: two
// PDF documents and a mail. All of it is a pure function of the statement: the
// same statement gives the same bytes.
package templates

import (
	"errors"
	"time"

	"creatorpay/settlement"
)

// The languages in which a statement can be written.
const (
	Korean  = "ko"
	English = "en"
)

// Statement is what one creator earned in one week, and the platform's Top 5
// of that week.
type Statement struct {
	Number    string // the statement's own number, unique over all periods
	Version   int
	Period    settlement.Period
	ClosedAt  time.Time // when the period was closed; the date of documents and mail
	CreatorID int64
	Creator   string // name
	Locale    string // Korean or English; any other is written in English
	Contact   string // mail address for questions

	Lines  []Line                 // one a video with any row in the period, by video id
	Days   []DayTotal             // one a day of the period, in order
	Prices []settlement.PriceRule // those that the period's days were settled by, by version
	Fees   []settlement.FeeRule   // those of the settled payments and of what was refunded, by version; empty without any
	Payout settlement.Payout      // of the week; zero of a month, and where nothing is carried
	Top    Top5
}

// Line is one video's figures and amounts in the period. The ordinals are
// (from, to] in the video's whole life, all 0 where nothing counted. They and
// the amounts include the late views.
type Line struct {
	VideoID               int64
	Title                 string
	settlement.Statistics             // without the late views
	Late                  []LateViews // by the days that paid them, then by those on which they were watched

	settlement.Earnings
	ViewShares []settlement.Share // counted views by unit price, the cheapest first
	AdShares   []settlement.Share // the same for ad views

	Payments     settlement.PaymentFigures // late ones among them
	LatePayments []LatePayments            // by the days that settled them, then by their own
}

// LateViews are views of a day that was closed when they came: a later day of
// the period paid them.
type LateViews struct {
	WatchedOn, PaidOn settlement.Day
	settlement.Statistics
	settlement.Amounts
}

// LatePayments are what payments and refunds of a day came to that was closed when
// they came: a later day of the period settled them.
type LatePayments struct {
	PaidOn, SettledOn settlement.Day
	settlement.PaymentFigures
}

// DayTotal is what the creator's videos had on one day.
type DayTotal struct {
	Day    settlement.Day
	Views  int64          // counted, and the late ones that the day paid
	Amount settlement.Won // videos, ads and the net of payments together
}

// Top5 is the platform's ranking in the period (R9).
type Top5 struct {
	ByViews         []RankedVideo // value: counted views
	ByPlayedSeconds []RankedVideo // value: counted play time in seconds
}

// RankedVideo is one video of a ranking.
type RankedVideo struct {
	Rank    int // 1 is the first
	VideoID int64
	Title   string
	Value   int64
	Own     bool // the video is the creator's own
}

// WithLate are the line's figures with its late views: those that the amounts
// pay, and all that was left out.
func (l *Line) WithLate() settlement.Statistics {
	sum := l.Statistics
	for _, late := range l.Late {
		_ = sum.Add(late.Statistics) // fits if all of the statement does
	}
	return sum
}

// Totals are the sums over all lines, with their late views. What does not fit
// is refused by addsUp.
func (s *Statement) Totals() (sum settlement.Statistics, earned settlement.Amounts) {
	all, _ := s.sums()
	return all.Statistics, all.Amounts
}

// Sales are the sums over all lines of what payments came to.
func (s *Statement) Sales() settlement.PaymentFigures {
	all, _ := s.sums()
	return all.PaymentFigures
}

// Total is all money of the statement, which may be negative.
func (s *Statement) Total() settlement.Won {
	all, _ := s.sums()
	total, _ := all.Total()
	return total
}

// sums are the sums over all lines, with their late views among the statistics.
func (s *Statement) sums() (all settlement.RolledUp, err error) {
	for _, line := range s.Lines {
		err = errors.Join(err, all.Statistics.Add(line.Statistics), all.Amounts.Add(line.Amounts), all.PaymentFigures.Add(line.Payments))
		for _, late := range line.Late {
			err = errors.Join(err, all.Statistics.Add(late.Statistics))
		}
	}
	_, tooMuch := all.Total()
	return all, errors.Join(err, tooMuch)
}

// lateViews are how many of the counted views came late.
func (s *Statement) lateViews() (sum int64) {
	for _, line := range s.Lines {
		for _, late := range line.Late {
			sum += late.Views
		}
	}
	return sum
}
