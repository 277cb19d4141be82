package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/settlement"
)

const (
	paymentsPerDay = 40 // a day
	// dayWithoutPayments is the one of every five that has none from the start.
	dayWithoutPayments = 2
)

// cashBook makes up rows of payments that can be settled in whatever order and on
// whichever day they are: nobody knows yet which come late. Payments with even ids
// are given back, and all their rows have one video and amount. Those with odd ones
// are contested, by rows of any video and amount.
type cashBook struct {
	platform *oracle.Platform

	mutex   sync.Mutex
	paid    []oracle.Payment // completed from the start, and on time
	refunds []oracle.Payment
	onTime  int             // so many of the refunds are
	left    map[int64]int64 // won of a payment that no refund gives back so far, by its id
}

// openCashBook gives the platform payments on the days from the first on: pending
// ones, further rows and refunds among them.
func openCashBook(random *rand.Rand, p *oracle.Platform, first string, days int) *cashBook {
	b := &cashBook{platform: p, left: map[int64]int64{}}
	take := func(row oracle.Payment) {
		p.Payments = append(p.Payments, row)
		if row.Status == "completed" && row.RefundOf == 0 && b.payment(row.ID) == nil {
			b.paid, b.left[row.ID] = append(b.paid, row), row.Amount
		}
	}
	for day := range days {
		if day%5 == dayWithoutPayments {
			continue
		}
		date := rig.ToDay(first) + settlement.Day(day)
		for range paymentsPerDay {
			id := int64(len(p.Payments) + 1)
			if len(b.paid) < paymentsPerDay/2 {
				take(b.newRow(random, date, 1+random.Int64N(videoCount), id))
			} else {
				take(b.row(random, date, 1+random.Int64N(videoCount), id))
			}
		}
	}
	b.onTime = len(b.refunds)
	return b
}

// newRow is a row of a payment that nobody knows.
func (b *cashBook) newRow(random *rand.Rand, day settlement.Day, video, id int64) oracle.Payment {
	at := random.Int64N(milliseconds)
	if random.IntN(10) == 0 {
		at = milliseconds - 1 - random.Int64N(aLittle)
	}
	return oracle.Payment{
		ID: id, Video: video, Payer: random.Int64N(creatorCount + 10),
		At:     b.platform.Midnight(day.String()).Add(time.Duration(at) * time.Millisecond),
		Amount: 1 + random.Int64N(rig.Pick[int64](random, 1, 100, 10_000, 1_000_000, 1<<45)),
		Status: rig.Pick(random, "completed", "completed", "completed", "completed", "pending", "cancelled"),
		Method: rig.Pick(random, "card", "transfer", "mobile"),
	}
}

// row is a row of a new payment, a further one of a known one, or a refund, also
// once more.
func (b *cashBook) row(random *rand.Rand, day settlement.Day, video, id int64) oracle.Payment {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	row := b.newRow(random, day, video, id)
	known := b.paid[random.IntN(len(b.paid))]
	switch random.IntN(6) {
	case 0, 1:
		row.ID = known.ID
		switch {
		case row.At.After(known.At): // a repeat, whatever it says
			row.Method = rig.Pick(random, row.Method, "voucher")
		case isGivenBack(known):
			row.Video, row.Amount = known.Video, known.Amount
		}
	case 2, 3:
		b.giveBack(random, &row, known, day)
	case 4:
		if len(b.refunds) > 0 {
			b.giveBackAgain(random, &row, random.IntN(len(b.refunds)), day)
		}
	}
	return row
}

// giveBackAgain makes the row a further one of the refund, if it can be one.
func (b *cashBook) giveBackAgain(random *rand.Rand, row *oracle.Payment, number int, day settlement.Day) {
	again := b.refunds[number]
	switch {
	case number < b.onTime && again.Status == "completed" && row.At.After(again.At) && random.IntN(2) == 0: // a repeat, whatever it says
		row.ID, row.RefundOf = again.ID, b.paid[random.IntN(len(b.paid))].ID
	case b.isPaidBy(again.RefundOf, day):
		again.At, again.Status = row.At, row.Status
		*row = again
	}
}

// anyGivenBack is one of the payments of which something may be given back.
func (b *cashBook) anyGivenBack(random *rand.Rand) oracle.Payment {
	for {
		if paid := b.paid[random.IntN(len(b.paid))]; isGivenBack(paid) {
			return paid
		}
	}
}

func isGivenBack(paid oracle.Payment) bool { return paid.ID%2 == 0 }

// giveBack makes the row a refund of what is left of the payment, or of a part,
// if it can be one.
func (b *cashBook) giveBack(random *rand.Rand, row *oracle.Payment, paid oracle.Payment, day settlement.Day) {
	left := b.left[paid.ID]
	if !isGivenBack(paid) || left == 0 || !b.isPaidBy(paid.ID, day) {
		return
	}
	row.Video, row.RefundOf, row.Amount = paid.Video, paid.ID, rig.Pick(random, left, 1+random.Int64N(left))
	b.left[paid.ID] -= row.Amount
	b.refunds = append(b.refunds, *row)
}

// isPaidBy tells whether the day knows the payment at the latest.
func (b *cashBook) isPaidBy(id int64, day settlement.Day) bool {
	return b.platform.PaidOn(*b.payment(id)) <= day.String()
}

func (b *cashBook) payment(id int64) *oracle.Payment {
	i := slices.IndexFunc(b.paid, func(paid oracle.Payment) bool { return paid.ID == id })
	if i < 0 {
		return nil
	}
	return &b.paid[i]
}

// keyOf is what makes a row of the log one and the same.
func keyOf(row oracle.Payment, day settlement.Day) string {
	return fmt.Sprint(day, row.Video, row.ID, row.At.UnixMilli(), row.Status)
}
