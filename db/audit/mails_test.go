package audit

import "testing"

func TestAudit_FindsMailsThatNoStatementHas(t *testing.T) {
	requireFindings(t, []sabotage{
		{
			"a statement without a delivery",
			`DELETE FROM deliveries WHERE creator_id = 2`,
			`mails: 2024-W22, creator 2: has a statement, but no delivery`,
		},
		{
			"a delivery without a statement",
			`INSERT INTO deliveries (starts_on, version, creator_id, state, changed_at) VALUES ('2024-05-27', 1, 3, 'pending', NOW())`,
			`mails: 2024-W22, creator 3: has a delivery (pending), but no statement`,
		},
		{
			"a mail without a claim",
			`UPDATE deliveries SET attempts = 0 WHERE creator_id = 1`,
			`mails: 2024-W22, creator 1: the mail is sent, but no attempt claimed it`,
		},
		{
			"a mail before the close",
			`UPDATE deliveries SET changed_at = '2024-01-01' WHERE creator_id = 1`,
			`mails: 2024-W22, creator 1: the mail is sent from before the week closed`,
		},
	})
}
