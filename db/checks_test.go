package db

import (
	"testing"

	"creatorpay/db/server"

	"github.com/stretchr/testify/require"
)

// Server error numbers of rows that are refused: by a CHECK, and since another row
// is there or is not there.
const (
	erMySQLCheck   = 3819
	erMariaDBCheck = 4025
	erDuplicate    = 1062
	erNoReferenced = 1452
)

func requireCheckRefuses(t *testing.T, db *DB, change string) {
	t.Helper()
	_, err := db.pool.ExecContext(t.Context(), change)
	require.Contains(t, []uint16{erMySQLCheck, erMariaDBCheck}, server.ErrorNumber(err), "%s: %v", change, err)
}

func TestTheSchemaRefusesWhatCanNeverBe(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 9), line(monday, 2, 1))
	postAdjustments(t, db, adjustment(week.End()-1, monday, 1, 1))
	exec(t, db, `
		INSERT INTO late_views (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views, posted_on, verdict)
		VALUES (?, 1, ?, NOW(), 1, 60, 2, ?, 'counted')`, monday, viewer, week.End()-1)
	closedPeriod(t, db, week)
	for _, change := range []string{
		`UPDATE creators SET locale = 'fr'`,
		`UPDATE creators SET locale = 'KO'`,
		`UPDATE videos SET opening_views = -1`,
		`UPDATE videos SET opening_ad_views = -1`,
		`UPDATE price_tiers SET paid_for = 'view' WHERE paid_for = 'views'`,
		`UPDATE price_tiers SET paid_for = 'Views' WHERE paid_for = 'views'`,
		`UPDATE price_tiers SET from_ordinal = 0 WHERE from_ordinal = 1`,
		`UPDATE price_tiers SET unit_price = -1`,
		`UPDATE runs SET kind = 'hourly'`,
		`UPDATE runs SET kind = 'Daily' WHERE kind = 'daily'`,
		`UPDATE runs SET state = 'Closed'`,
		`UPDATE runs SET repeat_window_ms = -1`,
		`UPDATE runs SET ad_amount = -1`,
		`UPDATE run_chunks SET kind = 'hourly'`,
		`UPDATE run_chunks SET state = 'ended'`,
		`UPDATE run_chunks SET video_from = 3, video_before = 3`,
		`UPDATE run_chunks SET views = -1`,
		`UPDATE daily_statistics SET repeat_views = -1`,
		`UPDATE daily_settlements SET views_from = views_to + 1`,
		`UPDATE daily_settlements SET ad_views_from = -1`,
		`UPDATE daily_settlements SET video_amount = -1`,
		`UPDATE top_videos SET kind = 'hourly'`,
		`UPDATE top_videos SET metric = 'ad_views' WHERE metric = 'views'`,
		`UPDATE top_videos SET video_rank = 0 WHERE video_rank = 1`,
		`UPDATE top_videos SET value = -1`,
		`UPDATE period_videos SET kind = 'daily'`,
		`UPDATE period_videos SET late_ad_views = -1`,
		`UPDATE period_videos SET ad_views_from = ad_views_to + 1`,
		`UPDATE statements SET kind = 'daily'`,
		`UPDATE statements SET locale = 'fr'`,
		`UPDATE statements SET video_amount = -1`,
		`UPDATE deliveries SET state = 'lost'`,
		`UPDATE deliveries SET attempts = -1`,
		`UPDATE late_views SET verdict = 'late'`,
		`UPDATE adjustments SET self_views = -1`,
		`UPDATE adjustments SET views_from = views_to + 1`,
	} {
		requireCheckRefuses(t, db, change)
	}
}

// insertRefund stores a refund of the first half of payment 1.
const insertRefund = `
	INSERT INTO payment_refunds (payment_id, refund_of, video_id, settled_on, paid_on, paid_at, paid, paid_fee, fee_rule, given_from, given_to, fee_back)
	VALUES (?, 1, 1, '2024-05-06', '2024-05-06', '2024-05-06 10:00:00', 100, 10, 1, 0, 50, 5)`

func TestTheSchemaRefusesPaymentsThatCanNeverBe(t *testing.T) {
	db := openWithWeek(t, line(monday, 1, 9))
	posted := sold(week.End()-1, 1)
	putPayments(t, db, posted)
	postPayments(t, db, PaymentAdjustment{PostedOn: posted.Day, PaidOn: monday, VideoID: 1, CreatorID: creator, PaymentFigures: posted.PaymentFigures})
	closedPeriod(t, db, week)
	exec(t, db, insertRefund, 2)
	exec(t, db, `
		INSERT INTO late_payments (paid_on, video_id, payment_id, paid_at, status, payer_id, amount, method, posted_on, verdict)
		VALUES (?, 1, 1, NOW(), 'completed', ?, 10000, 'card', ?, 'settled')`, monday, viewer, posted.Day)
	for _, change := range []string{
		`UPDATE payment_refunds SET given_from = -1`,
		`UPDATE payment_refunds SET given_from = given_to`,
		`UPDATE payment_refunds SET given_to = paid + 1`,
		`UPDATE payment_refunds SET fee_back = -1`,
		`UPDATE payment_refunds SET fee_back = paid_fee + 1`,
		`UPDATE payment_refunds SET paid_fee = paid + 1`,
		`UPDATE late_payments SET verdict = 'counted'`,
		`UPDATE late_payments SET verdict = 'Settled'`,
		`INSERT INTO kept_payments VALUES (1, 1, '2024-05-06', '2024-05-06', 100, 'card', 101)`,
		`INSERT INTO kept_payments VALUES (1, 1, '2024-05-06', '2024-05-06', 100, 'card', -1)`,
		`UPDATE runs SET late_payments = -1`,
		`UPDATE run_chunks SET late_payments = -1`,
	} {
		requireCheckRefuses(t, db, change)
	}
	for _, table := range []string{"daily_payments", "payment_adjustments", "runs", "run_chunks", "period_videos", "statements"} {
		requireCheckRefuses(t, db, `UPDATE `+table+` SET net = net + 1`)
		for _, figure := range []string{"payments", "refunds", "pending", "cancelled", "repeats"} {
			requireCheckRefuses(t, db, `UPDATE `+table+` SET `+figure+` = -1`)
		}
	}
}

func TestR14_TheSchemaRefusesAWonThatIsGivenBackTwice(t *testing.T) {
	db := openMigrated(t)
	exec(t, db, insertRefund, 2)

	_, err := db.pool.ExecContext(t.Context(), insertRefund, 3)

	require.EqualValues(t, erDuplicate, server.ErrorNumber(err), err)
}
