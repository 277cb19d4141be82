package generate

import (
	"iter"
	"math/rand/v2"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// The ids of a day are cut into one part for the payments that begin on it, and
// one for the refunds of each day on which their payments began, the oldest first:
// so the rows of a video come in the order of their ids.
const (
	paymentParts      = 1 + paymentDays
	idsPerPart        = idsPerDay / paymentParts
	maxPaymentsPerDay = idsPerPart / refundsPerPayment
)

// sales are the payments that begin on one day, with all that becomes of them.
type sales struct {
	*world
	date   settlement.Day
	starts [paymentDays + 1]int64 // of the day and those after it, in milliseconds since 1970-01-01 UTC
	share  share
}

func (w *world) sales(date settlement.Day) *sales {
	s := &sales{world: w, date: date, share: w.share(date, w.options.PaymentsPerDay)}
	for after := range s.starts {
		s.starts[after] = w.calendar.Start(date + settlement.Day(after)).UnixMilli()
	}
	return s
}

// sale is a row of a payment, and why it was generated.
type sale struct {
	daylog.Payment
	step
}

// payments are the video's rows of the day, in the order of the log.
func (d *day) payments(video int) iter.Seq[sale] {
	return func(yield func(sale) bool) {
		for _, refunds := range [...]bool{false, true} {
			for _, begun := range d.sales {
				for row := range begun.rows(video) {
					if row.Day == d.date && (row.RefundOf != 0) == refunds && !yield(row) {
						return
					}
				}
			}
		}
	}
}

// rows are all rows of the payments of the video, payment by payment.
func (s *sales) rows(video int) iter.Seq[sale] {
	return func(yield func(sale) bool) {
		random := s.random(topicPayments, video, s.date)
		var rows []sale
		for number := s.share.first[video]; number < s.share.first[video+1]; number++ {
			rows = s.payment(rows[:0], random, video, number)
			for _, row := range rows {
				if !yield(row) {
					return
				}
			}
		}
	}
}

// payment appends the rows of the day's payment with the number.
func (s *sales) payment(rows []sale, random *rand.Rand, video int, number int64) []sale {
	paid := settlement.Payment{
		VideoID:   int64(video) + 1,
		PaymentID: int64(s.date)*idsPerDay + number + 1,
		Amount:    amount(random),
		Method:    pick(random, methods),
		PayerID:   s.payer(random),
	}
	refund := paid
	refund.RefundOf = paid.PaymentID
	var given settlement.Won // thirds of the amount
	var refunds int64
	for i, step := range life(random) {
		row := sale{step: step}
		switch {
		case step.thirds == 0:
			row.Payment.Payment = paid
			row.Amount += step.more
		case step.verdict == settlement.PaymentRefunds:
			part := int64(paymentDays - step.after)
			refund.PaymentID = int64(s.date+step.after)*idsPerDay + part*idsPerPart + number*refundsPerPayment + refunds + 1
			refund.Amount = paid.Amount*(given+step.thirds)/3 - paid.Amount*given/3
			given += step.thirds
			refunds++
			row.Payment.Payment = refund
		default: // again
			row.Payment.Payment = refund
		}
		row.Day = s.date + step.after
		row.Status = step.status()
		row.PaidAt = s.moment(random, step, rows[len(rows)-i:])
		rows = append(rows, row)
	}
	return rows
}

// latest is how long after its beginning the first row of a payment on a day
// comes at the latest. Each further one comes within an hour, and the shortest
// days have 23.
const latest = 20 * hour

// moment is when the row of the step comes, those before which are given.
func (s *sales) moment(random *rand.Rand, next step, before []sale) int64 {
	switch start := s.starts[next.after]; {
	case next.at == opening:
		return start
	case next.at == closing:
		return s.starts[next.after+1] - 1
	case len(before) > 0 && before[len(before)-1].after == next.after:
		return before[len(before)-1].PaidAt + 1 + random.Int64N(hour)
	default:
		return start + random.Int64N(latest)
	}
}

// payer is a viewer. Each tenth is not signed in.
func (s *sales) payer(random *rand.Rand) int64 {
	if random.IntN(10) == 0 {
		return settlement.Anonymous
	}
	return int64(s.options.Creators) + nightOwls + 1 + random.Int64N(max(1, s.options.ViewsPerDay/4))
}

// amount is mostly a price, now and then any amount, and sometimes less than its
// fee; at least what can be given back in three parts.
func amount(random *rand.Rand) settlement.Won {
	switch random.IntN(20) {
	case 0:
		return 3 + settlement.Won(random.Int64N(100))
	case 1, 2:
		return 3 + settlement.Won(random.Int64N(100_000))
	default:
		return pick(random, prices)
	}
}

// count adds a row of a payment to the day's figures.
func (s *Sales) count(row sale) error {
	if row.verdict == settlement.PaymentRefunds && row.thirds < 3 {
		s.InParts++
	}
	if row.after > 0 {
		switch row.verdict {
		case settlement.PaymentSettles:
			s.PaidLater++
		case settlement.PaymentRefunds:
			s.RefundedLater++
		case settlement.PaymentRepeats:
			s.RepeatedLater++
		case settlement.PaymentIsPending, settlement.PaymentIsCancelled:
		}
	}
	return s.Expected.Count(row.verdict, row.Amount, 0)
}

func (s *Sales) add(other Sales) error {
	s.InParts += other.InParts
	s.PaidLater += other.PaidLater
	s.RefundedLater += other.RefundedLater
	s.RepeatedLater += other.RepeatedLater
	return s.Expected.Add(other.Expected)
}
