package db

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// putStatedCreators stores creators with a video each that has lines of all kinds on
// all days of the week, a statement, and a mail that is not sent.
func putStatedCreators(t *testing.T, db *DB, first, last int64) {
	t.Helper()
	var creators []Creator
	for id := first; id <= last; id++ {
		creators = append(creators, Creator{ID: id, Name: "Lee", Email: "lee@example.com", Locale: "en"})
	}
	require.NoError(t, db.PutCreators(t.Context(), creators))
	of := " FROM creators WHERE creator_id BETWEEN ? AND ?"
	for _, day := range week.Days() {
		exec(t, db, `
			INSERT INTO daily_settlements (starts_on, video_id, creator_id, views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount)
			SELECT ?, creator_id, creator_id, 0, 1, 0, 0, 1, 0`+of, day, first, last)
		exec(t, db, `
			INSERT INTO daily_payments (starts_on, video_id, creator_id, payments, refunds, pending, cancelled, repeats, gross, fee, net)
			SELECT ?, creator_id, creator_id, 1, 1, 0, 0, 0, 0, 0, 0`+of, day, first, last)
		exec(t, db, `
			INSERT INTO adjustments (posted_on, video_id, watched_on, creator_id, views, self_views, repeat_views, played_seconds, ad_views)
			SELECT ?, creator_id, ?, creator_id, 0, 1, 0, 0, 0`+of, day, monday-1, first, last)
		exec(t, db, `
			INSERT INTO payment_adjustments (posted_on, video_id, paid_on, creator_id, payments, refunds, pending, cancelled, repeats, gross, fee, net)
			SELECT ?, creator_id, ?, creator_id, 0, 0, 1, 0, 0, 0, 0, 0`+of, day, monday-1, first, last)
	}
	exec(t, db, `
		INSERT INTO payment_refunds (payment_id, refund_of, video_id, settled_on, paid_on, paid_at, paid, paid_fee, fee_rule, given_from, given_to, fee_back)
		SELECT 2 * creator_id, 2 * creator_id + 1, creator_id, ?, ?, NOW(), 2, 0, 1, 0, 1, 0`+of, monday, monday, first, last)
	exec(t, db, `
		INSERT INTO period_videos (kind, starts_on, creator_id, video_id, title, views, self_views, repeat_views, played_seconds, ad_views,
			views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount, payments, refunds)
		SELECT 'weekly', ?, creator_id, creator_id, 'a video', 7, 7, 0, 0, 0, 0, 1, 0, 0, 7, 0, 7, 7`+of, monday, first, last)
	exec(t, db, `
		INSERT INTO statements (kind, starts_on, version, creator_id, name, locale, views, self_views, repeat_views, played_seconds, ad_views, video_amount, ad_amount)
		SELECT 'weekly', ?, 1, creator_id, name, locale, 7, 7, 0, 0, 0, 7, 0`+of, monday, first, last)
	exec(t, db, `
		INSERT INTO deliveries (starts_on, version, creator_id, state, changed_at)
		SELECT ?, 1, creator_id, 'pending', NOW()`+of, monday, first, last)
	exec(t, db, `ANALYZE TABLE daily_settlements, daily_payments, adjustments, payment_adjustments, payment_refunds, period_videos, statements, deliveries`)
}

// What a batch of mails reads is of its own creators: all batches together read a week
// once, however many creators it has.
func TestABatchOfMailsReadsNothingOfOtherCreators(t *testing.T) {
	const first, few, many = 1000, 100, 1000
	batch := settlement.Creators{First: first + 10, Last: first + 14}
	reads := map[string]func(t *testing.T, db *DB) (lines int, err error){
		"plan": func(t *testing.T, db *DB) (int, error) {
			creators, err := db.UnsentCreators(t.Context(), week, batch.First-1, 5)
			return len(creators), err
		},
		"unsent": func(t *testing.T, db *DB) (int, error) {
			unsent, err := db.Unsent(t.Context(), week, batch)
			return len(unsent), err
		},
		"statements": func(t *testing.T, db *DB) (int, error) {
			statements, err := db.Statements(t.Context(), week, batch)
			return len(statements), err
		},
		"videos": func(t *testing.T, db *DB) (int, error) {
			videos, err := db.PeriodVideos(t.Context(), week, Lines{Creators: batch})
			return len(videos), err
		},
		"days": func(t *testing.T, db *DB) (int, error) {
			days, err := db.DaysOf(t.Context(), week, Lines{Creators: batch})
			return len(days) / 7, err
		},
		"late views": func(t *testing.T, db *DB) (int, error) {
			late, err := db.Adjustments(t.Context(), week, Lines{Creators: batch})
			return len(late) / 7, err
		},
		"payments": func(t *testing.T, db *DB) (int, error) {
			payments, err := db.PaymentDaysOf(t.Context(), week, Lines{Creators: batch})
			return len(payments) / 7, err
		},
		"late payments": func(t *testing.T, db *DB) (int, error) {
			late, err := db.PaymentAdjustments(t.Context(), week, Lines{Creators: batch})
			return len(late) / 7, err
		},
		"refunded fees": func(t *testing.T, db *DB) (int, error) {
			fees, err := db.RefundedFees(t.Context(), week, Lines{Creators: batch})
			return len(fees), err
		},
		"payouts": func(t *testing.T, db *DB) (int, error) {
			payouts, err := db.Payouts(t.Context(), batch)
			return 5 + len(payouts), err
		},
	}
	db := openWithWeek(t, line(monday, 1, 100))
	closedPeriod(t, db, week)
	db.pool.SetMaxOpenConns(1) // whose reads are counted
	rowsRead := map[string][]int64{}
	for _, creators := range [][2]int64{{first, first + few - 1}, {first + few, first + many - 1}} {
		putStatedCreators(t, db, creators[0], creators[1])
		for name, read := range reads {
			before := devtest.RowsRead(t, db.pool)
			lines, err := read(t, db)
			require.NoError(t, err, name)
			require.Equal(t, 5, lines, name)
			rowsRead[name] = append(rowsRead[name], devtest.RowsRead(t, db.pool)-before)
		}
	}
	for name, read := range rowsRead {
		require.LessOrEqual(t, read[1], read[0], name)
	}
}

// Nor does it read what its creators had in other weeks.
func TestABatchOfMailsReadsNothingOfOtherWeeks(t *testing.T) {
	const first, last = 1000, 1399
	batch := settlement.Creators{First: first + 10, Last: first + 34}
	db := openWithWeek(t, line(monday, 1, 100))
	closedPeriod(t, db, week)
	db.pool.SetMaxOpenConns(1) // whose reads are counted
	putStatedCreators(t, db, first, last)
	read := func() (rows int64) {
		exec(t, db, `ANALYZE TABLE adjustments, payment_adjustments, statements, runs`)
		before := devtest.RowsRead(t, db.pool)
		views, err := db.Adjustments(t.Context(), week, Lines{Creators: batch})
		require.NoError(t, err)
		payments, err := db.PaymentAdjustments(t.Context(), week, Lines{Creators: batch})
		require.NoError(t, err)
		rows = devtest.RowsRead(t, db.pool) - before
		require.Len(t, views, 7*25)
		require.Len(t, payments, 7*25)
		return rows
	}
	alone := read()
	for weeks := range 10 {
		exec(t, db, `
			INSERT INTO adjustments (posted_on, video_id, watched_on, creator_id, views, self_views, repeat_views, played_seconds, ad_views)
			SELECT posted_on - INTERVAL ? DAY, video_id, watched_on, creator_id, 0, 1, 0, 0, 0 FROM adjustments WHERE posted_on >= ?`, 7*(weeks+1), monday)
		exec(t, db, `
			INSERT INTO payment_adjustments (posted_on, video_id, paid_on, creator_id, payments, refunds, pending, cancelled, repeats, gross, fee, net)
			SELECT posted_on - INTERVAL ? DAY, video_id, paid_on, creator_id, 0, 0, 1, 0, 0, 0, 0, 0 FROM payment_adjustments WHERE posted_on >= ?`, 7*(weeks+1), monday)
	}
	require.LessOrEqual(t, read(), alone)
}
