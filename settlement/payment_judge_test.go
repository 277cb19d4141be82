package settlement

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// judgePayments gives the verdicts on rows in key order, by the standard fees.
func judgePayments(known KnownPayments, rows ...Payment) []PaymentVerdict {
	judge := NewPaymentJudge(known)
	verdicts := make([]PaymentVerdict, 0, len(rows))
	for _, row := range rows {
		verdict, _, _ := judge.Judge(&row, standardFees)
		verdicts = append(verdicts, verdict)
	}
	return verdicts
}

func TestR13_Verdicts(t *testing.T) {
	otherVideo := func(row *Payment) { row.VideoID++ }
	tests := []struct {
		rule  string
		known KnownPayments
		rows  []Payment
		want  []PaymentVerdict
	}{
		{"a completed row is settled", nil, []Payment{completed(7)}, []PaymentVerdict{PaymentSettles}},
		{"a completed row with refund_of is a refund", nil, []Payment{givesBack(8, 7, 1)}, []PaymentVerdict{PaymentRefunds}},
		{"a pending row is left out", nil, []Payment{changed(completed(7), pending)}, []PaymentVerdict{PaymentIsPending}},
		{"a cancelled row is left out", nil, []Payment{changed(completed(7), cancelled)}, []PaymentVerdict{PaymentIsCancelled}},
		{"a pending refund is left out as pending", nil, []Payment{changed(givesBack(8, 7, 1), pending)}, []PaymentVerdict{PaymentIsPending}},
		{
			"a payment may be pending before it is completed", nil,
			[]Payment{changed(completed(7), pending), changed(completed(7), later)}, []PaymentVerdict{PaymentIsPending, PaymentSettles},
		},
		{
			"what comes after it is completed changes nothing", nil,
			[]Payment{completed(7), changed(changed(completed(7), later), cancelled), changed(changed(completed(7), later), pending)},
			[]PaymentVerdict{PaymentSettles, PaymentIsCancelled, PaymentIsPending},
		},
		{
			"a second completed row is a repeat", nil,
			[]Payment{completed(7), changed(completed(7), later)}, []PaymentVerdict{PaymentSettles, PaymentRepeats},
		},
		{
			"also of another amount, method and payer", nil,
			[]Payment{completed(7), changed(completed(7), func(row *Payment) { later(row); row.Amount, row.Method, row.PayerID = 1, "mobile", 99 })},
			[]PaymentVerdict{PaymentSettles, PaymentRepeats},
		},
		{
			"and every further one", nil,
			[]Payment{completed(7), changed(completed(7), later), changed(changed(completed(7), later), later)},
			[]PaymentVerdict{PaymentSettles, PaymentRepeats, PaymentRepeats},
		},
		{
			"a second row of a refund is a repeat", nil,
			[]Payment{givesBack(8, 7, 1), changed(givesBack(8, 7, 1), later)}, []PaymentVerdict{PaymentRefunds, PaymentRepeats},
		},
		{
			"a refund under the id of a settled payment is a repeat", nil,
			[]Payment{completed(8), givesBack(8, 7, 1)}, []PaymentVerdict{PaymentSettles, PaymentRepeats},
		},
		{
			"a payment under the id of a refund is a repeat", nil,
			[]Payment{givesBack(8, 7, 1), changed(changed(completed(8), later), later)}, []PaymentVerdict{PaymentRefunds, PaymentRepeats},
		},
		{"other payments are no repeats", nil, []Payment{completed(7), completed(8)}, []PaymentVerdict{PaymentSettles, PaymentSettles}},
		{"a payment of an earlier day is a repeat", KnownPayments{7: 0}, []Payment{completed(7), completed(8)}, []PaymentVerdict{PaymentRepeats, PaymentSettles}},
		{"a refund of an earlier day is a repeat", KnownPayments{8: 0}, []Payment{givesBack(8, 7, 1)}, []PaymentVerdict{PaymentRepeats}},
		{
			"a known payment is pending and cancelled all the same", KnownPayments{7: 0},
			[]Payment{changed(completed(7), cancelled), changed(completed(7), pending)}, []PaymentVerdict{PaymentIsCancelled, PaymentIsPending},
		},
		{
			"a payment in two videos is settled in the one that may", KnownPayments{7: video + 1},
			[]Payment{completed(7), changed(completed(7), otherVideo), changed(changed(completed(7), otherVideo), later)},
			[]PaymentVerdict{PaymentRepeats, PaymentSettles, PaymentRepeats},
		},
		{
			"also if it comes first", KnownPayments{7: video},
			[]Payment{completed(7), changed(completed(7), otherVideo)}, []PaymentVerdict{PaymentSettles, PaymentRepeats},
		},
		{
			"a repeat needs no fee", KnownPayments{7: 0},
			[]Payment{changed(completed(7), func(row *Payment) { row.Method = "cash" })}, []PaymentVerdict{PaymentRepeats},
		},
		{
			"a refund has the fee of its payment, whatever its own method", nil,
			[]Payment{changed(givesBack(8, 7, 1), func(row *Payment) { row.Method = "cash" })}, []PaymentVerdict{PaymentRefunds},
		},
		{
			"a pending row needs no fee", nil,
			[]Payment{changed(completed(7), func(row *Payment) { pending(row); row.Method = "cash" })}, []PaymentVerdict{PaymentIsPending},
		},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			require.Equal(t, test.want, judgePayments(test.known, test.rows...))
		})
	}
}

func TestR14_SettledRowHasItsFee(t *testing.T) {
	judge := NewPaymentJudge(nil)
	fee := func(row Payment, rule FeeRule) Won {
		_, fee, problems := judge.Judge(&row, rule)
		require.Empty(t, problems)
		return fee
	}
	require.EqualValues(t, 400, fee(completed(7), standardFees))
	require.Zero(t, fee(changed(completed(7), later), standardFees), "a repeat costs nothing")
	require.Zero(t, fee(givesBack(8, 7, 10_000), standardFees), "a refund gives back, see SettleRefunds")
	require.Zero(t, fee(changed(completed(9), pending), standardFees))
	require.EqualValues(t, 1, fee(completed(10), FeeRule{Methods: MethodFees{{"card", 0, 1}}}), "a row has the fees of its own day")
}

func TestR15_BadRowHasNoVerdict(t *testing.T) {
	for _, test := range []struct {
		rule   string
		change func(*Payment)
		want   []PaymentProblem
	}{
		{"a method without a fee", func(p *Payment) { p.Method = "cash" }, []PaymentProblem{MethodWithoutFee}},
		{"a problem of the row by itself", func(p *Payment) { p.Amount = 0 }, []PaymentProblem{PaymentTooSmall}},
		{"both", func(p *Payment) { p.Amount, p.Method = -1, "" }, []PaymentProblem{PaymentTooSmall, MethodWithoutFee}},
		{"a refund of itself", func(p *Payment) { p.RefundOf = p.PaymentID }, []PaymentProblem{RefundOfItself}},
		{"an unknown status needs no fee", func(p *Payment) { p.Status, p.Method = "paid", "cash" }, []PaymentProblem{PaymentOfUnknownStatus}},
		{"a pending row of nothing", func(p *Payment) { p.Status, p.Amount = PaymentPending, 0 }, []PaymentProblem{PaymentTooSmall}},
		{"a cancelled row above 2^53", func(p *Payment) { p.Status, p.Amount = PaymentCancelled, 1<<53+1 }, []PaymentProblem{PaymentTooLarge}},
	} {
		t.Run(test.rule, func(t *testing.T) {
			row := changed(completed(7), test.change)
			verdict, fee, problems := NewPaymentJudge(nil).Judge(&row, standardFees)
			require.Equal(t, test.want, problems)
			require.Empty(t, verdict)
			require.Zero(t, fee)
		})
	}

	t.Run("a repeat of nothing", func(t *testing.T) {
		row := changed(completed(7), func(p *Payment) { p.Amount = 0 })
		_, _, problems := NewPaymentJudge(KnownPayments{7: 0}).Judge(&row, standardFees)
		require.Equal(t, []PaymentProblem{PaymentTooSmall}, problems)
	})
}
