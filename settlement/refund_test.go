package settlement

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func due(rows ...Payment) (all []DuePayment) {
	for _, row := range rows {
		all = append(all, DuePayment{Payment: row})
	}
	return all
}

// ten is a payment of 10 won with a fee of 4.
var ten = PaidPayment{PaymentID: 7, VideoID: video, Amount: 10, Fee: 4}

func feesBack(refunds []Refund) (back []Won) {
	for _, refund := range refunds {
		back = append(back, refund.FeeBack)
	}
	return back
}

func TestR14_RefundGivesBackItsPartOfTheFee(t *testing.T) {
	kept := ten
	kept.KeptAtRefund = true
	begun := ten
	begun.Given = 2 // of which floor(0.8) of the fee came back
	free := ten
	free.Fee = 0
	tests := []struct {
		rule string
		paid PaidPayment
		rows []Payment
		want []Won
	}{
		{"a refund in full gives back the fee", ten, []Payment{givesBack(8, 7, 10)}, []Won{4}},
		{"a part gives back its part, cut to whole won", ten, []Payment{givesBack(8, 7, 4)}, []Won{1}},
		{"each gives back the difference", ten, []Payment{givesBack(8, 7, 3), givesBack(9, 7, 3), givesBack(10, 7, 4)}, []Won{1, 1, 2}},
		{"so that in the end all has come back", ten, []Payment{givesBack(8, 7, 9), givesBack(9, 7, 1)}, []Won{3, 1}},
		{"earlier days are not forgotten", begun, []Payment{givesBack(8, 7, 1), givesBack(9, 7, 7)}, []Won{1, 3}},
		{"a version may keep the fee", kept, []Payment{givesBack(8, 7, 4), givesBack(9, 7, 6)}, []Won{0, 0}},
		{"nothing comes back of no fee", free, []Payment{givesBack(8, 7, 10)}, []Won{0}},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			refunds, bad := SettleRefunds(due(test.rows...), []PaidPayment{test.paid})
			require.Empty(t, bad)
			require.Equal(t, test.want, feesBack(refunds))
		})
	}

	t.Run("the greatest payment is exact", func(t *testing.T) {
		paid := PaidPayment{PaymentID: 7, VideoID: video, Amount: MaxPayment, Fee: MaxPayment}
		refunds, bad := SettleRefunds(due(givesBack(8, 7, MaxPayment-1), givesBack(9, 7, 1)), []PaidPayment{paid})
		require.Empty(t, bad)
		require.Equal(t, []Won{MaxPayment - 1, 1}, feesBack(refunds))
	})
	t.Run("what was given back is written down", func(t *testing.T) {
		rows := due(givesBack(8, 7, 3), givesBack(9, 7, 7))
		refunds, _ := SettleRefunds(rows, []PaidPayment{ten})
		require.Equal(t, []Refund{
			{DuePayment: rows[0], Paid: 10, Fee: 4, GivenFrom: 0, GivenTo: 3, FeeBack: 1},
			{DuePayment: rows[1], Paid: 10, Fee: 4, GivenFrom: 3, GivenTo: 10, FeeBack: 3},
		}, refunds)
	})
	t.Run("of each payment alone", func(t *testing.T) {
		other := PaidPayment{PaymentID: 6, VideoID: video + 1, Amount: 10, Fee: 10}
		ofOther := changed(givesBack(9, 6, 5), func(p *Payment) { p.VideoID++ })
		refunds, bad := SettleRefunds(due(givesBack(8, 7, 5), ofOther, givesBack(10, 7, 5)), []PaidPayment{ten, other})
		require.Empty(t, bad)
		require.Equal(t, []Won{2, 5, 2}, feesBack(refunds))
	})
}

func TestR14_RefundsOfADayAreTakenInOrder(t *testing.T) {
	first, second := givesBack(9, 7, 6), givesBack(8, 7, 6)
	second.PaidAt = first.PaidAt + 1
	sameTime := givesBack(10, 7, 6)
	late := DuePayment{Payment: changed(givesBack(3, 7, 6), func(p *Payment) { p.PaidAt -= 24 * time.Hour.Milliseconds() }), Late: true}
	settles := func(rows ...DuePayment) int64 {
		refunds, bad := SettleRefunds(rows, []PaidPayment{ten})
		require.Len(t, refunds, 1)
		require.Len(t, bad, len(rows)-1)
		require.Equal(t, []PaymentProblem{RefundBeyondPaid}, bad[0].Problems)
		return refunds[0].PaymentID
	}
	require.EqualValues(t, 9, settles(due(second, first)...), "by paid_at")
	require.EqualValues(t, 9, settles(due(sameTime, first)...), "then by payment id")
	require.EqualValues(t, 10, settles(late, due(sameTime)[0]), "late ones last")
}

func TestR15_RefundsThatCannotBeSettled(t *testing.T) {
	aRefund := PaidPayment{PaymentID: 5, VideoID: video, Amount: 10, IsRefund: true}
	begun := PaidPayment{PaymentID: 6, VideoID: video, Amount: 10, Given: 4}
	tests := []struct {
		rule string
		row  Payment
		want PaymentProblem
	}{
		{"of an unknown payment", givesBack(8, 99, 1), RefundOfUnknown},
		{"of a refund", givesBack(8, 5, 1), RefundOfRefund},
		{"of another video's payment", changed(givesBack(8, 7, 1), func(p *Payment) { p.VideoID++ }), RefundOfOtherVideo},
		{"of more than was paid", givesBack(8, 7, 11), RefundBeyondPaid},
		{"of more than is left", givesBack(8, 6, 7), RefundBeyondPaid},
		{"of far more than was paid", givesBack(8, 6, MaxPayment), RefundBeyondPaid},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			refunds, bad := SettleRefunds(due(test.row), []PaidPayment{ten, aRefund, begun})
			require.Empty(t, refunds)
			require.Equal(t, []BadPayment{{Payment: test.row, Problems: []PaymentProblem{test.want}}}, bad)
		})
	}

	t.Run("what is left can be given back", func(t *testing.T) {
		refunds, bad := SettleRefunds(due(givesBack(8, 6, 6)), []PaidPayment{begun})
		require.Empty(t, bad)
		require.EqualValues(t, 10, refunds[0].GivenTo)
	})
	t.Run("a bad row takes nothing from those after it", func(t *testing.T) {
		refunds, bad := SettleRefunds(due(givesBack(8, 7, 11), givesBack(9, 7, 10)), []PaidPayment{ten})
		require.Len(t, bad, 1)
		require.Equal(t, []Won{4}, feesBack(refunds))
	})
	t.Run("what is given back is not taken from the caller's payments", func(t *testing.T) {
		payments := []PaidPayment{ten}
		_, bad := SettleRefunds(due(givesBack(8, 7, 10)), payments)
		require.Empty(t, bad)
		require.Equal(t, ten, payments[0])
	})
}
