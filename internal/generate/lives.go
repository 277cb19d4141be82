package generate

import (
	"math/rand/v2"

	"creatorpay/settlement"
)

// paymentDays is on how many days a payment has rows at most, and
// refundsPerPayment how many refunds.
const (
	paymentDays       = 4
	refundsPerPayment = 3
)

// step is why a row of a payment was generated.
type step struct {
	verdict settlement.PaymentVerdict // what the rules make of it
	after   settlement.Day            // days after the payment's first row
	at      moment
	thirds  settlement.Won // of the amount that a refund gives back; 0: a row of the payment itself
	more    settlement.Won // than the payment's amount
}

// status is what the row says.
func (s step) status() settlement.PaymentStatus {
	switch s.verdict {
	case settlement.PaymentIsPending:
		return settlement.PaymentPending
	case settlement.PaymentIsCancelled:
		return settlement.PaymentCancelled
	default:
		return settlement.PaymentCompleted
	}
}

// moment is when on its day a row comes.
type moment int

const (
	sometime moment = iota // after the payment's rows before it
	opening                // in the first millisecond
	closing                // in the last one
)

var completed = step{verdict: settlement.PaymentSettles}

// lives are what becomes of payments; most are paid, and nothing comes after it.
// Rows of one payment come in the order of time, and no two at the same time:
// they would be one row.
var lives = []struct {
	percent int
	steps   []step
}{
	// Paid after a while.
	{4, []step{{verdict: settlement.PaymentIsPending}, completed}},
	{2, []step{{verdict: settlement.PaymentIsPending}, {verdict: settlement.PaymentSettles, after: 1}}},
	{1, []step{{verdict: settlement.PaymentIsPending, at: closing}, {verdict: settlement.PaymentSettles, after: 1, at: opening}}},
	// Never paid.
	{2, []step{{verdict: settlement.PaymentIsPending}}},
	{1, []step{{verdict: settlement.PaymentIsCancelled}}},
	{2, []step{{verdict: settlement.PaymentIsPending}, {verdict: settlement.PaymentIsCancelled, after: 2}}},
	// Paid, and said to be so again.
	{2, []step{completed, {verdict: settlement.PaymentRepeats}}},
	{1, []step{completed, {verdict: settlement.PaymentRepeats, after: 1}}},
	{1, []step{completed, {verdict: settlement.PaymentRepeats, more: 1}, {verdict: settlement.PaymentRepeats, after: 3, more: 100}}},
	// Given back.
	{2, []step{completed, {verdict: settlement.PaymentRefunds, thirds: 3}}},
	{1, []step{completed, {verdict: settlement.PaymentRefunds, thirds: 1}}},
	{1, []step{completed, {verdict: settlement.PaymentRefunds, thirds: 1}, {verdict: settlement.PaymentRefunds, thirds: 1}, {verdict: settlement.PaymentRefunds, after: 3, thirds: 1}}},
	{1, []step{{verdict: settlement.PaymentIsPending}, {verdict: settlement.PaymentSettles, after: 1}, {verdict: settlement.PaymentRefunds, after: 2, thirds: 2}}},
	{1, []step{completed, {verdict: settlement.PaymentRefunds, after: 1, thirds: 3}, {verdict: settlement.PaymentRepeats, after: 1, thirds: 3}, {verdict: settlement.PaymentRepeats, after: 2}}},
}

var usualLife = []step{completed}

func life(random *rand.Rand) []step {
	roll := random.IntN(100)
	for _, life := range lives {
		if roll < life.percent {
			return life.steps
		}
		roll -= life.percent
	}
	return usualLife
}

// methods are those of the first fees, cards most of all.
var methods = []string{"card", "card", "card", "transfer", "mobile"}

// prices are what is sold for, in won.
var prices = []settlement.Won{1_000, 1_000, 1_500, 3_000, 4_900, 5_000, 9_900, 12_000, 30_000}
