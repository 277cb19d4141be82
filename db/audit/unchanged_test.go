package audit

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestR11_AuditTellsThatAClosedRowHasChanged(t *testing.T) {
	b := openClosed(t)
	restore := b.save()
	for _, test := range []sabotage{
		{"fees", `UPDATE runs SET fee_rule = 0 WHERE starts_on = '2024-05-28'`, "2024-05-28, runs: has 1 row as when it closed, but not the same"},
		{"a run", `UPDATE runs SET repeat_window_ms = 1 WHERE starts_on = '2024-05-28'`, "2024-05-28, runs: has 1 row as when it closed, but not the same"},
		{"a chunk", `UPDATE run_chunks SET checksum = 1 WHERE kind = 'weekly'`, "2024-W22, run_chunks: has 1 row as when it closed, but not the same"},
		{"a week's video", `UPDATE period_videos SET title = 'changed' WHERE kind = 'weekly' AND video_id = 2`, "2024-W22, period_videos: has 6 rows as when it closed, but not the same"},
		{"a month's statement", `UPDATE statements SET locale = 'ko' WHERE kind = 'monthly' AND creator_id = 2`, "2024-05, statements: has 2 rows as when it closed, but not the same"},
		{"a line without figures", `INSERT INTO daily_statistics (starts_on, video_id, creator_id, views, self_views, repeat_views, played_seconds, ad_views) VALUES ('2024-05-28', 2, 1, 0, 0, 0, 0, 0)`, "2024-05-28, daily_statistics: had 3 rows when it closed, has 4 now"},
		{"a line without payments", `INSERT INTO daily_payments VALUES ('2024-05-28', 5, 3, 0, 0, 0, 0, 0, 0, 0, 0)`, "2024-05-28, daily_payments: had 2 rows when it closed, has 3 now"},
		{"a late payment, with its row", `UPDATE late_payments l JOIN payments p ON p.payment_id = l.payment_id SET l.payer_id = 7, p.payer_id = 7 WHERE l.payment_id = 107`, "2024-05-30, late_payments: has 3 rows as when it closed, but not the same"},
		{"the seals", `UPDATE runs SET seals = NULL WHERE kind = 'weekly'`, "2024-W22: closed without a seal"},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer restore()
			b.Exec(test.change)

			require.Equal(t, []string{"unchanged: " + test.findings}, b.findings(monday, sunday))
		})
	}
}

func TestR11_AuditTellsThatAnyFigureOfPaymentsHasChanged(t *testing.T) {
	b := openClosed(t)
	for _, table := range []string{"daily_payments", "payment_adjustments", "run_chunks", "runs", "period_videos", "statements"} {
		b.Exec(`ALTER TABLE ` + table + ` DROP CONSTRAINT ` + table + `_net_chk`)
	}
	for _, check := range []string{"given", "fee"} {
		b.Exec(`ALTER TABLE payment_refunds DROP CONSTRAINT payment_refunds_` + check + `_chk`)
	}
	restore := b.save()
	figures := strings.Join(paymentColumns, " ")
	for _, table := range []struct{ name, columns, where string }{
		{"daily_payments", figures + " creator_id", `starts_on = '2024-05-30' AND video_id = 6`},
		{"payment_adjustments", figures + " creator_id", `video_id = 2`},
		{"payment_refunds", "refund_of paid paid_fee fee_rule given_from given_to fee_back", `payment_id = 109`},
		{"late_payments", "payer_id amount refund_of", `payment_id = 108`},
		{"runs", figures + " late_payments payments_late_from fee_rule", `starts_on = '2024-05-30'`},
		{"run_chunks", figures + " late_payments payments_checksum first_payment last_payment", `starts_on = '2024-05-30' AND chunk = 2`},
		{"period_videos", figures, `kind = 'weekly' AND video_id = 6`},
		{"statements", figures, `kind = 'monthly' AND creator_id = 2`},
	} {
		for column := range strings.FieldsSeq(table.columns) {
			t.Run(table.name+" "+column, func(t *testing.T) {
				defer restore()
				b.Exec(`UPDATE ` + table.name + ` SET ` + column + ` = ` + column + ` + 1 WHERE ` + table.where)

				require.True(t, slices.ContainsFunc(b.findings(monday, sunday), func(found string) bool {
					return strings.HasPrefix(found, unchangedInvariant.Name+": ") && strings.Contains(found, ", "+table.name+": ")
				}))
			})
		}
	}
}
