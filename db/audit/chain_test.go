package audit

import "testing"

func TestAudit_FindsDaysThatAreMissing(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a closed day is missing",
			`DELETE FROM runs WHERE starts_on = '2024-05-29'`,
			`chain: 2024-05-29: not closed, but later days are
			chain: 2024-W22: is closed, but only 6 of its 7 days are
			chain: 2024-05: is closed, but only 4 of its 5 days are`,
		},
		{
			"three closed days are missing",
			`DELETE FROM runs WHERE kind = 'daily' AND starts_on BETWEEN '2024-05-29' AND '2024-05-31'`,
			`chain: 2024-05-29 to 2024-05-31: not closed, but later days are
			chain: 2024-W22: is closed, but only 4 of its 7 days are
			chain: 2024-05: is closed, but only 2 of its 5 days are`,
		},
		{
			"the first closed day is missing",
			`DELETE FROM runs WHERE starts_on = '2024-05-27' AND kind = 'daily'`,
			`chain: 2024-05-27: is settled but not closed, and lies before 2024-05-28, the first closed day
			refunds: 2024-05-28, video 1: refund 104 of payment 101: the payment that it refunds has not come, or is of a later day
			refunds: 2024-05-30, video 6: refund 109 of payment 103: fee of the payment is ₩500, should be ₩700; fee given back is ₩375, should be ₩525
			refunds: 2024-05-30, video 6: refund 108 of payment 103: fee of the payment is ₩500, should be ₩700; fee given back is ₩125, should be ₩175
			payments: 2024-05-28, video 6: payments: 1 fewer than in its rows; repeat payments: 1 more than in its rows; payments gross: 20000 fewer than in its rows; payments fee: 700 fewer than in its rows; payments net: 19300 fewer than in its rows
			payments: 2024-05-30, video 1, late payments of 2024-05-28: payment 101 was judged "repeat", should be "settled"
			payments: 2024-05-30, video 1: payments: 1 fewer than in its rows; repeat payments: 1 more than in its rows; payments gross: 10000 fewer than in its rows; payments fee: 400 fewer than in its rows; payments net: 9600 fewer than in its rows`,
		},
	})
}
