package settlement

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// settledDay is what a day comes to.
type settledDay struct {
	verdicts map[paymentRow]PaymentVerdict
	problems map[paymentRow][]PaymentProblem
	lines    map[int64]PaymentFigures // by video
	feesBack map[paymentRow]Won       // of settled refunds
}

func newSettledDay() settledDay {
	return settledDay{map[paymentRow]PaymentVerdict{}, map[paymentRow][]PaymentProblem{}, map[int64]PaymentFigures{}, map[paymentRow]Won{}}
}

// paymentBook is what a job keeps of closed days.
type paymentBook struct {
	settled map[int64]paymentRow // by payment id
	given   map[int64]Won        // by the id of the payment that is given back
}

// settle settles a day as a job does: chunks of videos, each with a judge of its
// own, which begin at the videos given.
func (b paymentBook) settle(t require.TestingT, rows []paymentRow, begins []int64) settledDay {
	day := newSettledDay()
	known := b.known(rows)
	rows = slices.SortedFunc(slices.Values(rows), func(a, b paymentRow) int {
		if a.VideoID == b.VideoID && a.PaymentID == b.PaymentID && a.due().Late != b.due().Late {
			return a.due().Compare(b.due())
		}
		if a.Follows(&b.Payment) {
			return 1
		}
		return -1
	})
	judge := NewPaymentJudge(known)
	paid := map[int64]PaidPayment{}
	for id, row := range b.settled {
		paid[id] = b.paid(t, row)
	}
	var refunds []DuePayment
	byPayment := map[Payment]paymentRow{}
	for i, row := range rows {
		if i > 0 && row.VideoID != rows[i-1].VideoID && slices.Contains(begins, row.VideoID) {
			judge = NewPaymentJudge(known)
		}
		verdict, fee, problems := judge.Judge(&row.Payment, paymentFees[row.day])
		if len(problems) > 0 {
			day.problems[row] = problems
			continue
		}
		day.verdicts[row] = verdict
		switch verdict {
		case PaymentRefunds:
			refunds, byPayment[row.Payment] = append(refunds, row.due()), row
			paid[row.PaymentID] = b.paid(t, row)
			continue
		case PaymentSettles:
			paid[row.PaymentID] = b.paid(t, row)
		}
		require.NoError(t, day.count(row.VideoID, verdict, row.Amount, fee))
	}
	if len(day.problems) > 0 {
		return day
	}
	var payments []PaidPayment
	for _, payment := range paid {
		payments = append(payments, payment)
	}
	settled, bad := SettleRefunds(refunds, payments)
	for _, refund := range settled {
		require.NoError(t, day.count(refund.VideoID, PaymentRefunds, refund.Amount, refund.FeeBack))
		day.feesBack[byPayment[refund.Payment]] = refund.FeeBack
	}
	for _, row := range bad {
		day.problems[byPayment[row.Payment]] = row.Problems
	}
	return day
}

func (s settledDay) count(videoID int64, verdict PaymentVerdict, amount, fee Won) error {
	line := s.lines[videoID]
	err := line.Count(verdict, amount, fee)
	s.lines[videoID] = line
	return err
}

func (b paymentBook) paid(t require.TestingT, row paymentRow) PaidPayment {
	paid := PaidPayment{
		PaymentID: row.PaymentID, VideoID: row.VideoID, Amount: row.Amount,
		KeptAtRefund: paymentFees[row.day].KeptAtRefund, IsRefund: row.RefundOf != 0, Given: b.given[row.PaymentID],
	}
	if !paid.IsRefund {
		var err error
		paid.Fee, err = paymentFees[row.day].Fee(row.Method, row.Amount)
		require.NoError(t, err)
	}
	return paid
}

// known are the payments of the rows that earlier days settled, and those with
// completed rows in several videos.
func (b paymentBook) known(rows []paymentRow) KnownPayments {
	known := KnownPayments{}
	completed := map[int64][]DuePayment{}
	for _, row := range rows {
		if row.Status == PaymentCompleted {
			completed[row.PaymentID] = append(completed[row.PaymentID], row.due())
		}
	}
	for id, all := range completed {
		if slices.ContainsFunc(all, func(row DuePayment) bool { return row.VideoID != all[0].VideoID }) {
			known[id] = slices.MinFunc(all, DuePayment.Compare).VideoID
		}
	}
	for id := range b.settled {
		known[id] = 0
	}
	return known
}

// A few days one after the other, each cut into chunks somewhere. Bad rows are taken
// out of the log until their day closes.
func TestR13ToR16_DaysAreSettledByTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := drawPayments(t)
		book := paymentBook{map[int64]paymentRow{}, map[int64]Won{}}
		for day := 0; day < paymentDays; {
			rows := slices.DeleteFunc(slices.Clone(log), func(row paymentRow) bool { return row.judgedOn != day })
			begins := rapid.SliceOfDistinct(rapid.Int64Range(1, 3), rapid.ID).Draw(t, "chunks")

			got := book.settle(t, rows, begins)

			want := byTheText(log, day)
			require.Equal(t, want.verdicts, got.verdicts)
			require.Equal(t, want.problems, got.problems)
			if len(got.problems) > 0 {
				log = slices.DeleteFunc(log, func(row paymentRow) bool { return got.problems[row] != nil })
				continue
			}
			require.Equal(t, want.feesBack, got.feesBack)
			require.Equal(t, want.lines, got.lines)
			book.close(got)
			got.requireConservation(t, len(rows))
			day++
		}
	})
}

// requireConservation is R15: each row is one thing, and gross is fee and net.
func (s settledDay) requireConservation(t *rapid.T, rows int) {
	var day PaymentFigures
	for _, line := range s.lines {
		require.Equal(t, line.Gross, line.Fee+line.Net)
		require.NoError(t, day.Add(line))
	}
	require.EqualValues(t, rows, day.Rows())
	require.Equal(t, day.Gross, day.Fee+day.Net)
}

func (b paymentBook) close(day settledDay) {
	for row, verdict := range day.verdicts {
		switch verdict {
		case PaymentRefunds:
			b.given[row.RefundOf] += row.Amount
			b.settled[row.PaymentID] = row
		case PaymentSettles:
			b.settled[row.PaymentID] = row
		}
	}
}

// A judge knows nothing of the order in which payments come, only of that of the
// rows of one payment.
func TestR13_OrderOfPaymentsDoesNotMatter(t *testing.T) {
	type key struct{ video, payment int64 }
	rapid.Check(t, func(t *rapid.T) {
		groups := map[key][]paymentRow{}
		var keys []key
		for _, row := range drawPayments(t) {
			of := key{row.VideoID, row.PaymentID}
			if groups[of] == nil {
				keys = append(keys, of)
			}
			groups[of] = append(groups[of], row)
		}
		known := KnownPayments{1: 0, 2: 1, 3: 2}
		verdicts := func(keys []key) map[paymentRow]PaymentVerdict {
			all := map[paymentRow]PaymentVerdict{}
			judge := NewPaymentJudge(known)
			for _, of := range keys {
				for _, row := range groups[of] {
					all[row], _, _ = judge.Judge(&row.Payment, paymentFees[row.day])
				}
			}
			return all
		}
		require.Equal(t, verdicts(keys), verdicts(rapid.Permutation(keys).Draw(t, "keys")))
	})
}
