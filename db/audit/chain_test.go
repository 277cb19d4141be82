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
			`chain: 2024-05-27: is settled but not closed, and lies before 2024-05-28, the first closed day`,
		},
	})
}
